/** Descriptors of a message enter the reader's process when it is delivered (OBJ-22, READ-45). */
import { filled } from '../abi/hex.ts';
import { changeBuffer, bufferAt } from './buffer.ts';
import { poke } from './memory.ts';
import { freeDelivered } from './release.ts';
import { cleanUp } from './reply.ts';
import { fileOf, type Buffer, type Fixup, type Held, type ThreadKey, type TransactionId } from './state.ts';
import { installFds, procOf, reserveFds } from './task.ts';
import type { Turn } from './turn.ts';

/** The new numbers in the order of the fixups; `refused` when the reader has no room for them (OBJ-26). */
export const deliverFds = (t: Turn, thread: ThreadKey, id: TransactionId): readonly number[] | 'refused' => {
  const transaction = t.transaction(id);
  const { fixups } = transaction.payload;
  if (fixups.length === 0) return NONE;
  t.fire('READ-45', 'OBJ-22');
  const file = fileOf(thread);
  const proc = procOf(t, thread);
  const numbers = reserveFds(t, proc, fixups.length);
  if (numbers.length < fixups.length) {
    lose(t, thread, id, numbers);
    return 'refused';
  }
  installFds(t, proc, numbers);
  const arrays = fixups.flatMap((fixup, index) => ('piece' in fixup.at ? [numbers[index] as number] : []));
  if (arrays.length > 0) {
    const { held } = bufferAt(t, file, transaction.buffer) as Buffer;
    let taken = 0;
    const filled: Held[] = held.map(item => {
      if (item.held !== 'fds') return item;
      taken += item.count;
      return { ...item, fds: arrays.slice(taken - item.count, taken) };
    });
    changeBuffer(t, file, transaction.buffer, { held: filled });
  }
  return numbers;
};

/** OBJ-26, REL-16: the message ends unread; the numbers that were found for it stand in its bytes (ALLOC-36). */
const lose = (t: Turn, thread: ThreadKey, id: TransactionId, numbers: readonly number[]): void => {
  const { to, buffer, payload } = t.transaction(id);
  t.fire('OBJ-26', 'READ-35', 'REL-16');
  numbers.forEach((number, index) => {
    const { at } = payload.fixups[index] as Fixup;
    poke(t, to, 'data' in at ? buffer + at.data : at.address, le32(number));
  });
  changeBuffer(t, to, buffer, { transaction: 0 });
  cleanUp(t, id, 'BR_FAILED_REPLY');
  freeDelivered(t, to, buffer, thread, true);
};

/** A descriptor as it stands in a message. */
export const le32 = (value: number): string =>
  [value, value >>> 8, value >>> 16, value >>> 24].map(byte => filled(byte, 1)).join('');

const NONE: readonly number[] = [];
