/**
 * What a driver without a capability answers when it is asked all the same: a short test for each, and whether what it
 * shows is a refusal. A driver that has what its adapter does not declare is found here.
 */
import type { Call } from '../../abi/call.ts';
import type { Observation } from '../../abi/observation.ts';
import type { CommandSpec, MessageSpec, Op } from '../../abi/op.ts';
import { Environment, resolve } from '../../abi/resolve.ts';
import { CAPABILITIES, type CapabilityName } from './capabilities.ts';

/** A test whose last op asks for something that is not declared. */
export interface Probe {
  readonly capability: CapabilityName;
  readonly ops: readonly Op[];
  readonly calls: readonly Call[];
}

const SERVER = { proc: 0, thread: 0, fd: 0 };
const CLIENT = { proc: 1, thread: 0, fd: 0 };
/** Two processes with mappings. */
const OPENED: readonly Op[] = [
  { op: 'open', id: 1, ...SERVER },
  { op: 'mmap', id: 2, ...SERVER, size: 1 << 20 },
  { op: 'open', id: 3, ...CLIENT },
  { op: 'mmap', id: 4, ...CLIENT, size: 1 << 20 },
];
const MANAGED: readonly Op[] = [...OPENED, { op: 'ioctl', id: 5, ...SERVER, cmd: 'BINDER_SET_CONTEXT_MGR' }];

const ioctl = (cmd: Extract<Op, { op: 'ioctl' }>['cmd'], arg = {}): readonly Op[] => [
  ...OPENED,
  { op: 'ioctl', id: 9, ...SERVER, cmd, arg },
];
const written = (...write: CommandSpec[]): readonly Op[] => [
  ...MANAGED,
  { op: 'write_read', id: 9, ...CLIENT, write, read: { size: 256 } },
];
const sent = (message: MessageSpec): readonly Op[] =>
  written({ bc: 'BC_TRANSACTION', target: 0, code: 1, flags: 1, message });
const asked = (op: Op): readonly Op[] => [...MANAGED, op];

/** A call that lets descriptors into its answer, an answer with one, and what the caller hears of it (TXN-38). */
const answeredWithFile: readonly Op[] = [
  ...MANAGED,
  {
    ...{ op: 'write_read', id: 6, ...CLIENT },
    write: [{ bc: 'BC_TRANSACTION', target: 0, code: 1, flags: 0x10, message: { size: 0 } }],
  },
  { op: 'write_read', id: 7, ...SERVER, write: [{ bc: 'BC_ENTER_LOOPER' }], read: { size: 256 } },
  {
    ...{ op: 'write_read', id: 9, ...SERVER, read: { size: 256 } },
    write: [
      {
        bc: 'BC_REPLY',
        ...{ code: 0, flags: 0 },
        message: { size: 24, objects: [{ type: 'FD', at: 0, fd: { file: 0 } }] },
      },
    ],
  },
  { op: 'write_read', id: 10, ...CLIENT, read: { size: 256 } },
];

