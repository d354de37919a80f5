/** `explore`: every reachable state of a bounded configuration. */
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { Command, Option } from 'commander';
import { createLogUpdate } from 'log-update';
import { WITNESSES } from '../../properties/all.ts';
import { driveAgainst } from '../../properties/explore/against.ts';
import { BinderSystem } from '../../properties/explore/binder.ts';
import { StateCensus } from '../../properties/explore/census.ts';
import { EdgeList } from '../../properties/explore/edges.ts';
import { Explorer, type Result } from '../../properties/explore/explore.ts';
import { trailAlong, wayTo } from '../../properties/explore/path.ts';
import { brokenPromises } from '../../properties/explore/promises.ts';
import type { State } from '../../model/model.ts';
import { EXIT, UsageError, type ExitCode } from '../exit.ts';
import { writeDenominators } from '../explore/denominators.ts';
import { readConfiguration } from '../explore/configuration-file.ts';
import { exploreLine, exploreSummary, foundLines, promiseLines, witnessLines } from '../explore/show.ts';
import type { Io } from '../io.ts';
import { writeOpLog } from '../oplog-file.ts';
import * as parse from '../options.ts';
import { localTarget } from '../targets/local.ts';

/** Options of `explore` as the command line parses them. */
export interface ExploreOptions {
  readonly config: string;
  readonly depth?: number;
  /** Bytes. */
  readonly memory: number;
  readonly symmetry: boolean;
  readonly invariants: boolean;
  readonly temporal: boolean;
  readonly save: string;
  readonly time?: number;
  readonly against?: parse.TargetChoice;
  readonly denominators?: string;
  readonly quiet?: boolean;
}

/** Milliseconds between two looks at the keyboard. */
const PAUSE_MS = 100;

const exitCodeOf = ({ ended, found }: Result, failures: number): ExitCode => {
  if (found.length > 0 || failures > 0) return EXIT.notConformant;
  if (ended === 'interrupted') return EXIT.interrupted;
  return ended === 'memory' || ended === 'time' ? EXIT.inconclusive : EXIT.conformant;
};

const drive = async (explorer: Explorer<State>, pause: () => 'interrupted' | 'time' | undefined): Promise<Result> => {
  const slices = explorer.slices();
  for (let looked = performance.now(); ;) {
    const { done, value } = slices.next();
    if (done === true) return value;
    if (performance.now() - looked < PAUSE_MS) continue;
    await setImmediate();
    const why = pause();
    if (why !== undefined) return explorer.stopped(why);
    looked = performance.now();
  }
};

/** Explores one configuration and prints what was found. */
export const explore = async (io: Io, options: ExploreOptions): Promise<ExitCode> => {
  const configuration = readConfiguration(options.config);
  const { against } = options;
  if (against?.kind === 'linux') throw new UsageError('the Linux driver is driven along vectors: npm run vectors');
  const symmetry = options.symmetry && against === undefined;
  const census = new StateCensus(WITNESSES);
  const count: ConstructorParameters<typeof BinderSystem>[1] =
    options.denominators === undefined
      ? { onNew: (call, outcome) => census.count(call, outcome) }
      : { watch: (call, outcome) => census.count(call, outcome) };
  const system = new BinderSystem(configuration, { symmetry, invariants: options.invariants, ...count });
  const depth = options.depth ?? configuration.depth;
  const edges = options.temporal ? new EdgeList() : undefined;
  const explorer = new Explorer(system, { memory: options.memory, ...(depth === undefined ? {} : { depth }) }, edges);
  const live = io.live?.isTTY === true && options.quiet !== true ? createLogUpdate(io.live) : undefined;
  const end = performance.now() + (options.time ?? Infinity) * 1000;
  const result = await drive(explorer, () => {
    live?.(exploreLine(explorer.progress));
    if (io.interrupt.aborted) return 'interrupted';
    return performance.now() > end ? 'time' : undefined;
  });
  live?.clear();
  io.out(`${exploreSummary(configuration, result).join('\n')}\n`);
  for (const found of result.found) {
    const trail = trailAlong(system, explorer.store, wayTo(explorer.store, found.state));
    const file = path.join(options.save, `${found.id}.json`);
    writeOpLog(file, trail.log(`${found.id}: ${found.text}`));
    io.out(`${foundLines(found, trail, file).join('\n')}\n`);
  }
  io.out(`${witnessLines(census.record()).join('\n')}\n`);
  let failures = 0;
  if (edges !== undefined) failures += showPromises(io, system, explorer, edges, options.save);
  if (options.denominators !== undefined)
    writeDenominators(options.denominators, configuration, result, census.record());
  if (against !== undefined) failures += await showAgainst(io, options, against, system, explorer);
  return exitCodeOf(result, failures);
};

