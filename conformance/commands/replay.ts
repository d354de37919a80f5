/** `replay`: one saved op log on a target, step by step. */
import { specification } from '../../model/model.ts';
import { INVARIANTS } from '../../properties/all.ts';
import { runLockstep, type RunResult, type Step } from '../../properties/lockstep.ts';
import { PROFILES } from '../../properties/profile/profile.ts';
import { runRemote } from '../../properties/remote.ts';
import { devicesOf } from '../campaign/log.ts';
import { EXIT, EnvironmentError, UsageError, type ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';
import { readOpLog } from '../oplog-file.ts';
import { isRemote, type ProfileName, type TargetChoice } from '../options.ts';
import { opLine } from '../report/terminal.ts';
import { localTarget } from '../targets/local.ts';
import { startRemote } from '../targets/remote.ts';
import { count } from '../verdict.ts';
import type { OpLog } from '../../abi/op.ts';

/** Options of `replay` as the command line parses them. */
export interface ReplayOptions {
  readonly target: TargetChoice;
  readonly profile: ProfileName;
  readonly quiet?: boolean;
}

/** Devices where a log says nothing. */
const DEVICES = 2;

const onRemote = async (
  { target, profile: name }: ReplayOptions,
  log: OpLog,
  onStep: (step: Step) => void,
): Promise<RunResult> => {
  const driver = await startRemote(target, 1);
  try {
    const world = { devices: devicesOf(log, DEVICES) };
    const session = await driver.begin(world, true);
    return await runRemote(
      {
        specification,
        session,
        world,
        batch: 1,
        snapshot: true,
        traceless: driver.isPredictable ?? false,
        invariants: INVARIANTS,
        onStep,
        profile: PROFILES[name],
      },
      log.ops,
    );
  } finally {
    await driver.stop();
  }
};

const onLocal = async (
  { target, profile: name }: ReplayOptions,
  log: OpLog,
  onStep: (step: Step) => void,
): Promise<RunResult> =>
  runLockstep(
    {
      specification,
      driver: await localTarget(target),
      world: { devices: devicesOf(log, DEVICES) },
      checkpointEvery: 1,
      journal: true,
      invariants: INVARIANTS,
      onStep,
      profile: PROFILES[name],
    },
    log.ops,
  );

/** Replays a file: exit code 0 when every step is allowed, 1 when one is not. Throws `UsageError` for a bad file. */
export const replay = async (io: Io, file: string, options: ReplayOptions): Promise<ExitCode> => {
  const log = readOpLog(file);
  if (log.ops.length === 0) throw new UsageError(`${file}: there is nothing to replay: ops is empty`);
  const onStep = ({ op, observation, rules }: Step): void => {
    if (options.quiet === true) return;
    io.out(`${opLine(op)}\n     → ${JSON.stringify(observation)}\n       ${rules.join(' ')}\n`);
  };
  const { kind } = options.target;
  const result = isRemote(options.target) ? await onRemote(options, log, onStep) : await onLocal(options, log, onStep);
  const { failure, skipped, ops } = result;
  if (skipped.length > 0) io.out(`not applicable, so not performed: op ${skipped.join(', ')}\n`);
  if (failure === undefined) {
    if (ops === 0) throw new EnvironmentError(`${file}: no op of it could be performed`);
    io.out(`PASS  ${count(ops, 'op')} on ${kind}: every step is allowed\n`);
    return EXIT.conformant;
  }
  const blame = failure.rules.length === 0 ? '' : `  rules ${failure.rules.join(' ')}`;
  io.out(
    `FAIL  [${failure.kind}]${blame}\n${failure.explanation.map(line => `  ${line}\n`).join('')}  ${failure.signature}\n`,
  );
  return EXIT.notConformant;
};
