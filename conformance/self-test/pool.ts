/** Many hunts: in this process one after the other, or in several worker processes. */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../exit.ts';
import { faultNamed } from '../faults/all.ts';
import { hunt, type Catch } from './hunt.ts';
import type { Order, Word } from './worker.ts';

const WORKER = new URL('./worker.js', import.meta.url);
/** Seconds that a hunt may take beyond its limit (it shrinks) before its worker counts as hung. */
const PATIENCE = 120;

/** What comes of an order: its catch, or why there is none. */
export type Answer = Catch | { readonly id: string; readonly seed: number; readonly trouble: string };

const startWorker = (): ChildProcess => fork(fileURLToPath(WORKER), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });

/** One order in a worker; `undefined` when the user stopped it. */
const inWorker = (child: ChildProcess, order: Order, stop: AbortSignal): Promise<Answer | undefined> =>
  new Promise(done => {
    const settle = (answer: Answer | undefined): void => {
      clearTimeout(watchdog);
      child.removeAllListeners();
      stop.removeEventListener('abort', halt);
      done(answer);
    };
    const { id, options } = order;
    const trouble = (reason: string): void => settle({ id, seed: options.seed, trouble: reason });
    let seen: Catch | undefined;
    const watchdog = setTimeout(
      () => {
        child.kill('SIGKILL');
        // It loops over a shorter log: the fault is found all the same.
        if (seen === undefined) trouble('its hunt does not end: the driver loops');
        else settle(seen);
      },
      (options.seconds + PATIENCE) * 1000,
    );
    const halt = (): void => settle(undefined);
    stop.addEventListener('abort', halt);
    child.on('message', message => {
      const word = message as Word;
      if ('first' in word) seen = word.first;
      else settle(word.caught);
    });
    child.on('error', error => trouble(`its worker failed: ${error.message}`));
    child.on('exit', (code, signal) => {
      // A loop that fills the memory ends the worker before the watchdog does.
      if (signal !== null && seen !== undefined) settle(seen);
      else trouble(`its worker ended with ${signal ?? `exit code ${code}`}`);
    });
    child.send(order);
  });

/** Carries out the orders with so many workers, in any order, until all are done or `stop` is aborted. */
export const hunts = async (
  orders: readonly Order[],
  jobs: number | undefined,
  tell: (answer: Answer) => void,
  stop: AbortSignal,
): Promise<void> => {
  const queue = [...orders];
  if (jobs === undefined) {
    for (const { id, options } of queue) {
      const caught = await hunt(faultNamed(id), options, stop);
      if (stop.aborted) return;
      tell(caught);
    }
    return;
  }
  if (!import.meta.url.endsWith('.js')) throw new UsageError('--jobs needs the built program: npm run build');
  const work = async (): Promise<void> => {
    let child: ChildProcess | undefined;
    for (let order = queue.shift(); order !== undefined && !stop.aborted; order = queue.shift()) {
      child ??= startWorker();
      const answer = await inWorker(child, order, stop);
      if (answer === undefined) break;
      tell(answer);
      if (!('trouble' in answer) && !child.killed && child.signalCode === null) continue;
      child.kill('SIGKILL');
      child = undefined;
    }
    child?.kill('SIGKILL');
  };
  await Promise.all(Array.from({ length: Math.min(jobs, queue.length) }, work));
};
