/** Calls with their rows of bytes in the one spelling or in the other. */
import type { z } from 'zod';
import type { Call } from '../../abi/call.ts';
import { expand, LONG, shorten, type WireBytes } from './bytes.ts';
import type { WireCallSchema } from './messages.ts';

/** A call as a message carries it. */
export type WireCall = z.infer<typeof WireCallSchema>;

/** The call with `spell` done to every row of its messages; the call itself where no row is `odd`. */
const respelled = (
  call: WireCall,
  odd: (row: WireBytes) => boolean,
  spell: (row: WireBytes) => WireBytes,
): WireCall => {
  if (call.op !== 'write_read') return call;
  if (!call.write.some(item => 'message' in item && [item.message.data, ...item.message.pieces].some(odd))) return call;
  return {
    ...call,
    write: call.write.map(item =>
      'message' in item
        ? {
            ...item,
            message: { ...item.message, data: spell(item.message.data), pieces: item.message.pieces.map(spell) },
          }
        : item,
    ),
  };
};

const isLong = (row: WireBytes): boolean => typeof row === 'string' && row.length >= LONG;
const isSpelled = (row: WireBytes): boolean => typeof row !== 'string';

/** The call as a message has it, with its long rows spelled short: only what is there is said. */
export const shortCall = (call: Call): WireCall =>
  call.op === 'write_read'
    ? respelled(call as WireCall, isLong, row => (typeof row === 'string' ? shorten(row) : row))
    : (Object.fromEntries(Object.entries(call).filter(([, value]) => value !== undefined)) as WireCall);

/** The call with plain hex everywhere; itself where it has nothing else. Throws `RangeError` as `expand` does. */
export const plainCall = (call: WireCall): Call => respelled(call, isSpelled, expand) as Call;
