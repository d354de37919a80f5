/**
 * New names for the processes, threads, files and nodes of a state: every naming that may give the smallest row.
 *
 * Processes of one role and threads of one process may be renamed; nodes of a process where the layout says that
 * nobody sees the order of their ptrs. Most are told apart by what they hold, in a way that does not depend on names;
 * only where that fails are all orders tried.
 */
import type { ProcIndex } from '../../abi/ids.ts';
import {
  NO_FILE,
  OPENER,
  fileOf,
  holderOf,
  indexOf,
  type File,
  type FileKey,
  type Node,
  type Ref,
  type State,
  type Thread,
  type ThreadKey,
} from '../state.ts';
import { isUsed, markOfNode, markOfProc, markOfThread } from './marks.ts';

/** What a row holds, and what may be renamed in it. */
export interface Layout {
  /** Processes by role, in the order of the row; those of one role may be renamed. */
  readonly roles: readonly (readonly ProcIndex[])[];
  /** Threads that a process may have. */
  readonly threads: number;
  /** Rename processes of one role, and threads of one process. */
  readonly symmetry: boolean;
  /** Rename the nodes of a process: the ptrs from 1 on, each with a cookie of its own. */
  readonly ptrs: boolean;
  /** Rename the cookies of death notifications, in each process for itself. */
  readonly cookies: boolean;
  /** Keep extended errors (IOC-06). */
  readonly errors: boolean;
  /** Keep nice values. */
  readonly nice: boolean;
  /** Keep which pages hold memory. */
  readonly pages: boolean;
}

/** Numbers of threads that are not the opener's begin here. */
export const HOLDERS_FROM = 1000;

/** Most namings tried for one state. */
const MOST = 720;

/** Every order of a list, the given one first. */
const ordersOf = (items: readonly number[]): readonly (readonly number[])[] => {
  if (items.length < 2) return [items];
  return items.flatMap((item, at) => ordersOf(items.toSpliced(at, 1)).map(rest => [item, ...rest]));
};

/** Items in ascending mark; every order among those with equal marks. */
const candidates = (items: readonly number[], markOf: (item: number) => number): readonly (readonly number[])[] => {
  const sorted = items.map(item => ({ item, mark: markOf(item) })).sort((a, b) => a.mark - b.mark);
  let orders: (readonly number[])[] = [[]];
  for (let from = 0; from < sorted.length;) {
    let end = from + 1;
    while (end < sorted.length && sorted[end]?.mark === sorted[from]?.mark) end++;
    const tied = ordersOf(sorted.slice(from, end).map(({ item }) => item));
    orders = orders.flatMap(order => tied.map(more => [...order, ...more]));
    from = end;
  }
  return orders;
};

interface Choice {
  readonly procs: readonly ProcIndex[];
  /** For each process the order of its threads. */
  readonly threads: ReadonlyMap<ProcIndex, readonly number[]>;
  /** Nodes that nothing else tells apart, in the order to take. */
  readonly nodes: readonly number[];
}

/** Ranks of nodes: by the place of the owner, then by ptr or, where ptrs may be renamed, by who holds them. */
const OWNER = 2 ** 33;
const HOLDER = 2 ** 12;
const UNHELD = 2 ** 32;

export class Naming {
  readonly #layout: Layout;
  readonly #everybody: readonly ProcIndex[];
  readonly #plain: readonly number[];
  /** At most two processes of a role, one thread each, and ptrs stay. */
  readonly #isUsual: boolean;
  #state: State | undefined;
  #choices: readonly Choice[] = [];
  #choice: Choice | undefined;
  /** Candidates by which of two processes of each role comes first: 0, 1, or 2 where both may. */
  readonly #known = new Map<number, readonly Choice[]>();
  readonly #asTheyAre: readonly Choice[];
  /** Processes in the order of the row. */
  procs: readonly ProcIndex[] = [];
  /** Files in that order. */
  readonly files: File[] = [];
  /** Living nodes by owner, then the dead ones by who holds them. */
  readonly nodes: Node[] = [];
  readonly #ranks: number[] = [];
  readonly #threads: Thread[] = [];