const showPromises = (
  io: Io,
  system: BinderSystem,
  explorer: Explorer<State>,
  edges: EdgeList,
  save: string,
): number => {
  const broken = brokenPromises(system, explorer.store, edges);
  broken.forEach((each, at) => {
    const file = path.join(save, `${each.promise.id}-${at + 1}.json`);
    writeOpLog(file, each.trail.log(`${each.promise.id}: ${each.exception?.says ?? 'nothing documented explains it'}`));
    io.out(`${promiseLines(each, file).join('\n')}\n`);
  });
  if (broken.length === 0) io.out('promises: every call can be answered, every queue of oneways can move\n');
  return broken.filter(({ exception }) => exception === undefined).length;
};

/** Different divergences after which a comparison stops. */
const MOST_FAILURES = 5;

const showAgainst = async (
  io: Io,
  options: ExploreOptions,
  against: parse.TargetChoice,
  system: BinderSystem,
  explorer: Explorer<State>,
): Promise<number> => {
  const driver = await localTarget(against);
  const begun = performance.now();
  const result = driveAgainst({
    system,
    store: explorer.store,
    expanded: explorer.position.from,
    driver,
    most: MOST_FAILURES,
    wander: against.kind !== 'mutant',
    pause: () => io.interrupt.aborted,
  });
  const seconds = (performance.now() - begun) / 1000;
  const name = against.kind === 'mutant' ? `mutant:${against.mutant}` : against.kind;
  io.out(
    `against ${name}: ${result.edges} edges${result.complete ? ', all of them' : ''}, ${result.calls} calls, ` +
      `${result.snapshots} states compared, ${result.failures.length} divergences, ${seconds.toFixed(1)} s\n`,
  );
  result.failures.forEach(({ failure, log }, at) => {
    const file = path.join(options.save, `divergence-${at + 1}.json`);
    writeOpLog(file, log);
    io.out(`${failure.explanation.join('\n')}\nlog (${log.ops.length} ops): ${file}\n`);
  });
  return result.failures.length;
};

/** The command as the command line knows it. */
export const exploreCommand = (io: Io, finish: (code: ExitCode) => void): Command =>
  new Command('explore')
    .description('every reachable state of a bounded configuration: counts, invariants, shortest counterexamples')
    .option('-c, --config <file>', 'the configuration: a file, or one of conformance/configurations by name', 'default')
    .option('--depth <layers>', 'explore so many layers', parse.positive)
    .option('--time <duration>', 'stop after so long: 60s, 5m', parse.duration)
    .option('--memory <size>', 'bytes that the set of states may take: 500MB, 2GB', parse.bytes, 2_000_000_000)
    .option('--no-symmetry', 'take states that differ in names only for different states')
    .option('--no-invariants', 'do not check the invariants')
    .option('--no-temporal', 'do not check what must always remain possible')
    .addOption(
      new Option('--against <target>', 'drive a target along every edge: impl, model or mutant:NAME').argParser(
        parse.target,
      ),
    )
    .option('--denominators <file>', 'write what can be reached: rules and operations by outcome, classes of states')
    .option('--save <folder>', 'where the logs of what is found go', path.join('out', 'explore'))
    .option('-q, --quiet', 'no live line')
    .action(async (options: ExploreOptions) => finish(await explore(io, options)));
