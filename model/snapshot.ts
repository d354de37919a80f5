/** The state as the debugfs files show it. */
import type { ProcIndex } from '../abi/ids.ts';
import type {
  BufferSnapshot,
  Census,
  NodeSnapshot,
  ProcSnapshot,
  RefSnapshot,
  Snapshot,
  ThreadOf,
  ThreadSnapshot,
  TransactionSnapshot,
  WorkSnapshot,
} from '../abi/snapshot.ts';
import { activePages, countPages } from './page.ts';
import {
  NO_FILE,
  NO_THREAD,
  OPENER,
  fileOf,
  holderOf,
  indexOf,
  type File,
  type FileKey,
  type Node,
  type State,
  type Thread,
  type ThreadKey,
  type Transaction,
  type Work,
} from './state.ts';

const workOf = (work: Work, thread?: Thread): WorkSnapshot => {
  switch (work.work) {
    case 'transaction':
    case 'node':
      return { work: work.work, id: work.id };
    case 'complete':
    case 'spam_suspect':
      return { work: work.work };
    case 'return_error':
      return { work: 'error', br: thread?.returnError ?? 0 };
    case 'reply_error':
      return { work: 'error', br: thread?.replyError ?? 0 };
    case 'dead_binder':
    case 'dead_binder_and_clear':
    case 'clear_death':
      return { work: work.work };
  }
};

/** A native thread by its number, and by its process where that did not open the file. */
export const nativeOf = (key: ThreadKey): Pick<ThreadOf, 'thread' | 'holder'> => ({
  thread: indexOf(key),
  holder: strangerOf(key),
});

const strangerOf = (key: ThreadKey): ProcIndex | undefined => {
  const holder = holderOf(key);
  return holder === OPENER ? undefined : holder;
};

const threadOf = (state: State, thread: Thread): ThreadSnapshot => {
  const stack: ThreadSnapshot['stack'][number][] = [];
  for (let id = thread.stack; id !== 0;) {
    const transaction = state.transactions.find(other => other.id === id) as Transaction;
    const incoming = transaction.toThread === thread.key;
    stack.push({ id, direction: incoming ? 'incoming' : 'outgoing' });
    id = incoming ? transaction.toParent : transaction.fromParent;
  }
  return {
    thread: indexOf(thread.key),
    holder: strangerOf(thread.key),
    looper: thread.looper,
    needReturn: thread.needReturn,
    stack,
    todo: thread.todo.map(work => workOf(work, thread)),
  };
};

const nodeOf = (node: Node): NodeSnapshot => ({
  id: node.id,
  ptr: node.ptr,
  cookie: node.cookie,
  hasStrong: node.hasStrong,
  hasWeak: node.hasWeak,
  localStrong: node.localStrong,
  localWeak: node.localWeak,
  internalStrong: node.internalStrong,
  refs: node.refs.length,
  hasAsync: node.hasAsync,
  asyncTodo: node.asyncTodo,
});

/** The order in which nodes are listed (DBG-01). */
export const byPtr = (a: Node, b: Node): number => {
  const left = BigInt(a.ptr);
  const right = BigInt(b.ptr);
  return left < right ? -1 : left > right ? 1 : 0;
};

const procOf = (state: State, file: File): ProcSnapshot => {
  const { arena } = file;
  const active = countPages(activePages(arena));
  const populated = countPages(arena.populated);
  const buffers: BufferSnapshot[] = arena.regions.flatMap(({ offset, buffer }) =>
    buffer === null
      ? []
      : [
          {
            id: buffer.id,
            offset,
            dataSize: buffer.dataSize,
            offsetsSize: buffer.offsetsSize,
            extraSize: buffer.extraSize,
            active: buffer.transaction !== 0,
            async: buffer.async,
            userMayFree: buffer.userMayFree,
          },
        ],
  );
  const refs: RefSnapshot[] = state.refs
    .filter(ref => ref.file === file.key)
    .map(ref => ({
      id: ref.id,
      handle: ref.handle,
      node: ref.node,
      dead: state.nodes.find(node => node.id === ref.node)?.owner === NO_FILE,
      strong: ref.strong,
      weak: ref.weak,
      death: ref.death !== null,
    }))
    .sort((a, b) => a.handle - b.handle);
  return {
    proc: file.proc,
    fd: file.fd,
    device: file.device,
    arena: arena.size,
    freeAsync: arena.freeAsync,
    threads: state.threads.filter(({ key }) => fileOf(key) === file.key).map(thread => threadOf(state, thread)),
    nodes: state.nodes
      .filter(node => node.owner === file.key)
      .sort(byPtr)
      .map(nodeOf),
    refs,
    buffers,
    todo: file.todo.map(work => workOf(work)),
    deliveredDeath: file.delivered.length > 0,
    requestedThreads: file.requested,
    startedThreads: file.started,
    maxThreads: file.maxThreads,
    readyThreads: file.waiting.length,
    pages: arena.live
      ? {
          active,
          lru: populated - active,
          free: arena.size / 4096 - populated,
          highWatermark: arena.highWatermark,
        }
      : { active: 0, lru: 0, free: 0, highWatermark: arena.highWatermark },
  };
};

const transactionOf = (state: State, transaction: Transaction): TransactionSnapshot => {
  const place = (key: FileKey, thread: ThreadKey) => {
    const { proc, fd } = state.files.find(other => other.key === key) as File;
    return thread === NO_THREAD
      ? { proc, fd, thread: null, holder: undefined }
      : { proc, fd, thread: indexOf(thread), holder: strangerOf(thread) };
  };
  const { id, from, to, toThread, code, flags, needsReply } = transaction;
  return {
    id,
    from: from === NO_THREAD ? null : (place(fileOf(from), from) as TransactionSnapshot['from']),
    to: to === NO_FILE ? null : place(to, toThread),
    code,
    flags,
    needsReply,
  };
};

const cleared = (list: readonly Work[]): number => list.filter(work => 'ref' in work && work.ref === 0).length;
const completes = (list: readonly Work[]): number =>
  list.filter(work => work.work === 'complete' || work.work === 'spam_suspect').length;

const censusOf = (state: State): Census => {
  let death = state.refs.filter(ref => ref.death !== null).length;
  let complete = 0;
  for (const { todo, delivered } of state.files) death += cleared(todo) + cleared(delivered);
  for (const { todo } of state.threads) {
    death += cleared(todo);
    complete += completes(todo);
  }
  return {
    proc: state.files.length,
    thread: state.threads.length,
    node: state.nodes.length,
    ref: state.refs.length,
    death,
    transaction: state.transactions.length,
    transaction_complete: complete,
  };
};

/** Everything that the driver shows of its state. */
export const snapshotOf = (state: State): Snapshot => ({
  procs: state.files.map(file => procOf(state, file)).sort((a, b) => a.proc - b.proc || a.fd - b.fd),
  deadNodes: state.nodes.filter(node => node.owner === NO_FILE).map(nodeOf),
  transactions: state.transactions.map(transaction => transactionOf(state, transaction)),
  census: censusOf(state),
});
