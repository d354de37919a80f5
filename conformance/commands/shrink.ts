/** `shrink`: goes on shrinking a saved op log on a target, and says what is proved about the result. */
import { engineFor } from '../campaign/engine.ts';
import { devicesOf, nameOf } from '../campaign/log.ts';
import type { Plan } from '../campaign/plan.ts';
import { saveFailure } from '../campaign/save.ts';
import { Tally } from '../campaign/tally.ts';
import { EXIT, EnvironmentError, UsageError, type ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';
import { readOpLog } from '../oplog-file.ts';
import type { ProfileName, TargetChoice } from '../options.ts';
import { certificateLines } from '../report/certificate.ts';
import { opLines } from '../report/terminal.ts';
import { count } from '../verdict.ts';

/** Options of `shrink` as the command line parses them. */
export interface ShrinkCommandOptions {
  readonly target: TargetChoice;
  readonly profile: ProfileName;
  /** Executions, at most, certificate apart. */
  readonly budget?: number;
  readonly certificate?: boolean;
  readonly jobs?: number;
  readonly save: string;
}

/** Devices where a log says nothing. */
const DEVICES = 2;

/** Shrinks a file: exit code 1 when it still diverges, 0 when it passes. Throws `UsageError` for a bad file. */
export const shrinkFile = async (io: Io, file: string, options: ShrinkCommandOptions): Promise<ExitCode> => {
  const log = readOpLog(file);
  const { ops } = log;
  if (ops.length === 0) throw new UsageError(`${file}: there is nothing to shrink: ops is empty`);
  const seed = typeof log.origin?.['seed'] === 'number' ? log.origin['seed'] : 0;
  const devices = devicesOf(log, DEVICES);
  const { target, profile, budget } = options;
  const plan: Plan = { target, profile, level: 'full', seed, devices, budget: { failures: 100 } };
  const tally = new Tally();
  const engine = engineFor({ plan, jobs: options.jobs, corpus: [], tally, show: () => {}, stop: io.interrupt });
  try {
    await engine.version();
    const failure = await engine.replay(log, '');
    if (failure === undefined) {
      io.out(
        `PASS  ${count(ops.length, 'op')} on ${nameOf(target)}: every step is allowed, so there is nothing to shrink\n`,
      );
      return EXIT.conformant;
    }
    tally.fail({ failure, ops, source: { recorded: file }, devices });
    const known = tally.failures.get(failure.core);
    if (known === undefined) throw new EnvironmentError(`${file}: the failure was not kept`);
    await engine.shrink(known, {
      ...(budget === undefined ? {} : { budget }),
      certificate: options.certificate === true,
      say: () => {},
      stop: io.interrupt,
    });
    for (const each of tally.failures.values()) saveFailure(options.save, plan, each, tally);
    const { confirmed, shrunk, certificate } = known;
    const stable = confirmed === undefined || confirmed.agreed === confirmed.of;
    const others = tally.failures.size - 1;
    io.out(
      [
        shrunk?.failure.signature ?? failure.signature,
        stable && shrunk !== undefined
          ? `shrunk ${ops.length} → ${shrunk.ops.length} ops in ${count(shrunk.executions, 'execution')}`
          : `${count(ops.length, 'op')}, UNSTABLE and therefore not shrunk: ${confirmed?.agreed ?? 0} of ${confirmed?.of ?? 0} further executions agree`,
        ...opLines(shrunk?.ops ?? ops),
        ...(certificate === undefined ? [] : certificateLines(certificate)),
        ...(others === 0 ? [] : [`  ${count(others, 'other failure')} met on the way, saved as well`]),
        ...(known.file === undefined
          ? []
          : [`  again  npx binder-spec replay ${known.file} --target ${nameOf(target)}`]),
        '',
      ].join('\n'),
    );
    for (const line of tally.errors) io.err(`${line}\n`);
    return io.interrupt.aborted ? EXIT.interrupted : EXIT.notConformant;
  } finally {
    await engine.stop();
  }
};
