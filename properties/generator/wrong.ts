/**
 * Ops that are wrong on purpose: a driver must answer every one of them. A stated share of all steps
 * (`WRONG_SHARE`) comes from here; none relies on a stale reference turning up by chance.
 */
import { BC } from '../../abi/constants.ts';
import type { CommandSpec, HandleRef, MessageSpec, ObjectSpec } from '../../abi/op.ts';
import { by, type Draft } from './draft.ts';
import { hugeSize } from './message.ts';
import { NO_SLOTS, NODE_SLOTS, type LiteFile, type LiteThread } from './lite.ts';

/** Dead, foreign or never given: a number, or what somebody else received. */
const strayHandle = (draft: Draft, file: LiteFile): HandleRef => {
  const { dice, model, ops } = draft;
  const roll = dice.below(6);
  if (roll < 2) return dice.pick([9999, 1, 2, 3, 0xffffffff, 100]);
  const other = dice.pick(model.files);
  if (roll < 4 && other !== file && other.refs.length > 0) return draft.handle(dice.pick(other.refs));
  return { of: 1 + dice.below(ops.length) };
};

const failed = (thread: LiteThread): void => {
  thread.ready = true;
  thread.error = true;
};

const WORDS = [0, 0x4010630e, 0x40046313, 0x630f, 0x40086302, 0xffffffff, 0x40046308] as const;

/** A message that no driver takes. */
const badMessage = (draft: Draft, file: LiteFile): MessageSpec => {
  const { dice } = draft;
  const node = file.node(dice.below(NODE_SLOTS));
  const good: ObjectSpec = { type: 'BINDER', at: 0, ptr: node.ptr, cookie: node.cookie };
  switch (dice.below(draft.scatters ? 19 : draft.full ? 14 : 13)) {
    case 0:
      return { size: hugeSize(draft) };
    case 1:
      return { size: 8, offsetsSize: dice.pick([4, 3, 12]), offsets: [0, 0] };
    case 2:
      return { size: dice.pick([8, 4096]), dataAt: 'bad' };
    case 3:
      return { size: dice.pick([0, 8]), dataAt: 'null' };
    case 4:
      if (dice.chance(40)) return { size: 48, objects: [{ ...good, at: dice.pick([0, 8]) }], dataAt: 'bad' };
      return { size: 24, offsets: [0], offsetsAt: dice.pick(['bad', 'null'] as const) };
    case 5:
      // A whole object where none may begin (OBJ-03), and the beginning of one that the data cut short (OBJ-04).
      if (dice.chance(30)) return { size: 64, objects: [{ ...good, at: dice.pick([1, 2, 6]) }] };
      if (dice.chance(30)) return { size: 32, objects: [{ type: 'RAW', at: 24, bytes: '852a627300000000' }] };
      return { size: 64, objects: [good], offsets: [dice.pick([2, 1, 44, 64, 65, 62, 41])] };
    case 6:
      return {
        size: 64,
        objects: [good],
        offsets: dice.pick([
          [24, 0],
          [0, 8],
          [0, 0],
          [0, 23],
        ]),
      };
    case 7:
      return {
        size: 32,
        objects: [{ type: 'RAW', at: 0, bytes: dice.pick(['00000000', '852a6274', 'ffffffff']) }],
        offsets: [0],
      };
    case 8:
      return { size: 24, objects: [{ type: 'BINDER', at: 0, ptr: node.ptr, cookie: node.cookie + 1 }] };
    case 9:
      return { size: 48, objects: [good, { type: 'HANDLE', at: 24, handle: strayHandle(draft, file) }] };
    case 10:
      return {
        size: 24,
        objects: [{ type: dice.pick(['HANDLE', 'WEAK_HANDLE'] as const), at: 0, handle: strayHandle(draft, file) }],
      };
    case 11:
      return { size: 48, objects: [good, { type: 'WEAK_BINDER', at: 24, ptr: node.ptr, cookie: 7 }] };
    case 12:
      return { size: 8, buffersSize: dice.pick([4, '0xfffffffffffffff8', 1 << 23, 12]) };
    case 13:
      return { size: 24, objects: [{ type: 'FD', at: 0, fd: { number: dice.pick([9999, 0x7fffffff]) } }] };
    case 14:
      return {
        size: 48,
        objects: [{ type: 'PTR', at: 8, bytes: '00112233', bad: true, length: 8 }],
        buffersSize: dice.pick([8, 0]),
      };
    case 15: {
      const parent = dice.pick([0, 1, 2, 9]);
      const parentOffset = dice.pick([0, 2, 4, 9, 12, 16]);
      const first: ObjectSpec = { type: 'PTR', at: dice.pick([0, 8]), bytes: '0011223344556677'.repeat(2) };
      const child: ObjectSpec = { type: 'PTR', at: 48, flags: 1, bytes: '5a5a5a5a', parent, parentOffset };
      return { size: 88, objects: [first, child], buffersSize: 24 };
    }
    case 16: {
      const first: ObjectSpec = { type: 'PTR', at: 8, bytes: '00'.repeat(16) };
      const array: ObjectSpec = {
        type: 'FDA',
        at: 48,
        numFds: dice.pick([0, 1, 4, 5, '0x3fffffffffffffff']),
        parent: dice.pick([0, 0, 1, 7]),
        parentOffset: dice.pick([0, 2, 4, 0x10000000000]),
      };
      return { size: 80, objects: [first, array], buffersSize: 16 };
    }
    case 17: {
      // What follows an array must lie behind it, even behind an empty one (OBJ-34, OBJ-35).
      const objects: ObjectSpec[] = [
        { type: 'PTR', at: 8, bytes: '00'.repeat(32) },
        { type: 'FDA', at: 48, numFds: 0, parent: 0, parentOffset: dice.pick([8, 16]) },
        { type: 'PTR', at: 80, flags: 1, bytes: '22'.repeat(8), parent: 0, parentOffset: dice.pick([0, 8]) },
      ];
      return { size: 120, objects, buffersSize: 40 };
    }
    default: {
      const kids = dice.pick([
        [16, 0],
        [16, 20],
        [8, 8],
        [0, 4],
      ]);
      const objects: ObjectSpec[] = [{ type: 'PTR', at: 8, bytes: '00'.repeat(32) }];
      kids.forEach((parentOffset, index) => {
        objects.push({ type: 'PTR', at: 48 + 40 * index, flags: 1, bytes: '11'.repeat(8), parent: 0, parentOffset });
      });
      return { size: 128, objects, buffersSize: 48 };
    }
  }
};

