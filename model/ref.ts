/**
 * Refs: what a process holds of other processes' nodes, under handles of its own.
 *
 * A ref is held strongly, weakly or both; it goes with its last count. Handle 0 in BC_ACQUIRE and BC_INCREFS means the
 * current context manager and can make the ref (WR-14); everywhere else it is a handle like any other.
 */
import { CONTEXT_MANAGER, type Handle } from '../abi/ids.ts';
import { noteMade } from './journal/note.ts';
import { countRef, settle, uncountRef } from './node.ts';
import { NO_THREAD, type FileKey, type NodeId, type Ref, type ThreadKey } from './state.ts';
import { appended, without, type Turn } from './turn.ts';

/** The file's ref under a handle. */
export const refByHandle = (t: Turn, file: FileKey, handle: Handle): Ref | undefined => {
  for (const ref of t.refs) if (ref.file === file && ref.handle === handle) return ref;
  return undefined;
};

/** REF-08, OBJ-19: the ref under a handle if it is held strongly. */
export const strongRef = (t: Turn, file: FileKey, handle: Handle): Ref | undefined => {
  const ref = refByHandle(t, file, handle);
  if (ref !== undefined && ref.strong === 0) {
    t.fire('REF-08');
    return undefined;
  }
  return ref;
};

/** REF-01, REF-02: the file's one ref to a node, made under the smallest free handle if it has none. */
export const refFor = (t: Turn, file: FileKey, node: NodeId): Ref => {
  for (const ref of t.refs) {
    if (ref.file === file && ref.node === node) {
      t.fire('REF-01');
      return ref;
    }
  }
  const manager = (t.devices[t.file(file).device] as { manager: NodeId }).manager;
  t.fire('REF-02', 'OBJ-14', 'NODE-03');
  if (node === manager) t.fire('REF-03');
  const ref: Ref = {
    id: t.takeId(),
    file,
    handle: freeHandle(t, file, node === manager ? 0 : 1),
    node,
    strong: 0,
    weak: 0,
    death: null,
  };
  t.refs = appended(t.refs, ref);
  noteMade(t, 'ref');
  t.changeNode(node, { refs: [ref.id, ...t.node(node).refs] });
  return ref;
};

const freeHandle = (t: Turn, file: FileKey, from: Handle): Handle => {
  let handle = from;
  while (refByHandle(t, file, handle) !== undefined) handle++;
  if (handle > from) t.fire('REF-04');
  return handle;
};

/** REF-05: one more count; the first of its kind counts on the node. */
export const increment = (t: Turn, id: number, strong: boolean, announceTo: ThreadKey): void => {
  const ref = t.ref(id);
  t.fire('REF-05');
  if ((strong ? ref.strong : ref.weak) === 0) countRef(t, ref.node, strong, announceTo);
  else if (announceTo !== NO_THREAD) t.fire('NODE-08');
  t.changeRef(id, strong ? { strong: ref.strong + 1 } : { weak: ref.weak + 1 });
};

/** REF-05, REF-06: one count fewer; a count that is not there stays so. Answers whether there was one. */
export const decrement = (t: Turn, id: number, strong: boolean): boolean => {
  const ref = t.ref(id);
  if ((strong ? ref.strong : ref.weak) === 0) return false;
  const next = strong ? { strong: ref.strong - 1 } : { weak: ref.weak - 1 };
  t.changeRef(id, next);
  if (strong && ref.strong === 1) uncountRef(t, ref.node);
  const left = t.ref(id);
  if (left.strong === 0 && left.weak === 0) removeRef(t, id);
  return true;
};

/** REF-06: the handle goes, with its death registration (DEATH-13); the node is judged again. */
export const removeRef = (t: Turn, id: number): void => {
  const ref = t.ref(id);
  t.fire('REF-06');
  if (ref.strong > 0) uncountRef(t, ref.node);
  if (ref.death !== null) {
    t.fire('DEATH-13');
    const file = t.file(ref.file);
    t.changeFile(ref.file, {
      todo: without(file.todo, work => 'ref' in work && work.ref === id),
      delivered: without(file.delivered, work => 'ref' in work && work.ref === id),
    });
  }
  t.refs = without(t.refs, other => other.id === id);
  t.changeNode(ref.node, { refs: t.node(ref.node).refs.filter(other => other !== id) });
  settle(t, ref.node);
};

export type CountCommand = 'BC_INCREFS' | 'BC_ACQUIRE' | 'BC_RELEASE' | 'BC_DECREFS';

/** The four count commands. Answers false for the one hard error: the manager counting itself (WR-15). */
export const count = (t: Turn, file: FileKey, command: CountCommand, handle: Handle): boolean => {
  t.fire('UAPI-06');
  const strong = command === 'BC_ACQUIRE' || command === 'BC_RELEASE';
  const up = command === 'BC_ACQUIRE' || command === 'BC_INCREFS';
  if (up && handle === CONTEXT_MANAGER) {
    const manager = (t.devices[t.file(file).device] as { manager: NodeId }).manager;
    if (manager !== 0) {
      if (t.node(manager).owner === file) {
        t.fire('WR-15');
        return false;
      }
      const ref = refFor(t, file, manager);
      t.fire(ref.handle === CONTEXT_MANAGER ? 'WR-14' : 'WR-16');
      increment(t, ref.id, strong, NO_THREAD);
      return true;
    }
    t.fire('WR-17');
  }
  if (command === 'BC_ACQUIRE') acquire(t, file, handle);
  else if (command === 'BC_INCREFS') increfs(t, file, handle);
  else if (command === 'BC_RELEASE') release(t, file, handle);
  else decrefs(t, file, handle);
  return true;
};

/** WR-18: a strong count needs one to be there already; a weak handle is not promoted. */
const acquire = (t: Turn, file: FileKey, handle: Handle): void => {
  const ref = strongRef(t, file, handle);
  t.fire('WR-18');
  if (ref !== undefined) increment(t, ref.id, true, NO_THREAD);
};

/** WR-19 */
const increfs = (t: Turn, file: FileKey, handle: Handle): void => {
  const ref = refByHandle(t, file, handle);
  t.fire('WR-19');
  if (ref !== undefined) increment(t, ref.id, false, NO_THREAD);
};

/** WR-20 */
const release = (t: Turn, file: FileKey, handle: Handle): void => {
  const ref = strongRef(t, file, handle);
  t.fire('WR-20');
  if (ref !== undefined) decrement(t, ref.id, true);
};

/** WR-21 */
const decrefs = (t: Turn, file: FileKey, handle: Handle): void => {
  const ref = refByHandle(t, file, handle);
  t.fire('WR-21');
  if (ref !== undefined) decrement(t, ref.id, false);
};
