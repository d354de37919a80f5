/**
 * Many processes with threads on one driver, and a scheduler that lets one of them go on at a time.
 *
 * Deterministic: the same programs, the same choices and the same driver make the same calls in the same order. Which of
 * the ready threads goes next is a choice that the maker of the system may take over.
 */
import type { Call } from '../../abi/call.ts';
import type { Done } from '../../abi/observation.ts';
import { DeadlockError, KilledError, MisuseError } from './errors.ts';
import type { Kernel } from './kernel.ts';
import { Thread } from './thread.ts';

export interface SystemOptions {
  /**
   * Which of so many goes next: 0 is the thread that waits longest, kills come last. First come, first served unless told.
   */
  readonly choose?: (ready: number) => number;
  /** The first op number; 1 unless told. */
  readonly firstOp?: number;
}

/** Something that the harness does between two turns. */
interface Order {
  readonly call: { readonly op: 'kill'; readonly proc: number };
  resolve(): void;
}

/** The most native threads of one process: the ids of a process's threads lie that close together. */
const MOST_THREADS = 90;

const CLOSED: Done = { status: 'EBADF' };

export class System {
  readonly #kernel: Kernel;
  readonly #choose: (ready: number) => number;
  #nextOp: number;
  #nextProc = 0;
  readonly #ready: Thread[] = [];
  readonly #parked = new Map<number, Thread>();
  readonly #threads = new Map<number, Map<number, Thread>>();
  readonly #killed = new Set<number>();
  /** Processes that made a call: the driver has never heard of any other. */
  readonly #known = new Set<number>();
  /** Process and descriptor of every close. */
  readonly #closed = new Set<string>();
  readonly #orders: Order[] = [];
  /** How to tell those who wait for a thread that it will never end. */
  readonly #awaited = new Map<Thread, (error: Error) => void>();
  #current: Thread | undefined;
  #loop: Promise<void> | undefined;
  #failure: Error | undefined;

  constructor(kernel: Kernel, options: SystemOptions = {}) {
    this.#kernel = kernel;
    this.#choose = options.choose ?? ((): number => 0);
    this.#nextOp = options.firstOp ?? 1;
  }

  /** The thread whose code runs now. Throws `MisuseError` outside of every thread. */
  get current(): Thread {
    if (this.#current === undefined) throw new MisuseError('this can only be done by a thread of a process: use run');
    return this.#current;
  }

  /** A number for a new process. It exists for the driver from its first call on. */
  newProcess(): number {
    const proc = this.#nextProc++;
    this.#threads.set(proc, new Map());
    return proc;
  }

  /** Threads of a process that have not ended. */
  threadsOf(proc: number): number {
    return this.#threads.get(proc)?.size ?? 0;
  }

  /** Starts a thread that nobody waits for. `onError` hears what its code throws. */
  spawn(proc: number, code: (thread: Thread) => Promise<void>, onError: (error: unknown) => void): Thread {
    const threads = this.#threads.get(proc);
    if (threads === undefined || this.#killed.has(proc)) throw new MisuseError(`there is no process ${proc}`);
    let index = 0;
    while (threads.has(index)) index++;
    if (index >= MOST_THREADS) throw new MisuseError(`process ${proc} has ${MOST_THREADS} threads already`);
    const thread: Thread = new Thread(
      proc,
      index,
      async self => {
        try {
          await code(self);
        } catch (error) {
          onError(error);
        } finally {
          threads.delete(index);
        }
      },
      ready => this.#enqueue(ready),
    );
    threads.set(index, thread);
    this.#enqueue(thread);
    return thread;
  }

  /**
   * Runs code on a new thread and answers its result. Rejects with what the code throws, with `DeadlockError` when nothing
   * in the system can go on before it ends, with `KilledError` when its process is killed.
   */
  run<T>(proc: number, code: (thread: Thread) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const thread = this.spawn(
        proc,
        async self => {
          const value = await code(self);
          this.#awaited.delete(thread);
          resolve(value);
        },
        error => {
          this.#awaited.delete(thread);
          reject(error);
        },
      );
      this.#awaited.set(thread, reject);
    });
  }

