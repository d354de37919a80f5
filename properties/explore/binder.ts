/** The specification as a system to explore: one configuration of processes, and the letters that they use. */
import type { Call } from '../../abi/call.ts';
import type { Snapshot } from '../../abi/snapshot.ts';
import type { Outcome } from '../../abi/specification.ts';
import { fileOf, packer, specification, threadKey, unpacker, type Layout, type State } from '../../model/model.ts';
import { INVARIANTS } from '../all.ts';
import { ruleOf, type Letter } from './alphabet.ts';
import type { Configuration } from './configuration.ts';
import { Scene, type File, type LetterRule, type Offer, type Thread } from './scene.ts';
import { setUp } from './setup.ts';
import type { Breach, System } from './system.ts';
import { Upheld } from './upheld.ts';
import { Words } from './words.ts';

/** Tag of a step that a process which keeps serving makes. */
export const SERVES = 1;

/** Marks of states: what the temporal checks are about. */
export const MARK = {
  /** Somebody waits for the answer to a call. */
  WAITS: 1,
  /** A oneway is under way to a living node. */
  ASYNC: 2,
  /** A process does not serve: it sleeps while it owes an answer or a free, or it is frozen. */
  IDLES: 4,
} as const;

/** A call and what it did. */
export type Watch = (call: Call, outcome: Outcome<State>) => void;

export interface BinderOptions {
  readonly symmetry?: boolean;
  /** Told of every step that led to a new state. */
  readonly onNew?: Watch;
  /** Told of every step. */
  readonly watch?: Watch;
  readonly invariants?: boolean;
  /** Shown every new state in which an invariant had to be asked. */
  readonly look?: (seen: Snapshot) => void;
}

type Parked = State['parked'][number];

/** A letter of the alphabet in use. */
interface Used {
  readonly rule: LetterRule;
  readonly offer: Offer;
}

const NONE: readonly Breach[] = [];

/** Processes that are alike, in the order of their first. */
const rolesOf = ({ processes }: Configuration): readonly (readonly number[])[] => {
  const roles = new Map<string, number[]>();
  processes.forEach(({ manager = false, threads, nodes }, proc) => {
    const key = `${manager} ${threads} ${nodes}`;
    const role = roles.get(key);
    if (role === undefined) roles.set(key, [proc]);
    else role.push(proc);
  });
  return [...roles.values()];
};

/** What the packed states of a configuration hold. */
export const layoutOf = (configuration: Configuration, symmetry: boolean): Layout => ({
  roles: rolesOf(configuration),
  threads: Math.max(...configuration.processes.map(({ threads }) => threads)),
  symmetry,
  // A dying owner lets go of its nodes in the order of their ptrs, which others see.
  ptrs: symmetry && configuration.processes.some(({ nodes }) => nodes > 1) && !configuration.alphabet.includes('kill'),
  // Without a choice the cookie follows the handle.
  cookies: symmetry && configuration.cookies !== undefined,
  errors: configuration.alphabet.includes('extended_error'),
  nice: false,
  pages: configuration.alphabet.includes('reclaim'),
});

/** The system of a configuration. */
export class BinderSystem implements System<State> {
  readonly configuration: Configuration;
  readonly layout: Layout;
  readonly pack: (state: State, into: Words) => void;
  readonly unpack: (from: Words) => State;
  readonly #scene: Scene;
  readonly #letters: readonly Used[];
  readonly #watch: Watch | undefined;
  readonly #onNew: Watch | undefined;
  /** The step under way. */
  #call: Call | undefined;
  #outcome: Outcome<State> | undefined;
  /** The state that it leaves. */
  #before: State | undefined;
  readonly #upheld: Upheld | undefined;
  /** Whom the letters offer their calls to. */
  #take: (call: Call, letter: Letter) => void = () => {};

