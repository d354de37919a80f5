/** Numbers that tell processes, threads and nodes apart whatever they are called. */
import type { ProcIndex } from '../../abi/ids.ts';
import { OPENER, fileOf, holderOf, indexOf, threadKey, type File, type Node, type Ref, type Region } from '../state.ts';
import type { State, Task, Thread, Transaction } from '../state.ts';

const mix = (hash: number, value: number): number => (Math.imul(hash ^ value, 0x9e37_79b1) >>> 7) ^ (hash << 1);

/** A number of a process that stays when processes, threads or nodes are renamed. */
export const markOfProc = (state: State, proc: ProcIndex): number => {
  let mark = 0;
  const { tasks, files, nodes, refs, threads } = state;
  for (let at = 0; at < tasks.length; at++) {
    const { proc: other, alive, held } = tasks[at] as Task;
    if (other === proc) mark = (alive ? 1 : 2) + 4 * held.length;
  }
  for (let place = 0; place < files.length; place++) {
    const file = files[place] as File;
    if (file.proc !== proc) continue;
    const { todo, delivered, waiting, outstanding, arena } = file;
    mark = mix(mark, todo.length + 8 * delivered.length + 64 * waiting.length + 512 * outstanding);
    const { regions } = arena;
    for (let at = 0; at < regions.length; at++) {
      const { size, buffer } = regions[at] as Region;
      mark = mix(mark, size + (buffer === null ? 0 : buffer.userMayFree ? 1 : buffer.async ? 2 : 3));
    }
    let owned = 0;
    for (let at = 0; at < nodes.length; at++) {
      const node = nodes[at] as Node;
      if (node.owner === file.key) owned += markOfNode(node);
    }
    mark = mix(mark, owned);
    let held = 0;
    for (let at = 0; at < refs.length; at++) {
      const ref = refs[at] as Ref;
      if (ref.file === file.key) held += mix(ref.handle, ref.strong + 8 * ref.weak + (ref.death === null ? 0 : 64));
    }
    mark = mix(mark, held);
    let own = 0;
    for (let at = 0; at < threads.length; at++) {
      const thread = threads[at] as Thread;
      if (fileOf(thread.key) === file.key) own += markOfRecord(state, thread);
    }
    mark = mix(mark, own);
  }
  let elsewhere = 0;
  for (let at = 0; at < threads.length; at++) {
    const thread = threads[at] as Thread;
    if (holderOf(thread.key) === proc) elsewhere += markOfRecord(state, thread);
  }
  return elsewhere === 0 ? mark : mix(mark, elsewhere);
};

/** A number of a node that stays when anything is renamed. */
export const markOfNode = ({ internalStrong, localStrong, localWeak, refs, queued }: Node): number =>
  mix(internalStrong + 8 * localStrong + 64 * localWeak, refs.length + (queued === null ? 0 : 64));

const markOfRecord = (state: State, { key, looper, stack, todo, needReturn, processTodo }: Thread): number => {
  const bits = (needReturn ? 1 : 0) | (processTodo ? 2 : 0) | (stack === 0 ? 0 : 4);
  let way = 0;
  if (stack === 0) return mix(looper + 64 * todo.length, bits);
  const { transactions } = state;
  for (let at = 0; at < transactions.length; at++) {
    const { id, toThread } = transactions[at] as Transaction;
    if (id === stack) way = toThread === key ? 1 : 2;
  }
  return mix(looper + 64 * todo.length, bits + 8 * way);
};

/** The driver knows the thread, or it has ended: all others are the same. */
export const isUsed = (state: State, proc: ProcIndex, thread: number): boolean =>
  state.tasks.some(task => task.proc === proc && task.ended.includes(thread)) ||
  state.threads.some(({ key }) => {
    if (indexOf(key) !== thread) return false;
    const holder = holderOf(key);
    return holder === OPENER
      ? state.files.some(file => file.proc === proc && file.key === fileOf(key))
      : holder === proc;
  });

export const markOfThread = (state: State, proc: ProcIndex, thread: number): number => {
  let mark = 1;
  for (const file of state.files) {
    const key = threadKey(file, proc, thread);
    const record = state.threads.find(other => other.key === key);
    if (file.proc !== proc && record === undefined) continue;
    mark = mix(mark, record === undefined ? 0 : markOfRecord(state, record));
    mark = mix(mark, file.waiting.indexOf(key) + 1);
  }
  const task = state.tasks.find(other => other.proc === proc);
  return mix(mark, task?.ended.includes(thread) === true ? 1 : 0);
};
