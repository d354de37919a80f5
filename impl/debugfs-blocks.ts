/** The block of one open file in `state`, `transactions` and `proc/<pid>`, line by line. */
import type { Buffer } from './buffer.ts';
import type { Node } from './node.ts';
import type { Process } from './process.ts';
import type { Ref } from './ref.ts';
import type { Thread } from './thread.ts';
import type { Transaction } from './transaction.ts';
import {
  WORK_CLEAR_DEATH,
  WORK_COMPLETE,
  WORK_DEAD_BINDER,
  WORK_DEAD_BINDER_AND_CLEAR,
  WORK_ERROR,
  WORK_NODE,
  WORK_TRANSACTION,
  type Work,
  type WorkList,
} from './work.ts';

const hex8 = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');
const hex16 = (low: number, high: number): string => hex8(high) + hex8(low);
/** An address, or the opaque one of a record, which is its number. */
const pointer = (value: number): string => value.toString(16).padStart(16, '0');
const flag = (value: boolean): number => (value ? 1 : 0);

/** DBG-01; `all` false: only what moves, and nothing when that is nothing (DBG-08). */
export const processText = (process: Process, all: boolean): string => {
  const { group, context, arena } = process;
  let text = '';
  for (const thread of process.sortedThreads()) text += threadText(thread, all);
  for (const node of process.sortedNodes()) if (all || node.hasAsync) text += nodeText(node);
  if (all) for (const ref of process.handles.all()) text += refText(ref);
  for (let buffer = arena.first; buffer !== null; buffer = buffer.next) {
    if (!buffer.free) text += bufferText(buffer, arena.base);
  }
  text += todoText(process, process.todo, '  ', 'pending transaction');
  if (process.deliveredDeath.head !== null) text += '  has delivered dead binder\n';
  return all || text !== '' ? `proc ${group.pid}\ncontext ${context.name}\n${text}` : '';
};

/** DBG-02: the line, the stack from its top, the todo list. Temporary references are never held between calls. */
const threadText = (thread: Thread, always: boolean): string => {
  const { task, looper, needReturn, process } = thread;
  let text = '';
  let transaction = thread.stack;
  while (transaction !== null) {
    const outgoing: boolean = transaction.from === thread;
    const known = outgoing || transaction.toThread === thread;
    const direction = outgoing ? 'outgoing' : known ? 'incoming' : 'bad';
    text += transactionText(process, `    ${direction} transaction`, transaction);
    if (!known) break;
    transaction = outgoing ? transaction.fromParent : transaction.toParent;
  }
  text += todoText(process, thread.todo, '    ', 'pending transaction');
  if (text === '' && !always) return '';
  const bits = looper.toString(16).padStart(2, '0');
  return `  thread ${task.tid}: l ${bits} need_return ${flag(needReturn)} tr 0\n${text}`;
};

/** DBG-05. Printing holds the node (NODE-15). */
export const nodeText = (node: Node): string => {
  const { process } = node;
  const ptr = hex16(node.ptrLow, node.ptrHigh);
  const cookie = hex16(node.cookieLow, node.cookieHigh);
  let text =
    `  node ${node.id}: u${ptr} c${cookie} hs ${flag(node.hasStrong)} hw ${flag(node.hasWeak)}` +
    ` ls ${node.localStrong} lw ${node.localWeak} is ${node.internalStrong} iw ${node.refCount}` +
    ` tr ${node.temporary + 1}`;
  if (node.refs !== null) text += ' proc';
  for (let ref = node.refs; ref !== null; ref = ref.nextOfNode) text += ` ${ref.process.group.pid}`;
  text += '\n';
  if (process !== null) text += todoText(process, node.asyncTodo, '    ', 'pending async transaction');
  return text;
};

/** DBG-06. */
const refText = ({ id, handle, node, strong, weak, death }: Ref): string =>
  `  ref ${id}: desc ${handle} ${node.process === null ? 'dead ' : ''}node ${node.id} s ${strong} w ${weak}` +
  ` d ${pointer(death === null ? 0 : id)}\n`;

/** DBA-03, DBG-07. */
const bufferText = (buffer: Buffer, base: number): string => {
  const { id, offset, dataSize, offsetsSize, extraSize, transaction } = buffer;
  const state = transaction === null ? 'delivered' : 'active';
  return `  buffer ${id & 0x7ffffff}: ${pointer(base + offset)} size ${dataSize}:${offsetsSize}:${extraSize} ${state}\n`;
};

/** DBA-04, DBG-03: only the receiver's block says what became of the message. */
const transactionText = (printer: Process, prefix: string, transaction: Transaction): string => {
  const { id, from, toProcess, toThread, code, flags, nice, needsReply, buffer } = transaction;
  const sender = `${from?.process.group.pid ?? 0}:${from?.task.tid ?? 0}`;
  const receiver = `${toProcess?.group.pid ?? 0}:${toThread?.task.tid ?? 0}`;
  const line =
    `${prefix} ${id}: ${pointer(id)} from ${sender} to ${receiver}` +
    ` code ${code.toString(16)} flags ${flags.toString(16)} pri ${nice} r${flag(needsReply)}`;
  if (toProcess !== printer) return `${line}\n`;
  if (buffer === null) return `${line} buffer free\n`;
  const node = buffer.targetNode === null ? '' : ` node ${buffer.targetNode.id}`;
  const data = pointer(printer.arena.base + buffer.offset);
  return `${line}${node} size ${buffer.dataSize}:${buffer.offsetsSize} data ${data}\n`;
};

/** DBG-04: the items of a list in order; `transactions` names those that are messages. */
const todoText = (process: Process, list: WorkList, indent: string, transactions: string): string => {
  let text = '';
  for (let work = list.head; work !== null; work = work.next) text += workText(process, work, indent, transactions);
  return text;
};

const workText = (process: Process, work: Work, indent: string, transactions: string): string => {
  const { kind, transaction, node } = work;
  switch (kind) {
    case WORK_TRANSACTION:
      return transaction === null ? '' : transactionText(process, indent + transactions, transaction);
    case WORK_COMPLETE:
      return `${indent}transaction complete\n`;
    case WORK_ERROR:
      return `${indent}transaction error: ${work.word}\n`;
    case WORK_NODE:
      return node === null
        ? ''
        : `${indent}node work ${node.id}: u${hex16(node.ptrLow, node.ptrHigh)} c${hex16(node.cookieLow, node.cookieHigh)}\n`;
    case WORK_DEAD_BINDER:
      return `${indent}has dead binder\n`;
    case WORK_DEAD_BINDER_AND_CLEAR:
      return `${indent}has cleared dead binder\n`;
    case WORK_CLEAR_DEATH:
      return `${indent}has cleared death notification\n`;
    default:
      // The suspicion of spam has no line of its own (DBA-06).
      return `${indent}unknown work: type ${kind}\n`;
  }
};
