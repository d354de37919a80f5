/** A native thread of a program: a coroutine that makes one system call at a time. */
import type { Call } from '../../abi/call.ts';
import type { Done } from '../../abi/observation.ts';
import { MisuseError } from './errors.ts';

/** A system call without what the thread adds: its number, its process and itself. */
export type Request = Call extends infer Each
  ? Each extends { readonly proc: number; readonly thread: number }
    ? Omit<Each, 'id' | 'proc' | 'thread'>
    : never
  : never;

interface Deferred<T> {
  resolve(value: T): void;
  reject(error: unknown): void;
}

/**
 * Where a thread stands: `ready` waits for its turn, `running` is the one whose code runs, `parked` sleeps in the driver,
 * `waiting` sleeps outside of it, `ended` is over.
 */
export type ThreadState = 'ready' | 'running' | 'parked' | 'waiting' | 'ended';

/** What a thread does at its next turn. */
type Turn =
  | { readonly do: 'start' }
  | { readonly do: 'call'; readonly request: Request }
  | { readonly do: 'return'; readonly done: Done }
  | { readonly do: 'continue' };

export class Thread {
  readonly proc: number;
  readonly index: number;
  state: ThreadState = 'ready';
  turn: Turn = { do: 'start' };
  readonly #body: (thread: Thread) => Promise<void>;
  readonly #onReady: (thread: Thread) => void;
  #inCall: Deferred<Done> | undefined;
  #inWait: Deferred<void> | undefined;
  #blocked: (() => void) | undefined;

  constructor(proc: number, index: number, body: (thread: Thread) => Promise<void>, onReady: (thread: Thread) => void) {
    this.proc = proc;
    this.index = index;
    this.#body = body;
    this.#onReady = onReady;
  }

  /** Makes a system call and answers what it showed, when it is over. Only the running thread may. */
  call(request: Request): Promise<Done> {
    this.#mustRun();
    return new Promise<Done>((resolve, reject) => {
      this.#inCall = { resolve, reject };
      this.turn = { do: 'call', request };
      this.#yield('ready');
      this.#onReady(this);
    });
  }

  /** Sleeps outside of the driver until `wake`. Only the running thread may. */
  sleep(): Promise<void> {
    this.#mustRun();
    return new Promise<void>((resolve, reject) => {
      this.#inWait = { resolve, reject };
      this.#yield('waiting');
    });
  }

  /** Ends a sleep outside of the driver; anything else is left alone. */
  wake(): void {
    if (this.state !== 'waiting') return;
    this.turn = { do: 'continue' };
    this.state = 'ready';
    this.#onReady(this);
  }

  /** The scheduler's: the call completed, now or after a sleep in the driver. */
  complete(done: Done): void {
    this.turn = { do: 'return', done };
    this.state = 'ready';
  }

  /** The scheduler's: runs the thread's code until it blocks or ends. */
  async run(): Promise<void> {
    const { turn } = this;
    const blocked = new Promise<void>(resolve => {
      this.#blocked = resolve;
    });
    this.state = 'running';
    switch (turn.do) {
      case 'start':
        void this.#body(this).finally(() => this.#yield('ended'));
        break;
      case 'return': {
        const deferred = this.#inCall;
        this.#inCall = undefined;
        deferred?.resolve(turn.done);
        break;
      }
      case 'continue': {
        const deferred = this.#inWait;
        this.#inWait = undefined;
        deferred?.resolve();
        break;
      }
      case 'call':
        throw new Error('a call is performed, not run');
    }
    await blocked;
  }

  /** The scheduler's: the thread is no more; whatever it waits for never comes. */
  end(): void {
    this.state = 'ended';
    this.#inCall = undefined;
    this.#inWait = undefined;
  }

  #yield(state: ThreadState): void {
    this.state = state;
    const blocked = this.#blocked;
    this.#blocked = undefined;
    blocked?.();
  }

  #mustRun(): void {
    if (this.state === 'running') return;
    throw new MisuseError(`thread ${this.proc}.${this.index} is ${this.state}: a thread makes one call at a time`);
  }
}
