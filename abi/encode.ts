/** Calls as memory images: the argument structure of an ioctl, the write buffer, and everything that it points to. */
import type { Call, Command, IoctlArgument, Message, PlacedObject, WriteRead } from './call.ts';
import { BC, IOCTL, type IoctlName } from './constants.ts';
import { objectSize, payloadSize } from './codec.ts';
import { fillingOf } from './filling.ts';
import { writeHex } from './hex.ts';
import { BAD_POINTER, type Image } from './image.ts';
import * as layout from './layout.ts';
import { writeU64 } from './u64.ts';

/** Numbers of the segments of an encoded write_read; `-1` where there is none. */
export interface EncodedWriteRead {
  readonly argument: number;
  readonly write: number;
  readonly read: number;
}

/** The BC_* word of a resolved command. */
export const wordOfCommand = (command: Command): number => {
  switch (command.bc) {
    case 'RAW':
      return command.word;
    case 'BC_TRANSACTION':
      return command.message.buffersSize === undefined ? BC.BC_TRANSACTION : BC.BC_TRANSACTION_SG;
    case 'BC_REPLY':
      return command.message.buffersSize === undefined ? BC.BC_REPLY : BC.BC_REPLY_SG;
    default:
      return BC[command.bc];
  }
};

/** Bytes of a command in the write buffer, its word included. */
export const commandSize = (command: Command): number =>
  4 + (command.bc === 'RAW' ? command.bytes.length >> 1 : payloadSize(wordOfCommand(command)));

const lengthOf = (commands: readonly Command[]): number => {
  let length = 0;
  for (const command of commands) length += commandSize(command);
  return length;
};

/** write_size of a call: the commands, unless the call says otherwise. */
export const writeSizeOf = ({ write, writeSize }: WriteRead): number => writeSize ?? lengthOf(write);

const writeData = (into: Uint8Array, at: number, message: Message): void => {
  const filling = fillingOf(message);
  if (filling === undefined) {
    writeHex(into, at, message.data);
    return;
  }
  writeHex(into, at, filling.head);
  // What nobody wrote to is zero.
  if (filling.byte !== 0) into.fill(filling.byte, at + (filling.head.length >> 1), at + (message.data.length >> 1));
};

/** Whether the pointer word of an object is still there: no later object of the message lies over it. */
export const keepsPointer = ({ objects }: Message, index: number): boolean => {
  const { at } = objects[index] as PlacedObject;
  for (let later = index + 1; later < objects.length; later++) {
    const { at: from, object } = objects[later] as PlacedObject;
    const size = object.type === 'RAW' ? object.bytes.length >> 1 : objectSize(object.type);
    if (from < at + 16 && from + size > at + 8) return false;
  }
  return true;
};

const encodeMessage = (image: Image, at: number, message: Message): void => {
  const { view } = image;
  const { fields } = layout.TRANSACTION_DATA;
  writeU64(view, at + fields.data_size.at, message.size);
  writeU64(view, at + fields.offsets_size.at, message.offsetsSize);
  if (message.buffersSize !== undefined) {
    writeU64(view, at + layout.TRANSACTION_DATA_SG.fields.buffers_size.at, message.buffersSize);
  }
  const bufferAt = at + fields.buffer.at;
  const offsetsAt = at + fields.offsets.at;
  if (message.dataAt === 'bad') writeU64(view, bufferAt, BAD_POINTER);
  if (message.offsetsAt === 'bad') writeU64(view, offsetsAt, BAD_POINTER);
  if (message.dataAt === 'own') {
    const data = image.segment(message.data.length >> 1);
    writeData(image.bytes, image.at(data), message);
    image.point(bufferAt, { segment: data, addend: 0 });
    for (let index = 0; index < message.objects.length; index++) {
      const { at: place, object } = message.objects[index] as PlacedObject;
      // Cut by the end of the data, or covered: whatever is left of the object has no pointer word.
      if (object.type !== 'PTR' || place + 16 > message.data.length >> 1) continue;
      if (!keepsPointer(message, index)) continue;
      const word = image.at(data, place + 8);
      if (object.piece < 0) {
        writeU64(image.view, word, BAD_POINTER);
        continue;
      }
      const bytes = message.pieces[object.piece] ?? '';
      const piece = image.segment(bytes.length >> 1);
      writeHex(image.bytes, image.at(piece), bytes);
      image.point(word, { segment: piece, addend: 0 });
    }
  }
  if (message.offsetsAt === 'own') {
    const offsets = image.segment(message.offsets.length * 8);
    message.offsets.forEach((offset, slot) => writeU64(image.view, image.at(offsets, slot * 8), offset));
    image.point(offsetsAt, { segment: offsets, addend: 0 });
  }
};

/** One command behind the other. */
const encodeCommands = (image: Image, from: number, commands: readonly Command[]): void => {
  let at = from;
  for (const command of commands) {
    const word = wordOfCommand(command);
    image.view.setUint32(at, word, true);
    at += 4;
    encodeBody(image, at, command);
    at += command.bc === 'RAW' ? command.bytes.length >> 1 : payloadSize(word);
  }
};

