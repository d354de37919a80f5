/**
 * Long data is mostly filling. Whoever puts it together knows where that begins, and whoever lays it out in memory then
 * need not look: reading a long string that was just joined means to copy it first.
 */
import type { Message } from './call.ts';

/** Data that is `head` (hex) and behind it nothing but one byte. */
export interface Filling {
  readonly head: string;
  readonly byte: number;
}

/** With less data than this, in bytes, remembering costs more than it spares. */
const LONG = 256;

const known = new WeakMap<Message, Filling>();

/** Remembers what the data of a message is made of. The data has to be just that. */
export const rememberFilling = (message: Message, head: string, byte: number): Message => {
  if (message.data.length > LONG * 2) known.set(message, { head, byte });
  return message;
};

/** What the data of a long message is made of, where that is known of this very object. */
export const fillingOf = (message: Message): Filling | undefined =>
  message.data.length > LONG * 2 ? known.get(message) : undefined;
