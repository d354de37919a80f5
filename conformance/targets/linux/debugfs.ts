/** The text of the driver's debugfs files as plain records, in the kernel's own numbers (DBG-01 .. DBG-11). */
import type { U64 } from '../../../abi/u64.ts';
import { u64 } from '../../../abi/u64.ts';
import type { NodeSnapshot, WorkSnapshot } from '../../../abi/snapshot.ts';

/** A thread line with what stands below it. */
export interface ThreadText {
  readonly tid: number;
  readonly looper: number;
  readonly needReturn: boolean;
  readonly stack: { readonly id: number; readonly direction: 'incoming' | 'outgoing' }[];
  readonly todo: WorkSnapshot[];
}

/** A node line; whether a oneway is in flight is only shown by the `transactions` file. */
export type NodeText = Omit<NodeSnapshot, 'hasAsync' | 'asyncTodo'> & { readonly asyncTodo: number[] };

export interface RefText {
  readonly id: number;
  readonly handle: number;
  readonly node: number;
  readonly dead: boolean;
  readonly strong: number;
  readonly weak: number;
  readonly death: boolean;
}

export interface BufferText {
  readonly id: number;
  readonly address: number;
  readonly dataSize: number;
  readonly offsetsSize: number;
  readonly extraSize: number;
  readonly active: boolean;
}

/** A transaction line, and in which list of its block it stands. A pid or tid of 0 is nobody. */
export interface TransactionText {
  readonly place: 'outgoing' | 'incoming' | 'pending' | 'async';
  readonly id: number;
  readonly from: { readonly pid: number; readonly tid: number };
  readonly to: { readonly pid: number; readonly tid: number };
  readonly code: number;
  readonly flags: number;
  readonly needsReply: boolean;
}

/** The block of one open file. */
export interface ProcText {
  readonly pid: number;
  readonly context: string;
  readonly threads: ThreadText[];
  readonly nodes: NodeText[];
  readonly refs: RefText[];
  readonly buffers: BufferText[];
  readonly todo: WorkSnapshot[];
  readonly transactions: TransactionText[];
  deliveredDeath: boolean;
}

/** The block of one open file in `stats`. */
export interface StatsText {
  readonly pid: number;
  readonly context: string;
  readonly numbers: Map<string, readonly number[]>;
}

/** `state` or `transactions`: dead nodes and blocks, in the order of the file. Lines that are not understood throw. */
export interface StateText {
  readonly deadNodes: NodeText[];
  readonly procs: ProcText[];
}

const word = (hex: string): U64 => u64(BigInt(`0x${hex}`));

const NODE =
  /^ {2}node (\d+): u([0-9a-f]+) c([0-9a-f]+) hs (\d) hw (\d) ls (-?\d+) lw (-?\d+) is (-?\d+) iw (\d+) tr (\d+)/;
const THREAD = /^ {2}thread (\d+): l ([0-9a-f]+) need_return (\d) tr \d+/;
const STACK = /^ {4}(outgoing|incoming) transaction (\d+):/;
const REF = /^ {2}ref (\d+): desc (\d+) (dead )?node (\d+) s (\d+) w (\d+) d ([0-9a-f]+)/;
const BUFFER = /^ {2}buffer (\d+): ([0-9a-f]+) size (\d+):(\d+):(\d+) (active|delivered)/;
const TRANSACTION =
  /^ +(outgoing|incoming|pending|pending async) transaction (\d+): \S+ from (\d+):(\d+) to (\d+):(\d+) code ([0-9a-f]+) flags ([0-9a-f]+) pri -?\d+ r(\d)/;
const ASYNC = /^ {4}pending async transaction (\d+):/;

/** A line of a todo list; `undefined` for another kind of line. */
const workIn = (line: string): WorkSnapshot | undefined => {
  const text = line.trim();
  const pending = /^pending transaction (\d+):/.exec(text);
  if (pending !== null) return { work: 'transaction', id: Number(pending[1]) };
  const node = /^node work (\d+):/.exec(text);
  if (node !== null) return { work: 'node', id: Number(node[1]) };
  const error = /^transaction error: (\d+)/.exec(text);
  if (error !== null) return { work: 'error', br: Number(error[1]) };
  switch (text) {
    case 'transaction complete':
      return { work: 'complete' };
    case 'unknown work: type 3':
      return { work: 'spam_suspect' };
    case 'has dead binder':
      return { work: 'dead_binder' };
    case 'has cleared dead binder':
      return { work: 'dead_binder_and_clear' };
    case 'has cleared death notification':
      return { work: 'clear_death' };
    default:
      return undefined;
  }
};

const nodeIn = (found: RegExpExecArray): NodeText => ({
  id: Number(found[1]),
  ptr: word(found[2] as string),
  cookie: word(found[3] as string),
  hasStrong: found[4] === '1',
  hasWeak: found[5] === '1',
  localStrong: Number(found[6]),
  localWeak: Number(found[7]),
  internalStrong: Number(found[8]),
  refs: Number(found[9]),
  asyncTodo: [],
});

