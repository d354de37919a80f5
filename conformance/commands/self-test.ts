/** `self-test`: every seeded fault of the driver must be caught by generated sequences alone; the corpus is not asked. */
import path from 'node:path';
import { EXIT, UsageError, type ExitCode } from '../exit.ts';
import { FAULTS, faultNamed } from '../faults/all.ts';
import { AREAS, type Area, type Fault } from '../faults/fault.ts';
import { mustBeWritable, writeWhole } from '../files.ts';
import type { Io } from '../io.ts';
import { writeOpLog } from '../oplog-file.ts';
import type { ReportChoice } from '../options.ts';
import { Progress } from '../progress.ts';
import { selfTestReport, selfTestText } from '../report/self-test.ts';
import type { Catch } from '../self-test/hunt.ts';
import { hunts, type Answer } from '../self-test/pool.ts';
import { WORLD } from '../self-test/suspect.ts';
import { count } from '../verdict.ts';

/** Options of `self-test` as the command line parses them. */
export interface SelfTestOptions {
  readonly fault: readonly string[];
  readonly area?: string;
  readonly seed: number;
  readonly seeds: number;
  readonly timeLimit: number;
  readonly jobs?: number;
  readonly report: readonly ReportChoice[];
  readonly save?: string;
  readonly shrink: boolean;
  readonly foreign?: boolean;
  readonly quiet?: boolean;
}

/** A driver with a fault may loop, and only another process can put an end to that; sources without a build have none. */
const ONE_WORKER = import.meta.url.endsWith('.js') ? 1 : undefined;

const chosen = ({ fault, area }: SelfTestOptions): readonly Fault[] => {
  if (area !== undefined && !Object.hasOwn(AREAS, area)) {
    throw new UsageError(`no area of faults has the name ${area}: there are ${Object.keys(AREAS).join(', ')}`);
  }
  const faults = fault.length === 0 ? FAULTS : fault.map(faultNamed);
  const some = faults.filter(each => area === undefined || each.area === (area as Area));
  if (some.length === 0) throw new UsageError(`none of these faults is in the area ${area}`);
  return [...new Set(some)];
};

/** Saves the log of a catch as an op log that `replay --target mutant:ID` fails with. */
const saveLog = (folder: string, { id, seed, signature, log }: Catch): void =>
  writeOpLog(path.join(folder, `${id}.json`), {
    format: 'binder-spec/op-log',
    version: 1,
    profile: 'linux-6.1',
    title: faultNamed(id).story,
    origin: { target: `mutant:${id}`, seed, devices: WORLD.devices, signature },
    ops: [...log],
  });

/** Hunts the faults. Exit code 0 when each was found with each seed, 1 when one was not. Throws `UsageError`. */
export const selfTest = async (io: Io, options: SelfTestOptions): Promise<ExitCode> => {
  const { seed, seeds, shrink, foreign = false, quiet = false } = options;
  for (const { file } of options.report) mustBeWritable(file);
  const faults = chosen(options);
  const each = { seconds: options.timeLimit, shrink, foreign };
  const orders = Array.from({ length: seeds }, (_, turn) => seed + turn).flatMap(one =>
    faults.map(({ id }) => ({ id, options: { ...each, seed: one } })),
  );
  const progress = new Progress(io.live, !quiet);
  const answers: Answer[] = [];
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  try {
    await hunts(
      orders,
      options.jobs ?? ONE_WORKER,
      answer => {
        answers.push(answer);
        const missed = answers.filter(one => 'trouble' in one || !one.found).length;
        progress.say(
          () =>
            `${answers.length} of ${count(orders.length, 'hunt')}  ${seconds().toFixed(0)} s` +
            `${missed === 0 ? '' : `  ${missed} not found`}  last ${answer.id}`,
        );
        if (options.save !== undefined && !('trouble' in answer) && answer.found) saveLog(options.save, answer);
      },
      io.interrupt,
    );
  } finally {
    progress.clear();
  }
  const interrupted = io.interrupt.aborted;
  const asked = faults.map(({ id }) => id);
  const report = selfTestReport({ asked, answers, seed, seeds, foreign, shrink, interrupted, seconds: seconds() });
  io.out(selfTestText(report, { color: io.color, quiet, shrink }));
  for (const { file } of options.report) writeWhole(file, `${JSON.stringify(report, null, 2)}\n`);
  if (interrupted) return EXIT.interrupted;
  return report.summary.found === faults.length ? EXIT.conformant : EXIT.notConformant;
};
