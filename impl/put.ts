/** Writing returns into a reader's buffer. */
import type { Core } from './core.ts';
import type { Memory } from './memory.ts';
import type { Node } from './node.ts';
import type { Thread } from './thread.ts';

/** Stores a word at the cursor; `false` on a fault. */
export const putWord = (memory: Memory, thread: Thread, word: number): boolean => {
  const at = memory.locate(thread.readStart + thread.cursor, 4);
  if (at < 0) return false;
  memory.view.setUint32(at, word, true);
  thread.cursor += 4;
  return true;
};

/** Stores a return that names a node by pointer and cookie; `false` on a fault. */
export const putNodeCommand = (core: Core, memory: Memory, thread: Thread, word: number, node: Node): boolean => {
  const at = memory.locate(thread.readStart + thread.cursor, 20);
  if (at < 0) return false;
  const { view } = memory;
  view.setUint32(at, word, true);
  view.setInt32(at + 4, node.ptrLow, true);
  view.setInt32(at + 8, node.ptrHigh, true);
  view.setInt32(at + 12, node.cookieLow, true);
  view.setInt32(at + 16, node.cookieHigh, true);
  thread.cursor += 20;
  countReturn(core, thread, word);
  return true;
};

/** Counts a return that was stored (READ-43). */
export const countReturn = (core: Core, thread: Thread, word: number): void => {
  const number = word & 0x1f;
  const { returns } = thread.process;
  core.returns[number] = (core.returns[number] as number) + 1;
  returns[number] = (returns[number] as number) + 1;
};
