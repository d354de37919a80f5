/**
 * What an adapter may leave out: one row for every capability.
 *
 * Declared means that the rules behind it apply and that a failure counts. Not declared means that generated tests do
 * not use it, that its rules are NOT-APPLICABLE, and that the refusal which a driver without it gives is probed: a
 * wrong `false` is as visible as a wrong `true`.
 */

/** How a driver or an adapter that does not have a thing answers when it is asked for it. */
export type Refusal =
  /** The ioctl fails with EINVAL, as every word that the driver does not know (UAPI-01). */
  | 'ioctl-einval'
  /** The write fails with EINVAL at the command, as every word that the driver does not know (UAPI-08). */
  | 'command-einval'
  /** The sender of such an object reads BR_FAILED_REPLY, as for every type word that the driver does not know (OBJ-05). */
  | 'failed-reply'
  /** The harness around the driver cannot do it: the adapter answers with the error `unsupported`. */
  | 'unsupported'
  /** Nothing to ask: it limits what is compared. */
  | 'none';

/** One capability. */
export interface Capability {
  /** What it covers, as one sentence for the author of an adapter. */
  readonly says: string;
  readonly refusal: Refusal;
}

const row = (refusal: Refusal, says: string): Capability => ({ says, refusal });

/** Every capability by the name that the handshake uses. */
export const CAPABILITIES = {
  release: row('unsupported', 'The ops `close` and `munmap`: what happens to an open file that goes.'),
  thread_exit: row('ioctl-einval', 'BINDER_THREAD_EXIT.'),
  death: row(
    'command-einval',
    'Death notifications: BC_REQUEST_DEATH_NOTIFICATION, BC_CLEAR_DEATH_NOTIFICATION, BC_DEAD_BINDER_DONE.',
  ),
  freeze: row('ioctl-einval', 'BINDER_FREEZE and BINDER_GET_FROZEN_INFO.'),
  extended_error: row('ioctl-einval', 'BINDER_GET_EXTENDED_ERROR.'),
  oneway_spam: row('ioctl-einval', 'BINDER_ENABLE_ONEWAY_SPAM_DETECTION and the suspicion that it reports.'),
  security_ctx: row(
    'ioctl-einval',
    'BINDER_SET_CONTEXT_MGR_EXT, and nodes that ask for the security context (flag 0x1000).',
  ),
  node_debug: row('ioctl-einval', 'BINDER_GET_NODE_DEBUG_INFO and BINDER_GET_NODE_INFO_FOR_REF.'),
  weak: row('failed-reply', 'Objects of type WEAK_BINDER and WEAK_HANDLE. (The weak counts are not part of it.)'),
  fd: row('failed-reply', 'File descriptors in messages: objects of type FD.'),
  sg: row('command-einval', 'Scatter-gather: the _SG forms of the commands, and objects of type PTR.'),
  fda: row('failed-reply', 'Arrays of file descriptors: objects of type FDA. Needs `fd` and `sg`.'),
  nonblock: row('unsupported', 'Files opened with O_NONBLOCK, and the op `set_nonblock`.'),
  readonly: row('none', 'Files opened with O_RDONLY.'),
  poll: row('unsupported', 'The op `poll`.'),
  signals: row('unsupported', 'The op `signal`: a parked read ends with EINTR.'),
  kill: row('unsupported', 'The op `kill`: a process ends with all that it has open.'),
  flush: row('unsupported', 'The op `flush`: a descriptor of the open file is duplicated and closed.'),
  multi_thread: row('unsupported', 'More than one native thread in a process: any `thread` but 0.'),
  exit_task: row('unsupported', 'The op `exit_task`: a native thread ends without telling the driver.'),
  multi_open: row('unsupported', 'More than one open file in a process: any `fd` but 0.'),
  multi_device: row('unsupported', 'More than one device, each a context of its own: any `device` but 0.'),
  share: row('unsupported', 'The op `share`: another process gets a descriptor of an open file.'),
  fork: row('unsupported', 'The op `fork`: a process makes a copy of itself, which has its descriptors.'),
  nice: row('unsupported', 'The ops `set_nice` and `get_nice`, and the nice values that the driver lends.'),
  euid: row('unsupported', 'The op `set_euid`.'),
  reclaim: row('unsupported', 'The op `reclaim`: pages that nobody uses are taken back.'),
  file_io: row('unsupported', 'The op `file_io`: read, write and lseek on the descriptor.'),
  mprotect: row('unsupported', 'The op `mprotect`: the protection of a mapping changes.'),
  madvise: row('unsupported', 'The op `madvise`: user space lets go of pages of a mapping.'),
  limit_fds: row('unsupported', 'The op `limit_fds`: a process runs out of descriptors. Needs `fd` to matter.'),
  epoll: row('unsupported', 'The ops `epoll_ctl` and `epoll_wait`: threads that sleep for several files.'),
  peek: row('unsupported', 'The op `peek`: bytes of a mapping, also of parts that hold no message.'),
  raw: row(
    'unsupported',
    'Commands as bytes: unknown words, sizes and counters that lie, offsets that are wrong, objects cut short.',
  ),
  faults: row('none', 'Memory that cannot be read or written: bad pointers, buffers that end at an unmapped page.'),
  placement: row(
    'none',
    'The driver lays messages where the rules say (ALLOC-21 to ALLOC-25). Without it an adapter reports the addresses that ' +
      'the request names, and tests do not fill mappings.',
  ),
  snapshot: row('none', 'The request `snapshot`: the state of the driver as debugfs shows it.'),
  journal: row(
    'none',
    'The request `journal`: what debugfs tells of the history: counts of commands and returns, the logs of transactions, ' +
      'the order in which the files list what there is.',
  ),
} as const satisfies Readonly<Record<string, Capability>>;

/** The name of a capability. */
export type CapabilityName = keyof typeof CAPABILITIES;
/** Every name, in the order of the table. */
export const CAPABILITY_NAMES = Object.keys(CAPABILITIES) as readonly CapabilityName[];

/** The capabilities that a driver has: those declared, which is all of them for the targets of this repository. */
export type Capable = ReadonlySet<CapabilityName>;
/** A driver that leaves nothing out. */
export const FULLY_CAPABLE: Capable = new Set(CAPABILITY_NAMES);
