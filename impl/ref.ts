/** What a process holds on somebody's node, under a handle of its own (REF-01 to REF-08). */
import type { Core } from './core.ts';
import type { Death } from './death.ts';
import { decrementStrong, incrementStrong, incrementWeak, settleWeak, type Node } from './node.ts';
import type { Process } from './process.ts';
import type { Thread } from './thread.ts';
import { unqueue } from './work.ts';

export class Ref {
  readonly id: number;
  readonly process: Process;
  readonly handle: number;
  readonly node: Node;
  strong = 0;
  weak = 0;
  death: Death | null = null;
  previousOfNode: Ref | null = null;
  nextOfNode: Ref | null = null;

  constructor(id: number, process: Process, handle: number, node: Node) {
    this.id = id;
    this.process = process;
    this.handle = handle;
    this.node = node;
  }
}

/** The ref behind a handle; `null` when there is none, or when a strong one is needed and it is only weak (TXN-04). */
export const getRef = (process: Process, handle: number, needStrong: boolean): Ref | null => {
  const ref = process.handles.get(handle);
  return ref === null || (needStrong && ref.strong === 0) ? null : ref;
};

/**
 * One more count of a process on a node, in a ref that is made if need be (OBJ-13, OBJ-14). `sender`: as in
 * `incrementStrong`.
 */
export const countRef = (core: Core, process: Process, node: Node, strong: boolean, sender: Thread | null): Ref => {
  const ref = process.refsByNode.get(node.id, 0) ?? makeRef(core, process, node);
  incrementRef(ref, strong, sender);
  return ref;
};

const makeRef = (core: Core, process: Process, node: Node): Ref => {
  const lowest = node === process.context.manager ? 0 : 1;
  const ref = new Ref(++core.counter, process, process.handles.lowestFree(lowest), node);
  process.handles.set(ref.handle, ref);
  process.refsByNode.add(node.id, 0, ref);
  ref.nextOfNode = node.refs;
  if (node.refs !== null) node.refs.previousOfNode = ref;
  node.refs = ref;
  node.refCount++;
  core.refs.live++;
  core.refs.total++;
  return ref;
};

/** One more count on a ref. */
export const incrementRef = (ref: Ref, strong: boolean, sender: Thread | null): void => {
  if (strong) {
    if (ref.strong === 0) incrementStrong(ref.node, true, sender);
    ref.strong++;
  } else {
    if (ref.weak === 0) incrementWeak(ref.node, true, sender);
    ref.weak++;
  }
};

/** One count fewer; a count that is not there is ignored (WR-20, WR-21). The ref goes with its last count (REF-06). */
export const decrementRef = (core: Core, ref: Ref, strong: boolean): void => {
  if (strong) {
    if (ref.strong === 0) return;
    ref.strong--;
    if (ref.strong === 0) decrementStrong(core, ref.node, true);
  } else {
    if (ref.weak === 0) return;
    ref.weak--;
  }
  if (ref.strong === 0 && ref.weak === 0) removeRef(core, ref);
};

/** Removes a ref with all that it counts; its death record goes, too (REF-06, DEATH-13, PROC-20). */
export const removeRef = (core: Core, ref: Ref): void => {
  const { node, process, previousOfNode, nextOfNode, death } = ref;
  process.handles.clear(ref.handle);
  process.refsByNode.remove(node.id, 0);
  if (ref.strong > 0) decrementStrong(core, node, true);
  if (previousOfNode === null) node.refs = nextOfNode;
  else previousOfNode.nextOfNode = nextOfNode;
  if (nextOfNode !== null) nextOfNode.previousOfNode = previousOfNode;
  node.refCount--;
  settleWeak(core, node);
  if (death !== null) {
    unqueue(death.work);
    core.deaths.live--;
  }
  core.refs.live--;
};
