/** `explore`: every reachable state of a bounded configuration. */
import path from 'node:path';
import { Command, Option } from 'commander';
import { createLogUpdate } from 'log-update';
import { driveAgainst, type AgainstResult } from '../../properties/explore/against.ts';
import { BinderSystem } from '../../properties/explore/binder.ts';
import type { Given } from '../../properties/explore/binder-worker.ts';
import type { EdgeList } from '../../properties/explore/edges.ts';
import type { Result } from '../../properties/explore/explore.ts';
import type { StateStore } from '../../properties/explore/store.ts';
import { trailAlong, wayTo } from '../../properties/explore/path.ts';
import { brokenPromises } from '../../properties/explore/promises.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { driveRemote } from '../explore/against-remote.ts';
import { addDenominators } from '../explore/denominators.ts';
import { readConfiguration } from '../explore/configuration-file.ts';
import { Checkpoints, PAUSE_MS, exploreHere, exploreOnThreads } from '../explore/drive.ts';
import type { CheckpointOptions, Pause } from '../explore/drive.ts';
import { explorerData, explorerPage, type FoundAt } from '../explore/page.ts';
import { endingWords, exploreLine, exploreSummary, foundLines, promiseLines, witnessLines } from '../explore/show.ts';
import { mustBeWritable, writeWhole } from '../files.ts';
import type { Io } from '../io.ts';
import { writeOpLog } from '../oplog-file.ts';
import * as parse from '../options.ts';
import { localTarget } from '../targets/local.ts';

/** Options of `explore` as the command line parses them. */
export interface ExploreOptions extends CheckpointOptions {
  readonly config: string;
  readonly depth?: number;
  /** Bytes. */
  readonly memory: number;
  readonly symmetry: boolean;
  readonly invariants: boolean;
  readonly save: string;
  readonly time?: number;
  readonly against?: parse.TargetChoice;
  readonly denominators?: string;
  readonly html?: string;
  readonly htmlStates: number;
  readonly jobs?: number;
  readonly quiet?: boolean;
}

const exitCodeOf = ({ ended, found }: Result, failures: number): ExitCode => {
  if (found.length > 0 || failures > 0) return EXIT.notConformant;
  if (ended === 'interrupted') return EXIT.interrupted;
  return ended === 'memory' || ended === 'time' ? EXIT.inconclusive : EXIT.conformant;
};

/** Explores one configuration and prints what was found. */
export const explore = async (io: Io, options: ExploreOptions): Promise<ExitCode> => {
  const configuration = readConfiguration(options.config);
  const { against, temporal, jobs = 1 } = options;
  if (options.html !== undefined) mustBeWritable(options.html);
  const symmetry = options.symmetry && against === undefined;
  const { invariants, denominators } = options;
  const given: Given = { configuration, symmetry, invariants, everyStep: denominators !== undefined };
  const depth = options.depth ?? configuration.depth;
  const bounds = { memory: options.memory, ...(depth === undefined ? {} : { depth }) };
  const checkpoints = new Checkpoints(options, given);
  const live = io.live?.isTTY === true && options.quiet !== true ? createLogUpdate(io.live) : undefined;
  const end = performance.now() + (options.time ?? Infinity) * 1000;
  let shown = 0;
  const pause: Pause = progress => {
    if (performance.now() - shown > PAUSE_MS) {
      shown = performance.now();
      live?.(exploreLine(progress));
    }
    if (io.interrupt.aborted) return 'interrupted';
    return performance.now() > end ? 'time' : undefined;
  };
  const explored =
    jobs === 1
      ? await exploreHere(given, bounds, temporal, checkpoints, pause)
      : await exploreOnThreads(given, bounds, temporal, jobs, checkpoints, pause);
  live?.clear();
  const { result, store, edges, census, expanded } = explored;
  const system = new BinderSystem(configuration, { symmetry });
  io.out(`${exploreSummary(configuration, result).join('\n')}\n`);
  const foundAt: FoundAt[] = [];
  for (const found of result.found) {
    const trail = trailAlong(system, store, wayTo(store, found.state));
    const file = path.join(options.save, `${found.id}.json`);
    writeOpLog(file, trail.log(`${found.id}: ${found.text}`));
    foundAt.push({ id: found.id, says: found.text, state: trail.state });
    io.out(`${foundLines(found, trail, file).join('\n')}\n`);
  }
  io.out(`${witnessLines(census).join('\n')}\n`);
  let failures = 0;
  if (edges !== undefined) failures += showPromises(io, system, store, edges, options.save, foundAt);
  if (denominators !== undefined && census.reached !== undefined) {
    const { ended, distinct, generated, depth: layers } = result;
    const source = { name: options.config, ended, distinct, generated, depth: layers };
    addDenominators(denominators, source, census.reached);
  }
  if (options.html !== undefined) {
    const about = { configuration, progress: result, ended: endingWords(result), found: foundAt };
    const data = explorerData(about, { most: options.htmlStates, depth });
    writeWhole(options.html, explorerPage(data));
    io.out(`page: ${options.html} (${data.states.length} states${data.cut ? ', cut' : ''})\n`);
  }
  if (against !== undefined) failures += await showAgainst(io, options, against, system, store, expanded);
  // A comparison that was stopped has not shown that there are no divergences.
  if (failures === 0 && io.interrupt.aborted) return EXIT.interrupted;
  return exitCodeOf(result, failures);
};

