/** What a running program is watched by: chains of calls, bursts, and what proxies mean. */
import type { IBinder } from '../../../userspace/index.ts';
import type { Actor } from './actor.ts';
import { PropertyError, type PropertyName, type Weights } from './properties.ts';

export class Watcher {
  /** The first property that did not hold. */
  broken: PropertyError | undefined;
  readonly #weights: Weights;
  /** Thread of each process within a chain of calls. */
  readonly #chains = new Map<bigint, Map<number, number>>();
  readonly #bursts = new Map<bigint, number>();
  readonly #meanings = new WeakMap<IBinder, number>();
  #next = 1n;

  constructor(weights: Weights) {
    this.#weights = weights;
  }

  /** A number for a chain of calls or a burst. */
  number(): bigint {
    return this.#next++;
  }

  /** Holds a property to one thing; remembers the first that broke it. */
  claim(property: PropertyName, holds: boolean, explanation: () => string): void {
    this.#weights.add(property);
    if (!holds) this.broken ??= new PropertyError(property, explanation());
  }

  /** A call of a chain runs in a process, on the running thread. */
  entered(chain: bigint, { process, proc }: Actor): void {
    const threads = this.#chains.get(chain) ?? new Map<number, number>();
    this.#chains.set(chain, threads);
    const { index } = process.thread.kernel;
    const before = threads.get(proc);
    threads.set(proc, before ?? index);
    if (before === undefined) return;
    this.claim(
      'thread',
      before === index,
      () => `chain ${chain}: process ${proc} entered on ${before}, now on ${index}`,
    );
  }

  /** One oneway call of a burst arrived. */
  poked(burst: bigint): void {
    this.#bursts.set(burst, (this.#bursts.get(burst) ?? 0) + 1);
  }

  /** Oneway calls of a burst that arrived. */
  arrived(burst: bigint): number {
    return this.#bursts.get(burst) ?? 0;
  }

  /** An object of a program, by the number that says who it is. */
  known(object: IBinder, identity: number): void {
    this.#meanings.set(object, identity);
  }

  /** Who an object or a proxy is; `undefined` for a proxy that nobody asked. */
  meaningOf(binder: IBinder): number | undefined {
    return this.#meanings.get(binder);
  }

  /** A proxy answered as somebody: always the same. */
  means({ proc }: Actor, binder: IBinder, identity: number): void {
    const before = this.#meanings.get(binder);
    this.#meanings.set(binder, identity);
    if (before === undefined) return;
    this.claim('same', before === identity, () => `a proxy of process ${proc} was ${before} and is ${identity}`);
  }
}