const transactionIn = (found: RegExpExecArray): TransactionText => ({
  place: found[1] === 'pending async' ? 'async' : (found[1] as TransactionText['place']),
  id: Number(found[2]),
  from: { pid: Number(found[3]), tid: Number(found[4]) },
  to: { pid: Number(found[5]), tid: Number(found[6]) },
  code: Number.parseInt(found[7] as string, 16),
  flags: Number.parseInt(found[8] as string, 16),
  needsReply: found[9] === '1',
});

/** Reads one line of a block. Answers false for a line that has no place there. */
const takeLine = (proc: ProcText, line: string): boolean => {
  const transaction = TRANSACTION.exec(line);
  if (transaction !== null) proc.transactions.push(transactionIn(transaction));
  const thread = THREAD.exec(line);
  if (thread !== null) {
    proc.threads.push({
      tid: Number(thread[1]),
      looper: Number.parseInt(thread[2] as string, 16),
      needReturn: thread[3] === '1',
      stack: [],
      todo: [],
    });
    return true;
  }
  const node = NODE.exec(line);
  if (node !== null) return proc.nodes.push(nodeIn(node)) > 0;
  const ref = REF.exec(line);
  if (ref !== null) {
    const [, id, handle, dead, to, strong, weak, death] = ref;
    proc.refs.push({
      id: Number(id),
      handle: Number(handle),
      node: Number(to),
      dead: dead !== undefined,
      strong: Number(strong),
      weak: Number(weak),
      death: /[^0]/.test(death as string),
    });
    return true;
  }
  const buffer = BUFFER.exec(line);
  if (buffer !== null) {
    const [, id, address, data, offsets, extra, state] = buffer;
    proc.buffers.push({
      id: Number(id),
      address: Number.parseInt(address as string, 16),
      dataSize: Number(data),
      offsetsSize: Number(offsets),
      extraSize: Number(extra),
      active: state === 'active',
    });
    return true;
  }
  const stack = STACK.exec(line);
  const last = proc.threads.at(-1);
  if (stack !== null && last !== undefined) {
    return last.stack.push({ id: Number(stack[2]), direction: stack[1] as 'incoming' | 'outgoing' }) > 0;
  }
  const async = ASYNC.exec(line);
  if (async !== null) return (proc.nodes.at(-1)?.asyncTodo.push(Number(async[1])) ?? 0) > 0;
  if (line.trim() === 'has delivered dead binder') {
    proc.deliveredDeath = true;
    return true;
  }
  const work = workIn(line);
  if (work === undefined) return false;
  const ofThread = line.startsWith('    ') && last !== undefined;
  return (ofThread ? last.todo : proc.todo).push(work) > 0;
};

/** Parses `state`, `transactions` or `proc/<pid>`. Throws `SyntaxError` with the line that it does not know. */
export const parseState = (text: string): StateText => {
  const deadNodes: NodeText[] = [];
  const procs: ProcText[] = [];
  let current: ProcText | undefined;
  for (const line of text.split('\n')) {
    if (line === '' || /^binder .*:$/.test(line) || line === 'dead nodes:') continue;
    const proc = /^proc (\d+)$/.exec(line);
    if (proc !== null) {
      current = undefined;
      procs.push({
        pid: Number(proc[1]),
        context: '',
        threads: [],
        nodes: [],
        refs: [],
        buffers: [],
        todo: [],
        transactions: [],
        deliveredDeath: false,
      });
      continue;
    }
    const context = /^context (.+)$/.exec(line);
    if (context !== null) {
      current = { ...(procs.pop() as ProcText), context: context[1] as string };
      procs.push(current);
      continue;
    }
    if (current === undefined) {
      const node = NODE.exec(line);
      if (node === null) throw new SyntaxError(`debugfs: unknown line: ${line}`);
      deadNodes.push(nodeIn(node));
    } else if (!takeLine(current, line)) {
      throw new SyntaxError(`debugfs: unknown line: ${line}`);
    }
  }
  return { deadNodes, procs };
};

/** Parses the blocks of `stats`: the numbers of each line by its words. */
export const parseStats = (text: string): StatsText[] => {
  const procs: StatsText[] = [];
  let pid: number | undefined;
  for (const line of text.split('\n')) {
    const proc = /^proc (\d+)$/.exec(line);
    if (proc !== null) {
      pid = Number(proc[1]);
      continue;
    }
    const context = /^context (.+)$/.exec(line);
    if (context !== null && pid !== undefined) {
      procs.push({ pid, context: context[1] as string, numbers: new Map() });
      continue;
    }
    const figure = /^ {2}([a-z][a-z ]*?):? (-?\d.*)$/.exec(line);
    if (figure !== null) {
      const numbers = (figure[2] as string).match(/-?\d+/g) ?? [];
      procs.at(-1)?.numbers.set(figure[1] as string, numbers.map(Number));
    }
  }
  return procs;
};

/** Objects that exist, by class: the `active` figures at the head of `stats`. */
export const activeObjects = (text: string): Record<string, number> =>
  Object.fromEntries(
    [...text.matchAll(/^([a-z_]+): active (\d+) total \d+$/gm)].map(([, name, n]) => [name, Number(n)]),
  );
