/** A worker thread as the one that leads it sees it: it expands what it is told and says what came of it. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Found } from './explore.ts';
import type { Report, Task, WorkerData } from './worker.ts';

export class Hand {
  readonly #worker: Worker;
  generated = 0;
  deadlocks = 0;
  added = 0;
  found: readonly Found[] = [];
  full = false;

  constructor(data: WorkerData) {
    this.#worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: data });
  }

  /** Has a range of states expanded; answers where it stopped. */
  async expand(task: Extract<Task, { readonly do: 'expand' }>): Promise<number> {
    const report = await this.#ask(task);
    if (report.did !== 'expand') throw new Error(`a worker answered ${report.did}`);
    ({
      generated: this.generated,
      deadlocks: this.deadlocks,
      added: this.added,
      found: this.found,
      full: this.full,
    } = report);
    return report.at;
  }

  /** What it has met and kept so far. */
  async tell(): Promise<Extract<Report, { readonly did: 'tell' }>> {
    const report = await this.#ask({ do: 'tell' });
    if (report.did !== 'tell') throw new Error(`a worker answered ${report.did}`);
    return report;
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  async #ask(task: Task): Promise<Report> {
    this.#worker.postMessage(task);
    const [report] = (await once(this.#worker, 'message')) as [Report];
    return report;
  }
}