const badCommand = (draft: Draft, thread: LiteThread): CommandSpec => {
  const { dice, model } = draft;
  const { file } = thread;
  switch (dice.below(draft.full ? 15 : 12)) {
    case 0:
    case 1:
      failed(thread);
      return {
        bc: 'BC_TRANSACTION',
        target: strayHandle(draft, file),
        code: 1,
        flags: dice.below(2),
        message: { size: 8 },
      };
    case 2:
    case 3:
    case 4: {
      const { buffers } = file;
      const other = dice.pick(model.files);
      const message =
        buffers.length > 0 && dice.chance(60) ? dice.pick(buffers) : other.buffers[dice.below(other.buffers.length)];
      if (message === undefined || dice.chance(25)) {
        // What arrived long ago and may be free by now, or nowhere at all.
        if (dice.chance(60)) return { bc: 'BC_FREE_BUFFER', buffer: { of: 1 + dice.below(draft.ops.length) } };
        return { bc: 'BC_FREE_BUFFER', buffer: { address: dice.pick([0, 8, 4096, '0xfffffffffffff000']) } };
      }
      if (dice.chance(50) && buffers.includes(message)) {
        model.free(file, message);
        return { bc: 'BC_FREE_BUFFER', buffer: draft.buffer(message) };
      }
      return { bc: 'BC_FREE_BUFFER', buffer: { ...draft.buffer(message), delta: dice.pick([1, 8, -8, 4096, -1]) } };
    }
    case 5:
      return {
        bc: dice.pick(['BC_ACQUIRE', 'BC_INCREFS', 'BC_RELEASE', 'BC_DECREFS'] as const),
        handle: strayHandle(draft, file),
      };
    case 6: {
      // One count too many, so that a buffer later takes a count that is not its own (REL-08).
      const ref = file.refs[dice.below(file.refs.length)];
      return {
        bc: dice.pick(['BC_RELEASE', 'BC_DECREFS'] as const),
        handle: ref === undefined ? 0 : draft.handle(ref),
      };
    }
    case 7: {
      const node = file.node(dice.below(NODE_SLOTS));
      const cookie = dice.chance(50) ? node.cookie : node.cookie + 1;
      return {
        bc: dice.pick(['BC_ACQUIRE_DONE', 'BC_INCREFS_DONE'] as const),
        ptr: dice.chance(80) ? node.ptr : 3,
        cookie,
      };
    }
    case 8:
      failed(thread);
      return { bc: 'BC_REPLY', code: 0, flags: 0, message: badMessage(draft, file) };
    case 9:
    case 10: {
      failed(thread);
      const ref = file.refs[dice.below(file.refs.length)];
      const target = ref === undefined ? 0 : draft.handle(ref);
      return { bc: 'BC_TRANSACTION', target, code: 1, flags: dice.below(2), message: badMessage(draft, file) };
    }
    case 11:
      switch (dice.below(4)) {
        case 0:
          return { bc: 'BC_ACQUIRE_RESULT', result: 1 };
        case 1:
          return { bc: 'BC_ATTEMPT_ACQUIRE', priority: 1, handle: 0 };
        case 2:
          return { bc: 'RAW', word: dice.pick(WORDS), bytes: '00'.repeat(dice.pick([0, 4, 8, 16])) };
        default:
          return { bc: 'RAW', word: BC.BC_ENTER_LOOPER, bytes: dice.pick(['', '00000000', '0c630000']) };
      }
    case 12:
    case 13: {
      const ref = file.refs[dice.below(file.refs.length)];
      const handle = ref === undefined || dice.chance(40) ? strayHandle(draft, file) : draft.handle(ref);
      const bc = dice.pick(['BC_REQUEST_DEATH_NOTIFICATION', 'BC_CLEAR_DEATH_NOTIFICATION'] as const);
      return { bc, handle, cookie: 0xd0 + dice.below(12) };
    }
    default:
      return { bc: 'BC_DEAD_BINDER_DONE', cookie: 0xd0 + dice.below(14) };
  }
};

