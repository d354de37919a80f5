/** What must hold in the optimised driver's own structures between two calls, whatever bytes it was given. */
import { OBJECT_TYPE } from '../../../abi/constants.ts';
import { offsetsStart, type Buffer } from '../../../impl/buffer.ts';
import type { Core } from '../../../impl/core.ts';
import type { Death } from '../../../impl/death.ts';
import { readNumber } from '../../../impl/memory.ts';
import type { Node } from '../../../impl/node.ts';
import { sizeOfObject } from '../../../impl/object-layout.ts';
import type { Process } from '../../../impl/process.ts';
import type { Ref } from '../../../impl/ref.ts';
import { WORK_COMPLETE, WORK_SPAM_SUSPECT, WORK_TRANSACTION, type WorkList } from '../../../impl/work.ts';

/** Looks at one driver again and again. */
export class Inspector {
  /** Sums over the bytes of delivered messages, by the number of their transaction. */
  #sums = new Map<number, number>();

  /** Everything that is wrong, in words; empty when all is well. */
  flawsOf(core: Core): readonly string[] {
    const flaws: string[] = [];
    const must: Must = (holds, what) => {
      if (!holds) flaws.push(what);
    };
    const { runnable, roused, deferred, completed, waited } = core;
    must(
      [runnable, roused, deferred, completed, waited].every(({ length }) => length === 0),
      'nothing is left to run',
    );
    checkRecords(core, must);
    const found = new Found();
    const sums = new Map<number, number>();
    for (const process of core.processes) {
      checkProcess(process, found, must);
      checkWatches(process, must);
      this.#checkMessages(process, found, sums, must);
    }
    this.#sums = sums;
    for (const node of core.deadNodes) found.nodes.add(node);
    for (const node of found.nodes) checkNode(node, found, must);
    must(core.nodes.live === found.nodes.size, 'nodes are counted');
    must(core.refs.live === found.refs, 'references are counted');
    must(core.threads.live === found.threads, 'threads are counted');
    must(core.completions.live === found.completions, 'completions are counted');
    must(core.deaths.live === found.deaths.size, 'death records are counted');
    must(core.procs.live === core.processes.length, 'open files are counted');
    return flaws;
  }

  /** A delivered message stays as it was; what it counts on local nodes is noted. */
  #checkMessages({ arena, nodes }: Process, found: Found, sums: Map<number, number>, must: Must): void {
    for (let buffer = arena.first; buffer !== null; buffer = buffer.next) {
      if (buffer.free) continue;
      noteCounts(buffer, arena.view, nodes, found, must);
      if (!buffer.userMayFree) continue;
      const sum = sumOf(arena.bytes, buffer);
      const before = this.#sums.get(buffer.id);
      must(before === undefined || before === sum, `message ${buffer.id} is what it was when it was delivered`);
      sums.set(buffer.id, sum);
    }
  }
}

/** A watch stands where it says that it stands, and nobody sleeps over one that is to be asked. */
const checkWatches = (process: Process, must: Must): void => {
  for (const watch of process.watches) {
    const { epoll, thread, ready } = watch;
    must(epoll.watches.has(watch), 'a watch of a file is one of its epoll instance');
    must(epoll.ready.includes(watch) === ready, 'a watch is on the ready list when it says so');
    must(epoll.ready.length === 0 || epoll.sleepers.length === 0, 'nobody sleeps while a watch is to be asked');
    must(
      thread === null || process.threads.get(thread.task.tid) === thread,
      'a watch hangs with a thread that is there',
    );
    must(thread === null || thread.watches?.includes(watch) === true, 'a thread knows the watches in its queue');
  }
  for (const thread of process.threads.values()) {
    must(
      thread.watches?.every(watch => process.watches.has(watch)) !== false,
      'the watches in a queue are of its file',
    );
  }
};

/** What was found on the way, to be compared with the driver's own counts. */
class Found {
  readonly nodes = new Set<Node>();
  readonly deaths = new Set<Death>();
  refs = 0;
  threads = 0;
  completions = 0;
  /** Strong and weak counts that messages hold on nodes. */
  readonly strong = new Map<Node, number>();
  readonly weak = new Map<Node, number>();
}

const add = (counts: Map<Node, number>, node: Node): void => {
  counts.set(node, (counts.get(node) ?? 0) + 1);
};

/** Every slot of a message has an object. The message counts its target, and the objects of its owner in it (NODE-05). */
const noteCounts = (buffer: Buffer, view: DataView, nodes: Process['nodes'], found: Found, must: Must): void => {
  if (buffer.targetNode !== null) add(found.strong, buffer.targetNode);
  const start = offsetsStart(buffer);
  for (let slot = 0; slot < buffer.offsetsSize >> 3; slot++) {
    const offset = readNumber(view, start + slot * 8);
    const whole = sizeOfObject(view, buffer.offset, offset, buffer.dataSize) > 0;
    must(whole, `message ${buffer.id} has an object in slot ${slot}`);
    if (!whole) continue;
    const at = buffer.offset + offset;
    const type = view.getUint32(at, true);
    if (type !== OBJECT_TYPE.BINDER && type !== OBJECT_TYPE.WEAK_BINDER) continue;
    const node = nodes.get(view.getInt32(at + 8, true), view.getInt32(at + 12, true));
    if (node !== null) add(type === OBJECT_TYPE.BINDER ? found.strong : found.weak, node);
  }
};

/** FNV-1a over a region. */
const sumOf = (bytes: Uint8Array, { offset, size }: Buffer): number => {
  let sum = 0x811c9dc5;
  for (let at = offset; at < offset + size; at++) sum = Math.imul(sum ^ (bytes[at] as number), 0x01000193);
  return sum;
};