  /** Kills a process: its threads end where they are, its descriptors are closed. */
  kill(proc: number): Promise<void> {
    return new Promise<void>(resolve => {
      this.#orders.push({ call: { op: 'kill', proc }, resolve });
      this.#go();
    });
  }

  /** Resolves when no thread can go on: each one sleeps or has ended. Rejects when the driver failed. */
  async idle(): Promise<void> {
    this.#go();
    while (this.#loop !== undefined) await this.#loop;
    if (this.#failure !== undefined) throw this.#failure;
  }

  #enqueue(thread: Thread): void {
    this.#ready.push(thread);
    this.#go();
  }

  #go(): void {
    this.#loop ??= this.#turns();
  }

  async #turns(): Promise<void> {
    // Whoever made the first thread ready finishes what it is doing first.
    await Promise.resolve();
    try {
      while (this.#failure === undefined) {
        const choices = this.#ready.length + this.#orders.length;
        if (choices === 0) break;
        const at = choices === 1 ? 0 : this.#choose(choices);
        const [thread] = this.#ready.splice(at, 1);
        if (thread === undefined) {
          const [order] = this.#orders.splice(at - this.#ready.length, 1);
          if (order !== undefined) await this.#obey(order);
        } else if (thread.state !== 'ended') {
          await this.#take(thread);
        }
      }
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error));
    }
    this.#loop = undefined;
    const stuck = [...this.#awaited];
    this.#awaited.clear();
    for (const [thread, reject] of stuck) {
      reject(this.#failure ?? new DeadlockError(`thread ${thread.proc}.${thread.index} waits and nothing can wake it`));
    }
  }

  /** One turn of a thread: its call is performed, and its code runs on if the call is over. */
  async #take(thread: Thread): Promise<void> {
    if (thread.turn.do === 'call') {
      const id = this.#nextOp++;
      const call = { ...thread.turn.request, id, proc: thread.proc, thread: thread.index } as Call;
      thread.state = 'parked';
      this.#parked.set(id, thread);
      await this.#perform(call);
      // A call that is over goes on at once: the order of the calls alone is what a scheduler can choose.
      if ((thread.state as string) !== 'ready') return;
      const at = this.#ready.indexOf(thread);
      if (at >= 0) this.#ready.splice(at, 1);
    }
    this.#current = thread;
    await thread.run();
    this.#current = undefined;
  }

  async #perform(call: Call): Promise<void> {
    if ('proc' in call) this.#known.add(call.proc);
    const { result, completions } = this.#isClosed(call)
      ? { result: CLOSED, completions: [] }
      : await this.#kernel.perform(call);
    if (call.op === 'close') this.#closed.add(`${call.proc} ${call.fd}`);
    const over = result === 'pending' ? completions : [{ op: call.id, done: result }, ...completions];
    for (const { op, done } of over) {
      const thread = this.#parked.get(op);
      if (thread === undefined) continue;
      this.#parked.delete(op);
      if (thread.state !== 'parked') continue;
      thread.complete(done);
      this.#ready.push(thread);
    }
  }

  /** A descriptor that is closed is no business of the driver: the operating system refuses the call. */
  #isClosed(call: Call): boolean {
    return 'fd' in call && call.op !== 'open' && call.op !== 'munmap' && this.#closed.has(`${call.proc} ${call.fd}`);
  }

  async #obey({ call, resolve }: Order): Promise<void> {
    const { proc } = call;
    if (this.#threads.has(proc) && !this.#killed.has(proc)) {
      this.#killed.add(proc);
      const threads = [...(this.#threads.get(proc)?.values() ?? [])];
      this.#threads.get(proc)?.clear();
      for (const thread of threads) thread.end();
      for (const [op, thread] of this.#parked) if (thread.proc === proc) this.#parked.delete(op);
      for (const thread of threads) {
        this.#awaited.get(thread)?.(new KilledError(`process ${proc} was killed`));
        this.#awaited.delete(thread);
      }
      if (this.#known.has(proc)) await this.#perform({ ...call, id: this.#nextOp++ });
    }
    resolve();
  }
}