/** The write fails as a whole, so there is no read (WR-06). */
const refused = ({ bc }: CommandSpec): boolean =>
  bc === 'RAW' || bc === 'BC_ACQUIRE_RESULT' || bc === 'BC_ATTEMPT_ACQUIRE';

/** A write with something wrong in it, and usually something right before and behind. */
export const wrongWrite = (draft: Draft, thread: LiteThread): void => {
  const { dice } = draft;
  const commands: CommandSpec[] = [];
  const command = badCommand(draft, thread);
  if (dice.chance(10)) commands.push({ bc: 'BC_EXIT_LOOPER' });
  commands.push(command);
  if (dice.chance(12)) commands.push({ bc: 'BC_ENTER_LOOPER' });
  // Most wrong commands answer nothing, so a blocking reader would just be lost.
  const read = draft.wantsRead(thread) ? draft.readSize() : undefined;
  draft.writeRead(thread, commands, read, !refused(command));
  // Why a call failed shows in the extended error only (IOC-07).
  if (!draft.full || !('message' in command) || !dice.chance(15)) return;
  draft.ops.push({ op: 'ioctl', ...by(draft, thread), cmd: 'BINDER_GET_EXTENDED_ERROR' });
};

const IOCTLS = [
  0x12345678,
  'BINDER_SET_IDLE_TIMEOUT',
  'BINDER_SET_IDLE_PRIORITY',
  0x40186201,
  0xc0046209 + 1,
  0,
] as const;

/** Every other wrong op: unknown ioctls, mappings that are refused, bad argument pointers. */
export const wrongCall = (draft: Draft, thread: LiteThread): void => {
  const { dice, ops, model } = draft;
  const { file } = thread;
  const { id } = draft;
  const who = by(draft, thread);
  switch (dice.below(8)) {
    case 0:
      ops.push({ op: 'ioctl', ...who, cmd: dice.pick(IOCTLS) });
      break;
    case 1:
      ops.push({ op: 'mmap', ...who, size: 8192, prot: 'write', private: dice.chance(50) });
      return;
    case 2:
      ops.push({ op: 'mmap', ...who, size: 4096 });
      model.map(file, 4096);
      return;
    case 3:
      ops.push({ op: 'write_read', ...who, bad: true });
      break;
    case 4: {
      const cmds = [
        'BINDER_SET_MAX_THREADS',
        'BINDER_VERSION',
        'BINDER_SET_CONTEXT_MGR_EXT',
        ...(draft.full
          ? ([
              'BINDER_FREEZE',
              'BINDER_GET_FROZEN_INFO',
              'BINDER_GET_NODE_DEBUG_INFO',
              'BINDER_GET_NODE_INFO_FOR_REF',
              'BINDER_GET_EXTENDED_ERROR',
              'BINDER_ENABLE_ONEWAY_SPAM_DETECTION',
            ] as const)
          : []),
      ] as const;
      ops.push({ op: 'ioctl', ...who, cmd: dice.pick(cmds), arg: { bad: true } });
      break;
    }
    case 5:
      ops.push({ op: 'ioctl', ...who, cmd: 'BINDER_SET_CONTEXT_MGR' });
      model.manage(file, file.node(0));
      break;
    case 6: {
      // The size field lies about the commands.
      const write: CommandSpec[] = [{ bc: 'BC_ENTER_LOOPER' }, { bc: 'BC_FREE_BUFFER', buffer: { address: 8 } }];
      ops.push({
        op: 'write_read',
        ...who,
        write,
        writeSize: dice.pick([1, 4, 5, 8, 16, 0]),
        writeConsumed: dice.pick([0, 0, 4, 16, 2]),
      });
      break;
    }
    default:
      draft.model.send(thread, id, 0, undefined, 0, 0, NO_SLOTS);
      ops.push({
        op: 'write_read',
        ...who,
        write: [{ bc: 'BC_TRANSACTION', target: 9999, code: 0, flags: 0, message: { size: 0 } }],
        read: { size: dice.pick([256, 80, 4]) },
      });
      thread.error = false;
      thread.ready = false;
      break;
  }
  thread.fresh = false;
};
