/**
 * Nodes: objects that a process offered to others, with the counts that keep them alive.
 *
 * internal strong = refs that are held strongly; local strong and local weak = pins by buffers, by announcements that
 * the owner has not acknowledged, and for ever on a context manager (NODE-05). The owner learns of changes through
 * the node's one work item, which sits on at most one list.
 */
import type { U64 } from '../abi/u64.ts';
import { FLAT_BINDER_FLAG_ACCEPTS_FDS, FLAT_BINDER_FLAG_TXN_SECURITY_CTX } from '../abi/constants.ts';
import { noteMade } from './journal/note.ts';
import { NO_FILE, NO_THREAD, type FileKey, type Node, type NodeId, type ThreadKey } from './state.ts';
import { appended, without, type Turn } from './turn.ts';
import { queueDeferred, queueForFile, unqueueNode, wakeFile } from './work.ts';

/** The file's own node with that ptr. */
export const nodeByPtr = (t: Turn, owner: FileKey, ptr: U64): Node | undefined => {
  for (const node of t.nodes) if (node.owner === owner && node.ptr === ptr) return node;
  return undefined;
};

/** NODE-01: a node's attributes are fixed by the first object that names it; later flags are ignored. */
export const nodeFor = (t: Turn, owner: FileKey, ptr: U64, cookie: U64, flags: number): Node => {
  const known = nodeByPtr(t, owner, ptr);
  if (known !== undefined) {
    t.fire('OBJ-11');
    return known;
  }
  t.fire('NODE-01', 'NODE-03', 'OBJ-09');
  if (flags !== 0) t.fire('UAPI-13');
  const node: Node = {
    id: t.takeId(),
    owner,
    ptr,
    cookie,
    minPriority: flags & 0xff,
    acceptFds: (flags & FLAT_BINDER_FLAG_ACCEPTS_FDS) !== 0,
    securityContext: (flags & FLAT_BINDER_FLAG_TXN_SECURITY_CTX) !== 0,
    internalStrong: 0,
    localStrong: 0,
    localWeak: 0,
    hasStrong: false,
    hasWeak: false,
    pendingStrong: false,
    pendingWeak: false,
    queued: null,
    hasAsync: false,
    asyncTodo: [],
    refs: [],
  };
  t.nodes = appended(t.nodes, node);
  noteMade(t, 'node');
  return node;
};

/** One more pin by a buffer or an acknowledgement; the owner is not told (NODE-07). */
export const pin = (t: Turn, id: NodeId, strong: boolean): void => {
  const node = t.node(id);
  t.fire('NODE-05', 'NODE-07');
  t.changeNode(id, strong ? { localStrong: node.localStrong + 1 } : { localWeak: node.localWeak + 1 });
};

/**
 * A ref began to count. When a process sends its own object, `announceTo` is the sending thread: the owner is told
 * there, deferred (NODE-06). Others' increments queue nothing (NODE-07).
 */
export const countRef = (t: Turn, id: NodeId, strong: boolean, announceTo: ThreadKey): void => {
  const node = t.node(id);
  if (strong) t.changeNode(id, { internalStrong: node.internalStrong + 1 });
  if (announceTo === NO_THREAD) {
    t.fire('NODE-07');
    return;
  }
  if (strong && !node.hasStrong) {
    t.fire('NODE-06', 'OBJ-16');
    unqueueNode(t, id);
    announce(t, id, announceTo);
  } else if (!strong && !node.hasWeak && node.queued === null) {
    t.fire('NODE-06', 'OBJ-17');
    announce(t, id, announceTo);
  } else {
    t.fire('NODE-08');
  }
};

const announce = (t: Turn, id: NodeId, thread: ThreadKey): void => {
  queueDeferred(t, thread, { work: 'node', id });
  t.changeNode(id, { queued: thread });
};

/** NODE-09: a strong pin goes (binder_dec_node, strong, local). */
export const unpinStrong = (t: Turn, id: NodeId): void => {
  t.changeNode(id, { localStrong: t.node(id).localStrong - 1 });
  afterStrong(t, id);
};

/** NODE-09: a weak pin goes. */
export const unpinWeak = (t: Turn, id: NodeId): void => {
  t.changeNode(id, { localWeak: t.node(id).localWeak - 1 });
  settle(t, id);
};

export const unpin = (t: Turn, id: NodeId, strong: boolean): void => {
  if (strong) unpinStrong(t, id);
  else unpinWeak(t, id);
};

/** The last strong count of a ref goes. */
export const uncountRef = (t: Turn, id: NodeId): void => {
  t.changeNode(id, { internalStrong: t.node(id).internalStrong - 1 });
  afterStrong(t, id);
};

const afterStrong = (t: Turn, id: NodeId): void => {
  const node = t.node(id);
  if (node.localStrong !== 0 || node.internalStrong !== 0) return;
  leave(t, node);
};

/** NODE-09, NODE-15: what remains is judged again whenever a weak count or a temporary hold goes. */
export const settle = (t: Turn, id: NodeId): void => {
  const node = t.nodeIfAny(id);
  if (node === undefined || node.localWeak !== 0 || node.refs.length > 0) return;
  leave(t, node);
};

const leave = (t: Turn, node: Node): void => {
  t.fire('NODE-09');
  if (node.owner !== NO_FILE && (node.hasStrong || node.hasWeak)) {
    if (node.queued !== null) {
      t.fire('NODE-10');
      return;
    }
    queueForFile(t, node.owner, { work: 'node', id: node.id });
    t.changeNode(node.id, { queued: NO_THREAD });
    wakeFile(t, node.owner);
    return;
  }
  if (node.refs.length === 0 && node.localStrong === 0 && node.localWeak === 0) {
    t.fire(node.owner === NO_FILE ? 'NODE-14' : 'NODE-11');
    if (node.owner !== NO_FILE) unqueueNode(t, node.id);
    dropNode(t, node.id);
  }
};

/** The node is no more. */
export const dropNode = (t: Turn, id: NodeId): void => {
  t.nodes = without(t.nodes, node => node.id === id);
};

/**
 * BC_INCREFS_DONE, BC_ACQUIRE_DONE: the owner acknowledges an announcement, which ends the pin that kept the node
 * (WR-22, WR-23); anything that does not match an open announcement is only logged (WR-24).
 */
export const acknowledge = (t: Turn, owner: FileKey, ptr: U64, cookie: U64, strong: boolean): void => {
  const node = nodeByPtr(t, owner, ptr);
  if (node === undefined) {
    t.fire('WR-24');
    return;
  }
  const pending = strong ? node.pendingStrong : node.pendingWeak;
  if (node.cookie !== cookie || !pending) {
    t.fire('WR-24');
    settle(t, node.id);
    return;
  }
  t.fire(strong ? 'WR-23' : 'WR-22', 'NODE-12');
  t.changeNode(node.id, strong ? { pendingStrong: false } : { pendingWeak: false });
  unpin(t, node.id, strong);
  settle(t, node.id);
};
