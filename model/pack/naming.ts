/**
 * New names for the processes, threads, files and nodes of a state: every naming that may give the smallest row.
 *
 * Processes of one role and threads of one process may be renamed. Most are told apart by what they hold, in a way
 * that does not depend on names; only where that fails are all orders tried. Ptrs are not renamed: a dying owner
 * lets go of its nodes in the order of their ptrs, which others see.
 */
import type { ProcIndex } from '../../abi/ids.ts';
import { NO_FILE, THREADS, fileOf, indexOf, type File, type FileKey, type Node, type State } from '../state.ts';
import type { Thread, ThreadKey } from '../state.ts';

/** What a row holds, and what may be renamed in it. */
export interface Layout {
  /** Processes by role, in the order of the row; those of one role may be renamed. */
  readonly roles: readonly (readonly ProcIndex[])[];
  /** Threads that a process may have. */
  readonly threads: number;
  /** Rename processes of one role, and threads of one process. */
  readonly symmetry: boolean;
  /** Keep extended errors (IOC-06). */
  readonly errors: boolean;
  /** Keep nice values. */
  readonly nice: boolean;
  /** Keep which pages hold memory. */
  readonly pages: boolean;
}

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

const mix = (hash: number, value: number): number => (Math.imul(hash ^ value, 0x9e37_79b1) >>> 7) ^ (hash << 1);

interface Choice {
  readonly procs: readonly ProcIndex[];
  /** For each process the order of its threads. */
  readonly threads: ReadonlyMap<ProcIndex, readonly number[]>;
}

export class Naming {
  readonly #layout: Layout;
  readonly #everybody: readonly ProcIndex[];
  readonly #plain: readonly number[];
  #state: State | undefined;
  #choices: readonly Choice[] = [];
  #choice: Choice | undefined;
  /** Candidates by which of two processes of each role comes first: 0, 1, or 2 where both may. */
  readonly #known = new Map<number, readonly Choice[]>();
  /** Processes in the order of the row. */
  procs: readonly ProcIndex[] = [];
  /** Files in that order. */
  files: File[] = [];
  /** Living nodes by owner and ptr, then the dead ones by who holds them. */
  nodes: readonly Node[] = [];

  constructor(layout: Layout) {
    this.#layout = layout;
    this.#everybody = layout.roles.flat();
    this.#plain = Array.from({ length: layout.threads }, (_, thread) => thread);
  }

  /** Begins with a state; answers how many namings there are. */
  begin(state: State): number {
    this.#state = state;
    if (!this.#layout.symmetry) this.#choices = [{ procs: this.#everybody, threads: NO_ORDERS }];
    else this.#choices = this.#candidates(state);
    return this.#choices.length;
  }

  /** Uses one of the namings. */
  use(number: number): void {
    const state = this.#state as State;
    const choice = this.#choices[number] as Choice;
    this.#choice = choice;
    this.procs = choice.procs;
    this.files = [];
    for (const proc of choice.procs) for (const file of state.files) if (file.proc === proc) this.files.push(file);
    this.nodes = this.#order(state);
  }

  /** One more than the place of a process in the row. */
  proc(proc: ProcIndex): number {
    return this.procs.indexOf(proc) + 1;
  }

  /** One more than the place of a file; 0 for none and for one that is gone. */
  file(key: FileKey): number {
    const { files } = this;
    for (let at = 0; at < files.length; at++) if ((files[at] as File).key === key) return at + 1;
    return 0;
  }

  filesOf(proc: ProcIndex): readonly File[] {
    return this.files.filter(file => file.proc === proc);
  }

  /** Place of a native thread in its process. */
  threadPlace(proc: ProcIndex, thread: number): number {
    const order = (this.#choice as Choice).threads.get(proc);
    return order === undefined ? thread : order.indexOf(thread);
  }

  /** One more than a number of the thread among all threads; 0 for none and for one that is gone. */
  thread(key: ThreadKey): number {
    if (key < 0) return 0;
    const file = this.file(fileOf(key));
    if (file === 0) return 0;
    const { proc } = this.files[file - 1] as File;
    return 1 + (file - 1) * this.#layout.threads + this.threadPlace(proc, indexOf(key));
  }

  /** Records of a file's threads in the order of the row. */
  threadsOf(file: File): readonly Thread[] {
    const state = this.#state as State;
    const threads = state.threads.filter(({ key }) => fileOf(key) === file.key);
    if (threads.length < 2) return threads;
    const place = ({ key }: Thread): number => this.threadPlace(file.proc, indexOf(key));
    return threads.sort((a, b) => place(a) - place(b));
  }

  /** One more than the place of a node; 0 for none, and one more than that of the last for one that is gone. */
  node(id: number): number {
    if (id === 0) return 0;
    const { nodes } = this;
    for (let at = 0; at < nodes.length; at++) if ((nodes[at] as Node).id === id) return at + 1;
    return nodes.length + 1;
  }

  #order({ nodes, refs }: State): readonly Node[] {
    if (nodes.length < 2) return nodes;
    const rank = (node: Node): number => {
      if (node.owner !== NO_FILE) return this.file(node.owner) * 0x1_0000_0000 + (node.ptr as number);
      let least = 0x4000_0000;
      for (const ref of refs) {
        if (ref.node === node.id) least = Math.min(least, this.file(ref.file) * 0x1_0000 + ref.handle);
      }
      return least + 0x1_0000_0000 * 0x1_0000;
    };
    return nodes
      .map(node => ({ node, rank: rank(node) }))
      .sort((a, b) => a.rank - b.rank)
      .map(({ node }) => node);
  }

  /** The usual case is worked out once: at most two of a role, one thread each. */
  #candidates(state: State): readonly Choice[] {
    const { roles, threads } = this.#layout;
    if (threads > 1 || roles.some(role => role.length > 2)) return this.#allCandidates(state);
    let key = 0;
    for (const [first, second] of roles) {
      key *= 3;
      if (second === undefined) continue;
      const difference = markOfProc(state, first as ProcIndex) - markOfProc(state, second);
      key += difference === 0 ? 2 : difference > 0 ? 1 : 0;
    }
    let choices = this.#known.get(key);
    if (choices === undefined) this.#known.set(key, (choices = this.#allCandidates(state)));
    return choices;
  }