  constructor(layout: Layout) {
    const { roles, threads, ptrs } = layout;
    this.#layout = layout;
    this.#everybody = roles.flat();
    this.#plain = Array.from({ length: threads }, (_, thread) => thread);
    this.#isUsual = threads === 1 && !ptrs && roles.every(role => role.length < 3);
    this.#asTheyAre = [{ procs: this.#everybody, threads: NO_ORDERS, nodes: NO_NODES }];
  }

  /** Begins with a state; answers how many namings there are. */
  begin(state: State): number {
    this.#state = state;
    if (!this.#layout.symmetry) this.#choices = this.#asTheyAre;
    else this.#choices = this.#isUsual ? this.#usual(state) : this.#candidates(state);
    return this.#choices.length;
  }

  /** Uses one of the namings. */
  use(number: number): void {
    const state = this.#state as State;
    const choice = this.#choices[number] as Choice;
    const { files } = this;
    this.#choice = choice;
    this.procs = choice.procs;
    let count = 0;
    for (let place = 0; place < choice.procs.length; place++) {
      const proc = choice.procs[place];
      for (let at = 0; at < state.files.length; at++) {
        const file = state.files[at] as File;
        if (file.proc === proc) files[count++] = file;
      }
    }
    if (files.length > count) files.length = count;
    this.#order(state);
  }

  /** One more than the place of a process in the row. */
  proc(proc: ProcIndex): number {
    const { procs } = this;
    for (let at = 0; at < procs.length; at++) if (procs[at] === proc) return at + 1;
    return 0;
  }

  /** One more than the place of a file; 0 for none and for one that is gone. */
  file(key: FileKey): number {
    const { files } = this;
    for (let at = 0; at < files.length; at++) if ((files[at] as File).key === key) return at + 1;
    return 0;
  }

  /** Place of a native thread in its process. */
  threadPlace(proc: ProcIndex, thread: number): number {
    if (this.#layout.threads === 1) return thread;
    const order = (this.#choice as Choice).threads.get(proc);
    return order === undefined ? thread : order.indexOf(thread);
  }

  /** One more than a number of the thread among all threads; 0 for none and for one that is gone. */
  thread(key: ThreadKey): number {
    if (key < 0) return 0;
    const file = this.file(fileOf(key));
    if (file === 0) return 0;
    const holder = holderOf(key);
    const { threads } = this.#layout;
    const place = this.threadPlace(this.#processOf(key, file), indexOf(key));
    if (holder === OPENER) return 1 + (file - 1) * threads + place;
    return HOLDERS_FROM + ((file - 1) * this.procs.length + this.proc(holder) - 1) * threads + place;
  }

  /** Place of a record among those of its file: the opener's first. */
  recordPlace(key: ThreadKey, { proc }: File): number {
    const holder = holderOf(key);
    if (holder === OPENER) return this.threadPlace(proc, indexOf(key));
    return this.proc(holder) * this.#layout.threads + this.threadPlace(holder, indexOf(key));
  }

  #processOf(key: ThreadKey, file: number): ProcIndex {
    const holder = holderOf(key);
    return holder === OPENER ? (this.files[file - 1] as File).proc : holder;
  }

  /** Records of a file's threads in the order of the row; good until the next call. */
  threadsOf(of: File): readonly Thread[] {
    const { key: file } = of;
    const found = this.#threads;
    const { threads } = this.#state as State;
    let count = 0;
    for (let at = 0; at < threads.length; at++) {
      const thread = threads[at] as Thread;
      if (fileOf(thread.key) === file) found[count++] = thread;
    }
    if (found.length > count) found.length = count;
    if (count > 1) {
      found.sort((a, b) => this.recordPlace(a.key, of) - this.recordPlace(b.key, of));
    }
    return found;
  }

  /** One more than the place of a node; 0 for none, and one more than that of the last for one that is gone. */
  node(id: number): number {
    if (id === 0) return 0;
    const { nodes } = this;
    for (let at = 0; at < nodes.length; at++) if ((nodes[at] as Node).id === id) return at + 1;
    return nodes.length + 1;
  }

  /** The ptr of a living node of a file as the row has it. */
  ptr(file: FileKey, ptr: number): number {
    if (!this.#layout.ptrs || ptr === 0) return ptr;
    let place = 0;
    for (const node of this.nodes) {
      if (node.owner !== file || node.ptr === 0) continue;
      place++;
      if (node.ptr === ptr) return place;
    }
    throw new Error(`the model is wrong: no node ${ptr} of file ${file}`);
  }

  /** Puts nodes in the order of their ranks. */
  #order({ nodes: all }: State): void {
    const { nodes } = this;
    const ranks = this.#ranks;
    if (nodes.length > all.length) nodes.length = all.length;
    for (let place = 0; place < all.length; place++) {
      const node = all[place] as Node;
      const rank = all.length < 2 ? 0 : this.#rankOf(node);
      let at = place;
      for (; at > 0 && (ranks[at - 1] as number) > rank; at--) {
        nodes[at] = nodes[at - 1] as Node;
        ranks[at] = ranks[at - 1] as number;
      }
      nodes[at] = node;
      ranks[at] = rank;
    }
  }

  #rankOf({ owner, ptr, id }: Node): number {
    const living = owner !== NO_FILE;
    if (living && (!this.#layout.ptrs || ptr === 0)) return this.file(owner) * OWNER + (ptr as number);
    let least = UNHELD;
    const { refs } = this.#state as State;
    for (let at = 0; at < refs.length; at++) {
      const ref = refs[at] as Ref;
      if (ref.node === id) least = Math.min(least, this.file(ref.file) * HOLDER + ref.handle);
    }
    if (!living) return least + OWNER * HOLDER;
    if (least === UNHELD) least += (this.#choice as Choice).nodes.indexOf(id) * HOLDER;
    return this.file(owner) * OWNER + least;
  }

  /** The usual case is worked out once. */
  #usual(state: State): readonly Choice[] {
    let key = 0;
    const { roles } = this.#layout;
    for (let role = 0; role < roles.length; role++) {
      const { 0: first, 1: second } = roles[role] as readonly ProcIndex[];
      key *= 3;
      if (second === undefined) continue;
      const difference = markOfProc(state, first as ProcIndex) - markOfProc(state, second);
      key += difference === 0 ? 2 : difference > 0 ? 1 : 0;
    }
    let choices = this.#known.get(key);
    if (choices === undefined) this.#known.set(key, (choices = this.#candidates(state)));
    return choices;
  }

  #candidates(state: State): readonly Choice[] {
    let orders: (readonly ProcIndex[])[] = [[]];
    for (const role of this.#layout.roles) {
      const some = role.length < 2 ? [role] : candidates(role, proc => markOfProc(state, proc));
      orders = orders.flatMap(order => some.map(more => [...order, ...more]));
    }
    let choices: Choice[] = orders.map(procs => ({ procs, threads: NO_ORDERS, nodes: NO_NODES }));
    if (this.#layout.threads > 1) {
      for (const proc of this.#everybody) {
        const used = this.#plain.filter(thread => isUsed(state, proc, thread));
        const rest = this.#plain.filter(thread => !used.includes(thread));
        const some = candidates(used, thread => markOfThread(state, proc, thread)).map(order => [...order, ...rest]);
        choices = choices.flatMap(choice =>
          some.map(order => ({ ...choice, threads: new Map([...choice.threads, [proc, order]]) })),
        );
      }
    }
    if (this.#layout.ptrs) {
      const unheld = state.nodes.filter(({ refs, ptr }) => refs.length === 0 && ptr !== 0);
      const markOf = (id: number): number => markOfNode(unheld.find(node => node.id === id) as Node);
      const some = candidates(
        unheld.map(({ id }) => id),
        markOf,
      );
      choices = choices.flatMap(choice => some.map(nodes => ({ ...choice, nodes })));
    }
    if (choices.length > MOST) throw new Error(`${choices.length} namings of one state are too many`);
    return choices;
  }
}

const NO_ORDERS: ReadonlyMap<ProcIndex, readonly number[]> = new Map();
const NO_NODES: readonly number[] = [];