/** What stands behind the word of a command. */
const encodeBody = (image: Image, body: number, command: Command): void => {
  const { view } = image;
  switch (command.bc) {
    case 'BC_TRANSACTION':
    case 'BC_REPLY':
      if (command.bc === 'BC_TRANSACTION') view.setUint32(body, command.target, true);
      view.setUint32(body + 16, command.code, true);
      view.setUint32(body + 20, command.flags, true);
      encodeMessage(image, body, command.message);
      return;
    case 'BC_FREE_BUFFER':
      if (typeof command.buffer === 'number') image.point(body, { mapping: command.buffer });
      else writeU64(view, body, command.buffer.address);
      return;
    case 'BC_INCREFS':
    case 'BC_ACQUIRE':
    case 'BC_RELEASE':
    case 'BC_DECREFS':
      view.setUint32(body, command.handle, true);
      return;
    case 'BC_INCREFS_DONE':
    case 'BC_ACQUIRE_DONE':
      writeU64(view, body, command.ptr);
      writeU64(view, body + 8, command.cookie);
      return;
    case 'BC_REQUEST_DEATH_NOTIFICATION':
    case 'BC_CLEAR_DEATH_NOTIFICATION':
      view.setUint32(body, command.handle, true);
      writeU64(view, body + 4, command.cookie);
      return;
    case 'BC_DEAD_BINDER_DONE':
      writeU64(view, body, command.cookie);
      return;
    case 'BC_ACQUIRE_RESULT':
      view.setInt32(body, command.result, true);
      return;
    case 'BC_ATTEMPT_ACQUIRE':
      view.setInt32(body, command.priority, true);
      view.setUint32(body + 4, command.handle, true);
      return;
    case 'RAW':
      writeHex(image.bytes, body, command.bytes);
      return;
    case 'BC_REGISTER_LOOPER':
    case 'BC_ENTER_LOOPER':
    case 'BC_EXIT_LOOPER':
      return;
  }
};

/** Bytes behind read_size that a target must be able to write: tiny read buffers are overrun (READ-02). */
const READ_OVERRUN = 1024;

/** Encodes a BINDER_WRITE_READ. Segment 0 is the argument structure. */
export const encodeWriteRead = (image: Image, call: WriteRead): EncodedWriteRead => {
  image.clear();
  const argument = image.segment(layout.WRITE_READ.size);
  const { fields } = layout.WRITE_READ;
  const length = lengthOf(call.write);
  const size = call.writeSize ?? length;
  writeU64(image.view, fields.write_size.at, size);
  writeU64(image.view, fields.write_consumed.at, call.writeConsumed);
  let write = -1;
  if (call.write.length > 0 || size > 0) {
    const limit = call.writeLimit;
    write = image.segment(limit === undefined ? length : Math.min(limit, length), limit !== undefined);
    image.point(fields.write_buffer.at, { segment: write, addend: 0 });
    if (limit === undefined) encodeCommands(image, image.at(write), call.write);
    else encodeCut(image, call, write, Math.min(limit, length), length);
  }
  let read = -1;
  if (call.read !== undefined) {
    const { limit } = call.read;
    read = image.segment(limit ?? call.read.size + READ_OVERRUN, limit !== undefined);
    writeU64(image.view, fields.read_size.at, call.read.size);
    writeU64(image.view, fields.read_consumed.at, call.read.consumed);
    image.point(fields.read_buffer.at, { segment: read, addend: 0 });
  }
  return { argument, write, read };
};

/** Encodes the commands elsewhere and copies only the readable bytes, with the pointers that lie wholly in them. */
const encodeCut = (image: Image, call: WriteRead, write: number, limit: number, length: number): void => {
  const whole = image.segment(length);
  const from = image.at(whole);
  encodeCommands(image, from, call.write);
  const to = image.at(write);
  image.bytes.copyWithin(to, from, from + limit);
  for (const { at: word, to: target } of [...image.relocations]) {
    if (word >= from && word + 8 <= from + limit) image.point(to + word - from, target);
  }
};

/** The number of an ioctl. */
export const ioctlNumber = (cmd: IoctlName | number): number => (typeof cmd === 'number' ? cmd : IOCTL[cmd]);

/**
 * Encodes the argument of another ioctl into segment 0 and answers whether the pointer is good.
 * `pidOf` gives the kernel's pid for a process of the log.
 */
export const encodeIoctl = (
  image: Image,
  call: Call & { readonly op: 'ioctl' },
  pidOf: (target: NonNullable<IoctlArgument['target']>) => number,
): boolean => {
  image.clear();
  const { arg } = call;
  const number = ioctlNumber(call.cmd);
  image.segment(Math.max(payloadSize(number), 8));
  const { view } = image;
  const target = arg.target === undefined ? 0 : pidOf(arg.target);
  switch (number) {
    case IOCTL.BINDER_SET_MAX_THREADS:
    case IOCTL.BINDER_ENABLE_ONEWAY_SPAM_DETECTION:
      view.setUint32(0, arg.value ?? arg.enable ?? 0, true);
      break;
    case IOCTL.BINDER_GET_NODE_DEBUG_INFO:
      writeU64(view, 0, arg.ptr ?? 0);
      break;
    case IOCTL.BINDER_GET_NODE_INFO_FOR_REF:
      view.setUint32(0, arg.handle ?? 0, true);
      view.setUint32(layout.NODE_INFO_FOR_REF.fields.reserved2.at, arg.dirty ?? 0, true);
      break;
    case IOCTL.BINDER_SET_CONTEXT_MGR_EXT:
      view.setUint32(0, arg.type ?? 0x73622a85, true);
      view.setUint32(4, arg.flags ?? 0, true);
      writeU64(view, 8, arg.ptr ?? 0);
      writeU64(view, 16, arg.cookie ?? 0);
      break;
    case IOCTL.BINDER_FREEZE:
      view.setUint32(0, target, true);
      view.setUint32(4, arg.enable ?? 0, true);
      view.setUint32(8, arg.timeoutMs ?? 0, true);
      break;
    case IOCTL.BINDER_GET_FROZEN_INFO:
      view.setUint32(0, target, true);
      break;
    default:
      break;
  }
  return arg.bad !== true;
};
