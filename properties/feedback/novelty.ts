/**
 * What a sequence showed that none before it did: rules with outcomes, op kinds with outcomes and with what came before
 * them, whole paths through the specification, classes of states.
 *
 * It is asked after every op of every sequence, so that an op which shows nothing new costs two look-ups.
 */
import type { Observation } from '../../abi/observation.ts';
import type { Op } from '../../abi/op.ts';
import type { ProcSnapshot, Snapshot } from '../../abi/snapshot.ts';

/** Small numbers for names, in the order in which they are first seen. */
class Names {
  readonly #numbers = new Map<string, number>();

  of(name: string): number {
    let number = this.#numbers.get(name);
    if (number === undefined) this.#numbers.set(name, (number = this.#numbers.size + 1));
    return number;
  }
}

const kindOf = (op: Op): string => (op.op === 'ioctl' ? String(op.cmd) : op.op);

const outcomeOf = ({ result, completions }: Observation): string =>
  `${result === 'pending' ? 'pending' : result.status}${completions.length === 0 ? '' : '+'}`;

/** 0, 1, 2, some, many. */
const few = (count: number): string => (count < 3 ? String(count) : count < 8 ? 'some' : 'many');

const procClass = ({ threads, refs, nodes, buffers, todo, deliveredDeath, readyThreads }: ProcSnapshot): string => {
  const deepest = threads.reduce((most, { stack }) => Math.max(most, stack.length), 0);
  const work = [...new Set(todo.map(each => each.work))].sort().join('+');
  const waiting = nodes.reduce((sum, { asyncTodo }) => sum + asyncTodo.length, 0);
  const dead = refs.some(ref => ref.dead);
  const counts = [threads.length, readyThreads, deepest, refs.length, nodes.length, buffers.length, waiting].map(few);
  return `${counts.join(' ')} ${work} ${dead ? 'dead' : ''} ${deliveredDeath ? 'told' : ''}`;
};

/** The class of a state: how much of everything each process has, without saying which process it is. */
export const stateClass = ({ procs, deadNodes }: Snapshot): string =>
  `${procs.map(procClass).sort().join('|')} ${few(deadNodes?.length ?? 0)}`;

export class Novelty {
  readonly #names = new Names();
  /** Paths and pairs, as numbers. */
  readonly #paths = new Set<number>();
  readonly #pairs = new Set<number>();
  /** Everything else, by name. */
  readonly #keys = new Set<string>();
  #before = 0;
  #fresh = 0;

  /** How many different things were seen so far. */
  get size(): number {
    return this.#pairs.size + this.#keys.size;
  }

  /** A sequence begins. */
  begin(): void {
    this.#before = 0;
    this.#fresh = 0;
  }

  /** One performed op with what it showed, by which rules. */
  see(op: Op, observation: Observation, rules: readonly string[]): void {
    const kind = kindOf(op);
    const outcome = outcomeOf(observation);
    const now = this.#names.of(`${kind} ${outcome}`);
    // Names are few: a pair of them is a number below 2^32, and a path is told by 31 bits of all its rules.
    const pair = this.#before * 0x1_0000 + now;
    this.#before = now;
    if (!this.#pairs.has(pair)) {
      this.#pairs.add(pair);
      this.#fresh++;
    }
    let path = now;
    for (const rule of rules) path = (Math.imul(path, 31) + this.#names.of(rule)) | 0;
    if (this.#paths.has(path)) return;
    this.#paths.add(path);
    for (const rule of rules) this.#add(`${rule} ${outcome}`);
  }

  /** The state at the end of a sequence. */
  seeState(snapshot: Snapshot | undefined): void {
    if (snapshot !== undefined) this.#add(stateClass(snapshot));
  }

  /** How many new things the sequence showed. */
  get fresh(): number {
    return this.#fresh;
  }

  #add(key: string): void {
    if (this.#keys.has(key)) return;
    this.#keys.add(key);
    this.#fresh++;
  }
}
