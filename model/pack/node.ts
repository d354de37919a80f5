/** Nodes with the refs to them, as numbers of a row. */
import { NO_FILE, NO_THREAD, type Node, type Ref } from '../state.ts';
import { DEATH_AT, cookieNumber, meet, small, type Packing } from './row.ts';

/** A node: its counts, where it is queued, the oneways that wait, and its refs, the newest first. */
export const packNode = (p: Packing, node: Node): void => {
  const out = p.out;
  const names = p.names;
  const queued = node.queued === null ? 0 : node.queued === NO_THREAD ? 1 : 1 + names.thread(node.queued);
  out.put(node.owner === NO_FILE ? 0 : names.file(node.owner));
  const ptr = small(node.ptr);
  const cookie = small(node.cookie);
  if (p.layout.ptrs && cookie !== ptr) throw new Error('a node with a cookie that is not its ptr cannot be renamed');
  out.put(node.owner === NO_FILE ? ptr : names.ptr(node.owner, ptr));
  out.put(node.owner === NO_FILE || !p.layout.ptrs ? cookie : names.ptr(node.owner, ptr));
  out.put(
    (node.hasStrong ? 1 : 0) |
      (node.hasWeak ? 2 : 0) |
      (node.hasAsync ? 4 : 0) |
      (8 * (node.pendingStrong ? 1 : 0)) |
      (16 * (node.pendingWeak ? 1 : 0)),
  );
  out.put((node.acceptFds ? 1 : 0) | (node.securityContext ? 2 : 0) | (node.minPriority << 2));
  out.put(node.internalStrong);
  out.put(node.localStrong);
  out.put(node.localWeak);
  out.put(queued);
  if (node.hasAsync) {
    out.put(node.asyncTodo.length);
    for (const id of node.asyncTodo) out.put(meet(p, id));
  }
  out.put(node.refs.length);
  for (let at = 0; at < node.refs.length; at++) packRef(p, node.refs[at] as number);
};

const packRef = (p: Packing, id: number): void => {
  const out = p.out;
  const { refs } = p.state;
  for (let at = 0; at < refs.length; at++) {
    const ref = refs[at] as Ref;
    if (ref.id !== id) continue;
    out.put(p.names.file(ref.file));
    out.put(ref.handle);
    out.put(ref.strong);
    out.put(ref.weak);
    out.put(ref.death === null ? 0 : 1 + DEATH_AT.indexOf(ref.death.at));
    if (ref.death !== null) out.put(cookieNumber(p, ref.file, ref.death.cookie));
    return;
  }
  throw new Error(`the model is wrong: no ref ${id}`);
};
