/** A run on a target of this process, or the same in several worker processes. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../exit.ts';
import type { Plan } from './plan.ts';
import { runShare, type News } from './share.ts';
import type { Tally } from './tally.ts';

const WORKER = new URL('./worker.js', import.meta.url);

const inWorker = (plan: Plan, first: number, stride: number, tell: (news: News) => void, stop: AbortSignal) =>
  new Promise<string | undefined>(done => {
    const child = fork(fileURLToPath(WORKER), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const halt = (): void => {
      if (child.connected) child.send('stop');
    };
    stop.addEventListener('abort', halt);
    child.on('message', message => tell(message as News));
    child.on('error', error => done(`worker ${first}: ${error.message}`));
    child.on('exit', (code, signal) => {
      stop.removeEventListener('abort', halt);
      done(code === 0 ? undefined : `worker ${first} ended with ${signal ?? `exit code ${code}`}`);
    });
    child.send({ plan, first, stride });
  });

/** Runs a plan with so many workers, adding to the tally as they go. */
export const runLocal = async (
  plan: Plan,
  jobs: number,
  tally: Tally,
  show: () => void,
  stop: AbortSignal,
): Promise<void> => {
  const tell = ({ record, failures, repeated }: News): void => {
    tally.add(record, failures, repeated);
    show();
  };
  if (jobs === 1) {
    await runShare({ plan, first: 0, stride: 1 }, tell, stop);
    return;
  }
  if (!import.meta.url.endsWith('.js')) throw new UsageError('--jobs needs the built program: npm run build');
  const workers = Array.from({ length: jobs }, (_, first) => inWorker(plan, first, jobs, tell, stop));
  for (const trouble of await Promise.all(workers)) if (trouble !== undefined) tally.errors.push(trouble);
};