const showPromises = (
  io: Io,
  system: BinderSystem,
  store: StateStore,
  edges: EdgeList,
  save: string,
  found: FoundAt[],
): number => {
  const broken = brokenPromises(system, store, edges);
  broken.forEach((each, at) => {
    const file = path.join(save, `${each.promise.id}-${at + 1}.json`);
    writeOpLog(file, each.trail.log(`${each.promise.id}: ${each.exception?.says ?? 'nothing documented explains it'}`));
    found.push({ id: each.promise.id, says: each.exception?.says ?? each.promise.says, state: each.trail.state });
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
  store: StateStore,
  expanded: number,
): Promise<number> => {
  const begun = performance.now();
  if (parse.isRemote(against)) {
    const { kind, paths, ops, failures, complete } = await driveRemote(
      against,
      system,
      store,
      expanded,
      MOST_FAILURES,
      io.interrupt,
    );
    const what = kind === 'edges' ? 'every edge is on one' : 'they cover every rule and operation by outcome';
    const so = complete ? what : 'ended before the last one';
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    io.out(
      `against ${against.kind}: ${paths} paths (${so}), ${ops} ops, ${failures.length} divergences, ${seconds} s\n`,
    );
    return showFailures(io, options, failures);
  }
  const driver = await localTarget(against);
  const result = driveAgainst({
    system,
    store,
    expanded,
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
  return showFailures(io, options, result.failures);
};

/** Prints divergences and saves their logs; answers how many there are. */
const showFailures = (io: Io, { save }: ExploreOptions, failures: AgainstResult['failures']): number => {
  failures.forEach(({ failure, log }, at) => {
    const file = path.join(save, `divergence-${at + 1}.json`);
    writeOpLog(file, log);
    io.out(`${failure.explanation.join('\n')}\nlog (${log.ops.length} ops): ${file}\n`);
  });
  return failures.length;
};

/** The command as the command line knows it. */
export const exploreCommand = (io: Io, finish: (code: ExitCode) => void): Command =>
  new Command('explore')
    .description('every reachable state of a bounded configuration: counts, invariants, shortest counterexamples')
    .option('-c, --config <file>', 'the configuration: a file, or one of conformance/configurations by name', 'default')
    .option('-j, --jobs <count>', 'threads', parse.positive)
    .option('--depth <layers>', 'explore so many layers', parse.positive)
    .option('--time <duration>', 'stop after so long: 60s, 5m', parse.duration)
    .option('--memory <size>', 'bytes that the set of states may take: 500MB, 2GB', parse.bytes, 2_000_000_000)
    .option('--checkpoint <file>', 'save the exploration there now and then, between two layers')
    .option('--checkpoint-every <duration>', 'at least so long apart: 20s, 5m', parse.duration, 20)
    .option('--resume <file>', 'continue from a checkpoint')
    .option('--no-symmetry', 'take states that differ in names only for different states')
    .option('--no-invariants', 'do not check the invariants')
    .option('--no-temporal', 'do not check what must always remain possible')
    .addOption(
      new Option(
        '--against <target>',
        'drive impl, model or mutant:NAME along every edge, linux along paths that cover',
      ).argParser(parse.target),
    )
    .option('--denominators <file>', 'write what can be reached: rules and operations by outcome, classes of states')
    .option('--html <file>', 'write a page on which the first states are walked, offline')
    .option('--html-states <count>', 'states that the page takes, breadth first', parse.positive, 2000)
    .option('--save <folder>', 'where the logs of what is found go', path.join('out', 'explore'))
    .option('-q, --quiet', 'no live line')
    .action(async (options: ExploreOptions) => finish(await explore(io, options)));
