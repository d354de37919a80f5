/** What the optimised driver's answers look like in an observation. */
import type { Status, WriteRead } from '../../abi/call.ts';
import { decodeReturns, relativeHex } from '../../abi/decode.ts';
import { exchanged, shaped } from '../../abi/done.ts';
import { errnoName } from '../../abi/errno.ts';
import { WRITE_READ } from '../../abi/layout.ts';
import type { Done } from '../../abi/observation.ts';
import { readU64 } from '../../abi/u64.ts';
import type { Descriptor, NativeThread } from './impl-cast.ts';

/** A call that succeeded and has nothing to show. */
export const OK: Done = shaped({ status: 'OK' });

/** A call that succeeded and has something to show. */
export const shows = (shown: Omit<Done, 'status'>): Done => shaped({ status: 'OK', ...shown });

/** A call that failed. */
export const refused = (status: Status): Done => shaped({ status });

/** What a finished BINDER_WRITE_READ made visible. */
export const writeReadDone = (thread: NativeThread, call: WriteRead, descriptor: Descriptor, result: number): Done => {
  const status = statusOf(result);
  if (call.bad === true) return refused(status);
  const { bytes, view } = thread.image;
  const { fields } = WRITE_READ;
  const wrote = Number(readU64(view, fields.write_consumed.at));
  const read = Number(readU64(view, fields.read_consumed.at));
  if (call.read === undefined) return exchanged(status, wrote, read, undefined);
  const { readAt } = thread;
  const returns = decodeReturns(bytes, readAt + call.read.consumed, readAt + read, descriptor, view);
  return exchanged(status, wrote, read, returns);
};

/** What an epoll_wait found. */
export const waitDone = (found: readonly number[]): Done => shows({ ready: found.toSorted((a, b) => a - b) });

const statusOf = (result: number): Status => (result === 0 ? 'OK' : (errnoName(-result) ?? 'EINVAL'));

/** A call with nothing to show but how it ended. */
export const done = (result: number): Done => (result === 0 ? OK : refused(statusOf(result)));

/** Bytes of a mapping in hex; an address in the mapping is an offset there, also where only a part of it is asked for. */
export const peekedHex = (descriptor: Descriptor, offset: number, length: number): string | null => {
  if (descriptor.peek(offset, length) === undefined) return null;
  const { bytes } = descriptor.process.arena;
  // Addresses stand at multiples of 4: a word that begins up to 8 bytes earlier reaches into the range.
  const from = Math.max(0, (offset - 8) & ~3);
  const wide = relativeHex(bytes.subarray(from, offset + length + 8), descriptor.base, descriptor.mapped);
  return wide.slice((offset - from) * 2, (offset - from + length) * 2);
};
