/** A run on a target of this process, or the same in several worker processes; the corpus comes first, in this one. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { specification } from '../../model/model.ts';
import { INVARIANTS } from '../../properties/all.ts';
import { prepared } from '../../properties/profile/prepare.ts';
import { PROFILES } from '../../properties/profile/profile.ts';
import { runLockstep } from '../../properties/lockstep.ts';
import type { Regression } from '../corpus.ts';
import { UsageError } from '../exit.ts';
import { localTarget } from '../targets/local.ts';
import { SequenceRecorder, TraceWriter } from '../trace/writer.ts';
import { coverageOf } from './coverage.ts';
import { devicesOf } from './log.ts';
import { shareOf, sourceName, type Plan, type Share } from './plan.ts';
import { runShare, type News } from './share.ts';
import type { Tally } from './tally.ts';

const WORKER = new URL('./worker.js', import.meta.url);

const inWorker = (share: Share, worker: number, tell: (news: News) => void, stop: AbortSignal) =>
  new Promise<string | undefined>(done => {
    const child = fork(fileURLToPath(WORKER), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const halt = (): void => {
      if (child.connected) child.send('stop');
    };
    stop.addEventListener('abort', halt);
    child.on('message', message => tell(message as News));
    child.on('error', error => done(`worker ${worker}: ${error.message}`));
    child.on('exit', (code, signal) => {
      stop.removeEventListener('abort', halt);
      done(code === 0 ? undefined : `worker ${worker} ended with ${signal ?? `exit code ${code}`}`);
    });
    child.send(share);
  });

/** Replays the corpus, comparing the state after every op. */
export const replayLocal = async (
  plan: Plan,
  corpus: readonly Regression[],
  tally: Tally,
  stop: AbortSignal,
): Promise<void> => {
  const driver = await localTarget(plan.target);
  const trace = plan.record === undefined ? undefined : new TraceWriter(plan.record);
  const profile = PROFILES[plan.profile];
  for (const { file, log } of corpus) {
    if (stop.aborted || tally.open >= plan.budget.failures) break;
    const devices = devicesOf(log, plan.devices);
    const coverage = coverageOf(plan);
    const ops = prepared(profile, log.ops);
    const recorder = new SequenceRecorder();
    const { failure } = runLockstep(
      {
        specification,
        driver,
        world: { devices },
        checkpointEvery: 1,
        journal: true,
        invariants: INVARIANTS,
        coverage,
        recorder,
        profile,
      },
      ops,
    );
    trace?.append(recorder.sequence(sourceName({ regression: file }), devices));
    const found = failure === undefined ? [] : [{ failure, ops, source: { regression: file }, devices }];
    tally.add(coverage.record(), found, [], 1);
  }
  trace?.close();
};

/** Runs a plan with so many workers, adding to the tally as they go. */
export const runLocal = async (
  asked: Plan,
  jobs: number,
  tally: Tally,
  show: () => void,
  stop: AbortSignal,
): Promise<void> => {
  const plan = { ...asked, excused: tally.excused };
  const tell = ({ record, failures, repeated }: News): void => {
    tally.add(record, failures, repeated);
    show();
  };
  if (jobs === 1) {
    await runShare(shareOf(plan), tell, stop);
    return;
  }
  if (!import.meta.url.endsWith('.js')) throw new UsageError('--jobs needs the built program: npm run build');
  const workers = Array.from({ length: jobs }, (_, at) => inWorker(shareOf(plan, at, jobs), at, tell, stop));
  for (const trouble of await Promise.all(workers)) if (trouble !== undefined) tally.trouble(trouble);
};