  #allCandidates(state: State): readonly Choice[] {
    let orders: (readonly ProcIndex[])[] = [[]];
    for (const role of this.#layout.roles) {
      const some = role.length < 2 ? [role] : candidates(role, proc => markOfProc(state, proc));
      orders = orders.flatMap(order => some.map(more => [...order, ...more]));
    }
    let choices: Choice[] = orders.map(procs => ({ procs, threads: NO_ORDERS }));
    if (this.#layout.threads > 1) {
      for (const proc of this.#everybody) {
        const used = this.#plain.filter(thread => isUsed(state, proc, thread));
        const rest = this.#plain.filter(thread => !used.includes(thread));
        const some = candidates(used, thread => markOfThread(state, proc, thread)).map(order => [...order, ...rest]);
        choices = choices.flatMap(({ procs, threads }) =>
          some.map(order => ({ procs, threads: new Map([...threads, [proc, order]]) })),
        );
      }
    }
    if (choices.length > MOST) throw new Error(`${choices.length} namings of one state are too many`);
    return choices;
  }
}

const NO_ORDERS: ReadonlyMap<ProcIndex, readonly number[]> = new Map();

/** A number that does not change when processes or threads are renamed. */
const markOfProc = (state: State, proc: ProcIndex): number => {
  const task = state.tasks.find(other => other.proc === proc);
  let mark = task === undefined ? 0 : task.alive ? 1 : 2;
  for (const file of state.files) {
    if (file.proc !== proc) continue;
    const { todo, delivered, waiting, outstanding, arena } = file;
    mark = mix(mark, todo.length + 8 * delivered.length + 64 * waiting.length + 512 * outstanding);
    for (const { size, buffer } of arena.regions) {
      mark = mix(mark, size + (buffer === null ? 0 : buffer.userMayFree ? 1 : buffer.async ? 2 : 3));
    }
    for (const node of state.nodes) {
      if (node.owner === file.key) {
        mark = mix(
          mark,
          node.internalStrong +
            8 * node.localStrong +
            64 * node.localWeak +
            512 * node.refs.length +
            4096 * (node.queued === null ? 0 : 1),
        );
      }
    }
    let held = 0;
    for (const ref of state.refs) {
      if (ref.file === file.key) held += mix(ref.handle, ref.strong + 8 * ref.weak + (ref.death === null ? 0 : 64));
    }
    mark = mix(mark, held);
    let own = 0;
    for (const thread of state.threads) if (fileOf(thread.key) === file.key) own += markOfRecord(state, thread);
    mark = mix(mark, own);
  }
  return mark;
};

const markOfRecord = (state: State, { key, looper, stack, todo, needReturn, processTodo }: Thread): number => {
  const bits = (needReturn ? 1 : 0) | (processTodo ? 2 : 0) | (stack === 0 ? 0 : 4);
  const top = stack === 0 ? undefined : state.transactions.find(({ id }) => id === stack);
  const way = top === undefined ? 0 : top.toThread === key ? 1 : 2;
  return mix(looper + 64 * todo.length, bits + 8 * way);
};

/** The driver knows the thread, or it has ended: all others are the same. */
const isUsed = (state: State, proc: ProcIndex, thread: number): boolean =>
  state.tasks.some(task => task.proc === proc && task.ended.includes(thread)) ||
  state.threads.some(
    ({ key }) => indexOf(key) === thread && state.files.some(file => file.proc === proc && file.key === fileOf(key)),
  );

const markOfThread = (state: State, proc: ProcIndex, thread: number): number => {
  let mark = 1;
  for (const file of state.files) {
    if (file.proc !== proc) continue;
    const key = file.key * THREADS + thread;
    const record = state.threads.find(other => other.key === key);
    mark = mix(mark, record === undefined ? 0 : markOfRecord(state, record));
    mark = mix(mark, file.waiting.indexOf(key) + 1);
  }
  const task = state.tasks.find(other => other.proc === proc);
  return mix(mark, task?.ended.includes(thread) === true ? 1 : 0);
};
