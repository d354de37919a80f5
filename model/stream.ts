/**
 * A write buffer as the driver parses it: a word, its payload, the next word.
 *
 * Most buffers are just their commands. Where a position is not the start of one (write_consumed in the middle, a
 * word without its payload, a size past the end), the bytes decide, as they lie in memory.
 */
import type { BufferAddress, Command, Message, WriteRead } from '../abi/call.ts';
import { commandOf } from '../abi/codec.ts';
import { commandSize, encodeWriteRead } from '../abi/encode.ts';
import { Image } from '../abi/image.ts';
import { readU64, type U64 } from '../abi/u64.ts';

/** What stands at a position. `command` absent: no command has that word. */
export interface Item {
  readonly command?: Command;
  readonly next: number;
  /** Number of the log's command that it is, or lies in. */
  readonly index: number;
}

/** The item at byte `at` of the buffer. */
export const itemAt = (call: WriteRead, at: number): Item => {
  let start = 0;
  for (let index = 0; index < call.write.length; index++) {
    const command = call.write[index] as Command;
    const next = start + commandSize(command);
    if (start === at && command.bc !== 'RAW') return { command, next, index };
    if (next > at) return decode(call, at, index);
    start = next;
  }
  return decode(call, at, call.write.length);
};

/** The word at byte `at`, and the one behind it: what a message has as the low half of its target. */
export const headAt = (call: WriteRead, at: number): { readonly word: number; readonly target: number } => {
  const view = bytesAt(call, at);
  return { word: view.getUint32(0, true), target: view.getUint32(4, true) };
};

/** Bytes behind the last command: zeros. */
const EMPTY = new Uint8Array(80);

/** Where one buffer at a time is laid out. */
const image = new Image();

const bytesAt = (call: WriteRead, at: number): DataView => {
  const { writeLimit: _all, ...whole } = call;
  const { write } = encodeWriteRead(image, whole);
  if (write < 0) return new DataView(EMPTY.buffer);
  const from = image.at(write, at);
  const bytes = new Uint8Array(80);
  bytes.set(image.bytes.subarray(from, Math.min(from + 80, image.end)));
  return new DataView(bytes.buffer);
};

const decode = (call: WriteRead, at: number, index: number): Item => {
  const view = bytesAt(call, at);
  const found = commandOf(view.getUint32(0, true));
  if (found === undefined) return { next: at + 4, index };
  return { command: commandIn(found.bc, view), next: at + 4 + found.size, index };
};

/** A pointer that is a plain number: zero or something unmapped. */
const pointer = (view: DataView, at: number): 'null' | 'bad' => (readU64(view, at) === 0 ? 'null' : 'bad');

const messageIn = (view: DataView, sg: boolean): Message => ({
  size: readU64(view, 36),
  data: '',
  offsets: [],
  offsetsSize: readU64(view, 44),
  objects: [],
  pieces: [],
  ...(sg ? { buffersSize: readU64(view, 68) } : {}),
  dataAt: pointer(view, 52),
  offsetsAt: pointer(view, 60),
});

const commandIn = (bc: string, view: DataView): Command => {
  const u32 = (at: number): number => view.getUint32(at, true);
  const word = (at: number): U64 => readU64(view, at);
  switch (bc) {
    case 'BC_TRANSACTION':
    case 'BC_TRANSACTION_SG':
      return {
        bc: 'BC_TRANSACTION',
        target: u32(4),
        code: u32(20),
        flags: u32(24),
        message: messageIn(view, bc === 'BC_TRANSACTION_SG'),
      };
    case 'BC_REPLY':
    case 'BC_REPLY_SG':
      return { bc: 'BC_REPLY', code: u32(20), flags: u32(24), message: messageIn(view, bc === 'BC_REPLY_SG') };
    case 'BC_FREE_BUFFER':
      return { bc, buffer: { address: word(4) } satisfies BufferAddress };
    case 'BC_INCREFS':
    case 'BC_ACQUIRE':
    case 'BC_RELEASE':
    case 'BC_DECREFS':
      return { bc, handle: u32(4) };
    case 'BC_INCREFS_DONE':
    case 'BC_ACQUIRE_DONE':
      return { bc, ptr: word(4), cookie: word(12) };
    case 'BC_REQUEST_DEATH_NOTIFICATION':
    case 'BC_CLEAR_DEATH_NOTIFICATION':
      return { bc, handle: u32(4), cookie: word(8) };
    case 'BC_DEAD_BINDER_DONE':
      return { bc, cookie: word(4) };
    case 'BC_REGISTER_LOOPER':
    case 'BC_ENTER_LOOPER':
    case 'BC_EXIT_LOOPER':
      return { bc };
    case 'BC_ACQUIRE_RESULT':
      return { bc, result: 0 };
    case 'BC_ATTEMPT_ACQUIRE':
      return { bc, priority: 0, handle: 0 };
    default:
      throw new Error(`the model is wrong: ${bc} is no command`);
  }
};
