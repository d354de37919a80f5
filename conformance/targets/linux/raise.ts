/** Answers of the agent as what a call showed, in numbers of the log. */
import type { Command, Status, WriteRead } from '../../../abi/call.ts';
import { decodeIoctl, decodeReturns, relativeHex, type Reader } from '../../../abi/decode.ts';
import { errnoName } from '../../../abi/errno.ts';
import { PAGE } from '../../../abi/ids.ts';
import { WRITE_READ } from '../../../abi/layout.ts';
import type { Done } from '../../../abi/observation.ts';
import { readU64 } from '../../../abi/u64.ts';
import type { OpenFile } from './open-file.ts';
import { fromRuns, isLong } from './runs.ts';
import { POLLIN, epollEvent, type SystemCalls } from './sys.ts';
import type { Completion } from './wire.ts';

/** Register for what one call leaves for the next. */
export const SCRATCH = 60;

/** The status that a return value means. An errno that no driver should return keeps its number. */
const statusOf = (value: bigint): Status => {
  if (value >= 0n || value < -4095n) return 'OK';
  return errnoName(Number(-value)) ?? (`errno ${-value}` as Status);
};

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** A call without any other output. */
export const status = (answer: Completion): Done => ({ status: statusOf(answer.value) });

/** `nice`, which the system call answers as 20 less it. */
export const nice = (answer: Completion): Done => ({ status: 'OK', nice: 20 - Number(answer.value) });

/** What poll reported in its structure. */
export const polled = (answer: Completion): Done => {
  const events = viewOf(answer.outs[0] as Uint8Array).getUint16(6, true);
  return { status: statusOf(answer.value), readable: (events & POLLIN) !== 0 };
};

/** The files that epoll_wait reported, in the order of their numbers. */
export const waited = (answer: Completion, calls: SystemCalls): Done => {
  if (statusOf(answer.value) !== 'OK') return status(answer);
  const { size, data } = epollEvent(calls);
  const view = viewOf(answer.outs[0] as Uint8Array);
  const ready = Array.from({ length: Number(answer.value) }, (_, at) => view.getUint32(at * size + data, true));
  return { status: 'OK', ready: ready.sort((a, b) => a - b) };
};

/** mmap by the opener; the file remembers where it is from now on. */
export const mapped = (answer: Completion, file: OpenFile, size: number): Done => {
  file.unsettled = false;
  if (statusOf(answer.value) === 'OK') {
    file.base = Number(answer.value);
    file.mapped = size;
    file.holes = [];
  }
  return status(answer);
};

/** munmap of [from, to). */
export const unmapped = (answer: Completion, file: OpenFile, from: number, to: number): Done => {
  file.unsettled = false;
  if (statusOf(answer.value) === 'OK') file.holes = [...file.holes, [from, to]];
  return status(answer);
};

/** Bytes of a mapping; `null` where some cannot be read. */
export const peeked = (answer: Completion, file: OpenFile, offset: number, length: number): Done => {
  const { from, to } = windowOf(offset, length);
  const bytes = file.covers(offset, length) ? peekedBytes(answer, to - from) : undefined;
  if (bytes === undefined) return { status: 'OK', bytes: null };
  const hex = relativeHex(bytes, file.base, file.mapped);
  return { status: 'OK', bytes: hex.slice((offset - from) * 2, (offset - from + length) * 2) };
};

/**
 * What is read for a peek: half an address more on both sides, from a place where one may begin, so that an address
 * which begins or ends there is seen whole; but nothing of another page.
 */
export const windowOf = (offset: number, length: number): { readonly from: number; readonly to: number } => {
  const end = offset + length;
  return {
    from: Math.max(offset - (offset % PAGE), (offset & ~3) - 4),
    to: Math.min(Math.ceil(end / PAGE) * PAGE, ((end + 3) & ~3) + 4),
  };
};

/** The bytes that a PEEK of this length answered; `undefined` after a fault. */
export const peekedBytes = (answer: Completion, length: number): Uint8Array | undefined => {
  const [bytes] = answer.outs;
  if (bytes === undefined || answer.value < 0n) return undefined;
  return isLong(length) ? fromRuns(bytes) : bytes;
};

/** An ioctl other than BINDER_WRITE_READ. */
export const ioctl = (answer: Completion, number: number): Done => {
  const done = status(answer);
  const out = done.status === 'OK' ? decodeIoctl(number, answer.outs[0] as Uint8Array) : undefined;
  return out === undefined ? done : { ...done, out };
};

/** BINDER_WRITE_READ: consumed counts and returns as copied back, also with an error. */
export const writeRead = (answer: Completion, call: WriteRead, reader: Reader): Done => {
  const done = status(answer);
  if (call.bad === true) return done;
  const [argument, buffer] = answer.outs as readonly [Uint8Array, Uint8Array?];
  const view = viewOf(argument);
  const wrote = Number(readU64(view, WRITE_READ.fields.write_consumed.at));
  const read = Number(readU64(view, WRITE_READ.fields.read_consumed.at));
  if (call.read === undefined || buffer === undefined) return { ...done, wrote, read };
  return { ...done, wrote, read, returns: decodeReturns(buffer, call.read.consumed, read, reader) };
};

/** Whether a command may carry a descriptor: an object array, and the letters that both descriptor types end with. */
export const mayPassFiles = (command: Command): boolean => {
  if (command.bc === 'RAW') return command.bytes.includes('6466');
  if (command.bc !== 'BC_TRANSACTION' && command.bc !== 'BC_REPLY') return false;
  return command.message.offsets.length > 0 && command.message.data.includes('6466');
};