const PROBES: Readonly<Partial<Record<CapabilityName, readonly Op[]>>> = {
  release: asked({ op: 'close', id: 9, ...CLIENT }),
  thread_exit: ioctl('BINDER_THREAD_EXIT'),
  death: written({ bc: 'BC_REQUEST_DEATH_NOTIFICATION', handle: 0, cookie: 1 }),
  freeze: ioctl('BINDER_FREEZE', { target: { proc: 1 }, enable: 1, timeoutMs: 0 }),
  extended_error: ioctl('BINDER_GET_EXTENDED_ERROR'),
  oneway_spam: ioctl('BINDER_ENABLE_ONEWAY_SPAM_DETECTION', { enable: 1 }),
  security_ctx: ioctl('BINDER_SET_CONTEXT_MGR_EXT', { type: 0x73622a85, flags: 0, ptr: 16, cookie: 17 }),
  node_debug: ioctl('BINDER_GET_NODE_DEBUG_INFO', { ptr: 0 }),
  weak: sent({ size: 24, objects: [{ type: 'WEAK_BINDER', at: 0, ptr: 16, cookie: 17 }] }),
  fd: answeredWithFile,
  sg: sent({ size: 8, buffersSize: 0 }),
  fda: sent({
    size: 80,
    buffersSize: 16,
    objects: [
      { type: 'PTR', at: 8, bytes: '00'.repeat(16) },
      { type: 'FDA', at: 48, numFds: 0, parent: 0, parentOffset: 0 },
    ],
  }),
  nonblock: asked({ op: 'set_nonblock', id: 9, ...CLIENT, nonblock: true }),
  poll: asked({ op: 'poll', id: 9, ...CLIENT }),
  signals: asked({ op: 'signal', id: 9, proc: 1, thread: 0 }),
  kill: asked({ op: 'kill', id: 9, proc: 1 }),
  flush: asked({ op: 'flush', id: 9, ...CLIENT }),
  multi_thread: asked({ op: 'ioctl', id: 9, ...CLIENT, thread: 1, cmd: 'BINDER_VERSION' }),
  exit_task: asked({ op: 'exit_task', id: 9, proc: 1, thread: 0 }),
  multi_open: asked({ op: 'open', id: 9, ...CLIENT, fd: 1 }),
  multi_device: asked({ op: 'open', id: 9, proc: 2, thread: 0, fd: 0, device: 1 }),
  share: asked({ op: 'share', id: 9, ...CLIENT, to: 0, as: 1 }),
  fork: asked({ op: 'fork', id: 9, proc: 1, thread: 0, child: 3 }),
  nice: asked({ op: 'get_nice', id: 9, proc: 1, thread: 0 }),
  euid: asked({ op: 'set_euid', id: 9, proc: 1, euid: 1000 }),
  reclaim: asked({ op: 'reclaim', id: 9 }),
  file_io: asked({ op: 'file_io', id: 9, ...CLIENT, call: 'lseek' }),
  mprotect: asked({ op: 'mprotect', id: 9, ...CLIENT, prot: 'read' }),
  madvise: asked({ op: 'madvise', id: 9, ...CLIENT }),
  limit_fds: asked({ op: 'limit_fds', id: 9, proc: 1 }),
  epoll: asked({ op: 'epoll_wait', id: 9, proc: 1, thread: 0 }),
  peek: asked({ op: 'peek', id: 9, ...CLIENT, offset: 0, length: 8 }),
  raw: written({ bc: 'RAW', word: 0x12345678, bytes: '00000000' }),
};

/** The probe of a capability; `undefined` where there is nothing to ask. */
export const probeOf = (capability: CapabilityName): Probe | undefined => {
  const ops = PROBES[capability];
  if (ops === undefined) return undefined;
  const environment = new Environment();
  return { capability, ops, calls: ops.map(op => resolve(environment, op)) };
};

/**
 * What is wrong with the answers to a probe, in words; `undefined` for a refusal. An adapter that answers the error
 * `unsupported` refuses as well, whatever it is asked.
 */
export const presence = ({ capability, ops }: Probe, answers: readonly Observation[]): string | undefined => {
  const { refusal } = CAPABILITIES[capability];
  const answer = answers.at(-1);
  // What comes before is nothing special: where that fails, nobody can ask.
  if (answer === undefined || answers.length < ops.length) return undefined;
  const { result } = answer;
  const what = JSON.stringify(result);
  if (refusal === 'failed-reply') {
    const failed = result !== 'pending' && result.returns?.some(({ br }) => br === 'BR_FAILED_REPLY') === true;
    return failed || (result !== 'pending' && result.status === 'EINVAL') ? undefined : 'the message is taken';
  }
  if (result === 'pending') return 'the call waits instead of being refused';
  // That there is no position to ask for is the answer of `file_io`.
  const isDone = result.status === 'OK' || result.status === 'ESPIPE';
  if (refusal === 'unsupported') return isDone ? `it is done: ${what}` : undefined;
  return result.status === 'EINVAL' ? undefined : `it answers ${result.status} instead of EINVAL`;
};
