/** `explore`: every reachable state of a bounded configuration. */
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { Command } from 'commander';
import { createLogUpdate } from 'log-update';
import { BinderSystem } from '../../properties/explore/binder.ts';
import { Explorer, type Found, type Result } from '../../properties/explore/explore.ts';
import { trailAlong, wayTo } from '../../properties/explore/path.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';
import { writeOpLog } from '../oplog-file.ts';
import { readConfiguration } from '../explore/configuration-file.ts';
import * as parse from '../options.ts';
import { exploreLine, exploreSummary } from '../explore/show.ts';
import { opLine } from '../report/terminal.ts';

/** Options of `explore` as the command line parses them. */
export interface ExploreOptions {
  readonly config: string;
  readonly depth?: number;
  /** Bytes. */
  readonly memory: number;
  readonly symmetry: boolean;
  readonly save: string;
  readonly time?: number;
  readonly quiet?: boolean;
}

const exitCodeOf = ({ ended, found }: Result): ExitCode => {
  if (found.length > 0) return EXIT.notConformant;
  if (ended === 'interrupted') return EXIT.interrupted;
  return ended === 'memory' ? EXIT.inconclusive : EXIT.conformant;
};

/** Milliseconds between two looks at the keyboard. */
const PAUSE_MS = 100;

const drive = async <State>(explorer: Explorer<State>, pause: () => boolean): Promise<Result> => {
  const slices = explorer.slices();
  for (let looked = performance.now(); ;) {
    const { done, value } = slices.next();
    if (done === true) return value;
    if (performance.now() - looked < PAUSE_MS) continue;
    await setImmediate();
    if (pause()) return explorer.interrupted();
    looked = performance.now();
  }
};

/** Explores one configuration and prints what was found. */
export const explore = async (io: Io, options: ExploreOptions): Promise<ExitCode> => {
  const configuration = readConfiguration(options.config);
  const system = new BinderSystem(configuration, { symmetry: options.symmetry });
  const depth = options.depth ?? configuration.depth;
  const explorer = new Explorer(system, { memory: options.memory, ...(depth === undefined ? {} : { depth }) });
  const live = io.live?.isTTY === true && options.quiet !== true ? createLogUpdate(io.live) : undefined;
  const end = performance.now() + (options.time ?? Infinity) * 1000;
  const result = await drive(explorer, () => {
    live?.(exploreLine(explorer.progress));
    return io.interrupt.aborted || performance.now() > end;
  });
  live?.clear();
  io.out(`${exploreSummary(configuration, result).join('\n')}\n`);
  for (const found of result.found) showFound(io, explorer, found, options.save);
  return exitCodeOf(result);
};

const showFound = <State>(io: Io, explorer: Explorer<State>, found: Found, save: string): void => {
  const system = explorer.system as unknown as BinderSystem;
  const trail = trailAlong(system, explorer.store, wayTo(explorer.store, found.state));
  const file = path.join(save, `${found.id}.json`);
  writeOpLog(file, trail.log(`${found.id}: ${found.text}`));
  io.out(`\n${found.id}: ${found.text}\n`);
  for (const { op } of trail.steps) io.out(`  ${opLine(op)}\n`);
  io.out(`shortest log (${trail.steps.length} ops): ${file}\n`);
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
    .option('--save <folder>', 'where the logs of what is found go', path.join('out', 'explore'))
    .option('-q, --quiet', 'no live line')
    .action(async (options: ExploreOptions) => finish(await explore(io, options)));