  constructor(configuration: Configuration, options: BinderOptions = {}) {
    this.configuration = configuration;
    this.layout = layoutOf(configuration, options.symmetry ?? true);
    this.pack = packer(this.layout, new Words(), (from, to) => to.copy(from));
    this.unpack = unpacker(this.layout, 1);
    this.#scene = new Scene(configuration);
    this.#letters = configuration.alphabet.map(letter => ({
      rule: ruleOf(letter),
      offer: call => this.#take(call, letter),
    }));
    this.#watch = options.watch;
    this.#onNew = options.onNew;
    this.#upheld = (options.invariants ?? true) ? new Upheld(INVARIANTS, options.look) : undefined;
  }

  initial(): readonly State[] {
    return [setUp(this.configuration).state];
  }

  /** Every call that is possible in a state, with the letter that offers it. */
  calls(state: State, take: (call: Call, letter: Letter) => void): void {
    const scene = this.#scene;
    const letters = this.#letters;
    const { processes } = this.configuration;
    scene.state = state;
    this.#take = take;
    for (const { proc, alive, ended } of state.tasks) {
      if (!alive) continue;
      for (const { rule, offer } of letters) rule.byProcess?.(scene, proc, offer);
      const file = state.files.find(other => other.proc === proc && other.open);
      if (file === undefined) continue;
      const { threads } = processes[proc] as Configuration['processes'][number];
      for (let thread = 0; thread < threads; thread++) {
        if (ended.includes(thread)) continue;
        const key = threadKey(file, proc, thread);
        if (state.parked.some(parked => parked.thread === key)) {
          for (const { rule, offer } of letters) rule.bySleeper?.(scene, proc, thread, offer);
          continue;
        }
        const actor = { proc, thread, file, record: state.threads.find(record => record.key === key) };
        for (const { rule, offer } of letters) rule.byThread?.(scene, actor, offer);
      }
    }
  }

  next(state: State, emit: (next: State, tags: number) => void): void {
    const watch = this.#watch;
    this.#before = state;
    this.calls(state, (call, letter) => {
      const tags = ruleOf(letter).serves === true ? SERVES : 0;
      for (const outcome of specification.step(state, call)) {
        watch?.(call, outcome);
        this.#call = call;
        this.#outcome = outcome;
        emit(outcome.state, tags);
      }
    });
  }

  check(state: State): readonly Breach[] {
    if (this.#onNew !== undefined && this.#outcome !== undefined) this.#onNew(this.#call as Call, this.#outcome);
    return this.#upheld === undefined ? NONE : this.#upheld.breaches(state, this.#before);
  }

  marks(state: State): number {
    const { nodes, files, parked, threads, transactions } = state;
    let marks = 0;
    for (let at = 0; at < threads.length && transactions.length > 0; at++) {
      const { stack, key } = threads[at] as Thread;
      for (let id = stack; id !== 0;) {
        const transaction = transactionOf(state, id);
        if (transaction === undefined) break;
        if (transaction.from === key) marks |= MARK.WAITS;
        id = transaction.toThread === key ? transaction.toParent : transaction.fromParent;
      }
    }
    for (const { hasAsync, owner } of nodes) {
      if (hasAsync && files.some(({ key, open }) => key === owner && open)) marks |= MARK.ASYNC;
    }
    for (let at = 0; at < parked.length; at++) {
      const { thread } = parked[at] as Parked;
      const stack = threads.find(({ key }) => key === thread)?.stack ?? 0;
      if (stack !== 0 && transactionOf(state, stack)?.toThread === thread) marks |= MARK.IDLES;
    }
    for (let at = 0; at < files.length; at++) {
      const { key, proc, frozen, arena } = files[at] as File;
      let asleep = 0;
      for (let place = 0; place < parked.length; place++) {
        if (fileOf((parked[place] as Parked).thread) === key) asleep++;
      }
      const all = this.configuration.processes[proc]?.threads ?? 0;
      if (frozen || (asleep === all && owes(arena))) marks |= MARK.IDLES;
    }
    return marks;
  }
}

/** Oneways were delivered there and wait to be freed. */
const owes = ({ regions }: File['arena']): boolean =>
  regions.some(({ buffer }) => buffer !== null && buffer.async && buffer.userMayFree);

const transactionOf = ({ transactions }: State, id: number): State['transactions'][number] | undefined => {
  for (const transaction of transactions) if (transaction.id === id) return transaction;
  return undefined;
};
