/**
 * Ops that are wrong on purpose: a driver must answer every one of them. A stated share of all steps
 * (`WRONG_SHARE`) comes from here; none relies on a stale reference turning up by chance.
 */
import { BC } from '../../abi/constants.ts';
import type { CommandSpec } from '../../abi/op.ts';
import { by, exchange, type Draft } from './draft.ts';
import { NODE_SLOTS, type LiteThread } from './lite.ts';
import { NO_SLOTS } from './lite-node.ts';
import { badMessage, strayHandle } from './wrong-message.ts';

const failed = (thread: LiteThread): void => {
  thread.ready = true;
  thread.error = true;
};

const WORDS = [0, 0x4010630e, 0x40046313, 0x630f, 0x40086302, 0xffffffff, 0x40046308] as const;

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
      ops.push(exchange(who, { bad: true }));
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
      ops.push(
        exchange(who, {
          write,
          writeSize: dice.pick([1, 4, 5, 8, 16, 0]),
          writeConsumed: dice.pick([0, 0, 4, 16, 2]),
        }),
      );
      break;
    }
    default:
      draft.model.send(thread, id, 0, undefined, 0, 0, NO_SLOTS);
      ops.push(
        exchange(who, {
          write: [{ bc: 'BC_TRANSACTION', target: 9999, code: 0, flags: 0, message: { size: 0 } }],
          read: { size: dice.pick([256, 80, 4]) },
        }),
      );
      thread.error = false;
      thread.ready = false;
      break;
  }
  thread.fresh = false;
};