/** Records and buffers know each other, and open files count what is addressed to them. */
const checkRecords = (core: Core, must: Must): void => {
  const outstanding = new Map<Process, number>();
  for (let record = core.newest; record !== null; record = record.older) {
    const { toProcess, buffer, id } = record;
    if (toProcess !== null) outstanding.set(toProcess, (outstanding.get(toProcess) ?? 0) + 1);
    must(buffer === null || buffer.transaction === record, `record ${id} and its buffer know each other`);
  }
  for (const process of core.processes) {
    must(process.outstanding === (outstanding.get(process) ?? 0), `file ${process.fd} counts what is addressed to it`);
  }
};

const checkProcess = (process: Process, found: Found, must: Must): void => {
  const own = process.nodes.all();
  must(process.nodes.size === own.length, 'a table counts its entries');
  for (const node of own) {
    found.nodes.add(node);
    must(node.process === process, `node ${node.id} knows its owner`);
  }
  checkArena(process, must);
  checkWaiting(process, must);
  checkHandles(process, found, must);
  checkList(process.todo, found, must);
  checkList(process.deliveredDeath, found, must);
  for (const thread of process.threads.values()) {
    found.threads++;
    checkList(thread.todo, found, must);
    must(thread.process === process, 'a thread knows its open file');
    must(thread.parked === (thread.task.parkedOn === thread), 'a parked thread is where it sleeps');
  }
};

type Must = (holds: boolean, what: string) => void;

/** Regions tile the arena, free ones never touch, buffers are found by their address. */
const checkArena = ({ arena, fd }: Process, must: Must): void => {
  let at = 0;
  let allocated = 0;
  let async = 0;
  let wasFree = false;
  for (let region = arena.first; region !== null; region = region.next) {
    must(region.offset === at && region.size >= 8 && region.size % 8 === 0, `arena ${fd}: regions lie side by side`);
    must(region.next === null || region.next.previous === region, `arena ${fd}: neighbours know each other`);
    must(!(wasFree && region.free), `arena ${fd}: free regions are merged`);
    wasFree = region.free;
    at += region.size;
    if (region.free) continue;
    allocated++;
    if (region.async) async += region.size;
    must(arena.at(arena.base + region.offset) === region, `arena ${fd}: a buffer is found by its address`);
  }
  must(at === arena.size, `arena ${fd}: regions cover it`);
  must(allocated === arena.allocated, `arena ${fd}: buffers are counted`);
  must(arena.freeAsync === arena.size / 2 - async, `arena ${fd}: the async half is conserved`);
};

/** The waiting list is doubly linked, and all of it sleeps. */
const checkWaiting = (process: Process, must: Must): void => {
  for (let thread = process.waiting; thread !== null; thread = thread.waitsBefore) {
    must(thread.waits && thread.parked && thread.idle, 'who waits for work sleeps and has none');
    must(thread.waitsBefore === null || thread.waitsBefore.waitsAfter === thread, 'the waiting list is linked');
  }
};

const checkHandles = (process: Process, found: Found, must: Must): void => {
  const refs = process.handles.all();
  must(process.handles.size === refs.length, 'handles are counted');
  found.refs += refs.length;
  for (const ref of refs) {
    if (ref.death !== null) found.deaths.add(ref.death);
    must(ref.strong >= 0 && ref.weak >= 0 && ref.strong + ref.weak > 0, `handle ${ref.handle} is counted`);
    must(process.refsByNode.get(ref.node.id, 0) === ref, `handle ${ref.handle} is found by its node`);
  }
};

/** Counts of a node agree with the references to it. */
const checkNode = (node: Node, found: Found, must: Must): void => {
  let count = 0;
  let strong = 0;
  for (let ref: Ref | null = node.refs; ref !== null; ref = ref.nextOfNode) {
    count++;
    if (ref.strong > 0) strong++;
    must(ref.node === node && ref.process.handles.get(ref.handle) === ref, `node ${node.id} knows its references`);
  }
  must(count === node.refCount, `node ${node.id} counts its references`);
  must(strong === node.internalStrong, `node ${node.id} counts its strong references`);
  must(node.temporary === 0, `node ${node.id} is held by nobody between calls`);
  const kept = node.process?.context.manager === node ? 1 : 0;
  const localStrong = (found.strong.get(node) ?? 0) + (node.pendingStrong ? 1 : 0) + kept;
  const localWeak = (found.weak.get(node) ?? 0) + (node.pendingWeak ? 1 : 0) + kept;
  const dead = node.process === null;
  must(dead || node.localStrong === localStrong, `node ${node.id} counts ${node.localStrong} of ${localStrong} strong`);
  must(dead || node.localWeak === localWeak, `node ${node.id} counts ${node.localWeak} of ${localWeak} weak`);
  must(!dead || count > 0, `node ${node.id} is dead and somebody knows it`);
  must(node.hasAsync || node.asyncTodo.head === null, `node ${node.id} holds oneways back for one in flight`);
  checkList(node.asyncTodo, found, must);
};

/** A list is linked both ways and all of it knows that. */
const checkList = (list: WorkList, found: Found, must: Must): void => {
  let last = null;
  for (let work = list.head; work !== null; work = work.next) {
    must(work.list === list && work.previous === last, 'a list is linked both ways');
    if (work.kind === WORK_COMPLETE || work.kind === WORK_SPAM_SUSPECT) found.completions++;
    if (work.death !== null) found.deaths.add(work.death);
    must(work.kind !== WORK_TRANSACTION || work.transaction?.buffer !== null, 'a message that waits has its buffer');
    last = work;
  }
  must(list.tail === last, 'a list knows its end');
};
