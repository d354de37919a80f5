/** Descriptors of a message enter the reader's process when it is delivered (OBJ-22, READ-45). */
import { changeBuffer, bufferAt } from './buffer.ts';
import { fileOf, type Buffer, type Held, type ThreadKey, type TransactionId } from './state.ts';
import { installFd } from './task.ts';
import type { Turn } from './turn.ts';

/** The new numbers in the order of the fixups; `refused` when the reader has no room for them (OBJ-26). */
export const deliverFds = (t: Turn, thread: ThreadKey, id: TransactionId): readonly number[] | 'refused' => {
  const transaction = t.transaction(id);
  const { fixups } = transaction.payload;
  if (fixups.length === 0) return NONE;
  t.fire('READ-45', 'OBJ-22');
  const file = t.file(fileOf(thread));
  const numbers = fixups.map(() => installFd(t, file.proc));
  const arrays = fixups.flatMap((fixup, index) => ('piece' in fixup.at ? [numbers[index] as number] : []));
  if (arrays.length > 0) {
    const { held } = bufferAt(t, file.key, transaction.buffer) as Buffer;
    let taken = 0;
    const filled: Held[] = held.map(item => {
      if (item.held !== 'fds') return item;
      taken += item.count;
      return { ...item, fds: arrays.slice(taken - item.count, taken) };
    });
    changeBuffer(t, file.key, transaction.buffer, { held: filled });
  }
  return numbers;
};

const NONE: readonly number[] = [];
