/** What every op and every field of the protocol means, in words for the author of an adapter. */
import type { Call } from '../../abi/call.ts';
import type { CapabilityName } from './capabilities.ts';

/** One op for the author of an adapter. */
interface OpWords {
  readonly does: string;
  /** Fields of `result` beside `status` when it is done. */
  readonly shows: string;
  readonly needs?: CapabilityName;
}

/** Every op by name. */
export const OPS: Readonly<Record<Call['op'], OpWords>> = {
  open: {
    does: 'The process opens device `device` and calls the open file `fd`. `nonblock`: O_NONBLOCK. `readonly`: O_RDONLY instead of O_RDWR.',
    shows: '',
  },
  mmap: {
    does: 'Maps `size` bytes of the open file; `prot` read, none or write (which is refused, ALLOC-04); `private` or shared.',
    shows: '',
  },
  write_read: {
    does: 'BINDER_WRITE_READ with the commands of `write` and the read half `read`. May be `pending`.',
    shows:
      '`wrote` and `read`: write_consumed and read_consumed as copied back; `returns` where the call has `read`: what the buffer holds from `read.consumed` to `read`. Also with an error. Only `status` with `bad`.',
  },
  ioctl: {
    does: 'Any other ioctl: `cmd` by name or number, `arg` with the fields that this command has.',
    shows: '`out` when the status is OK and the command writes something back',
  },
  share: {
    does: 'Process `to` gets a descriptor of the same open file, as SCM_RIGHTS would give it, and calls it `as`. The ops of `to` name it so from then on.',
    shows: '',
    needs: 'share',
  },
  fork: {
    does: 'Process `proc` makes a copy of itself, `child`: the same descriptors under the same names, the same user, limit and nice value of the thread; no mapping, no epoll set, no thread but `thread` as 0.',
    shows: '',
    needs: 'fork',
  },
  munmap: { does: 'Unmaps all, or `length` bytes from `offset`.', shows: '', needs: 'release' },
  close: { does: 'Closes the descriptor. The release waits for the mapping (PROC-13).', shows: '', needs: 'release' },
  flush: { does: 'A descriptor of the same open file is duplicated and closed.', shows: '', needs: 'flush' },
  kill: {
    does: 'The process ends: its descriptors are closed in ascending order, its mappings go. Its parked calls never complete.',
    shows: '',
    needs: 'kill',
  },
  signal: {
    does: 'A signal with a handler reaches the thread. A parked read completes with EINTR.',
    shows: '',
    needs: 'signals',
  },
  exit_task: { does: 'The native thread ends; the driver is told nothing.', shows: '', needs: 'exit_task' },
  poll: { does: 'poll for POLLIN without waiting.', shows: '`readable`', needs: 'poll' },
  set_nonblock: { does: 'Sets or clears O_NONBLOCK of the open file.', shows: '', needs: 'nonblock' },
  set_nice: { does: 'The thread sets its nice value.', shows: '', needs: 'nice' },
  get_nice: { does: 'The thread asks for its nice value.', shows: '`nice`', needs: 'nice' },
  set_euid: {
    does: 'The process changes its effective user id; 0 at first. It keeps its capabilities.',
    shows: '',
    needs: 'euid',
  },
  reclaim: { does: 'Memory pressure: every page that can be reclaimed is.', shows: '', needs: 'reclaim' },
  file_io: {
    does: 'The descriptor is used as that of a file: `call` read (one byte), write (one byte) or lseek.',
    shows: '',
    needs: 'file_io',
  },
  mprotect: {
    does: 'Changes the protection of what is left of the mapping to `prot`: read, none or write (which is refused, ALLOC-05).',
    shows: '',
    needs: 'mprotect',
  },
  madvise: {
    does: 'MADV_DONTNEED on what is left of the mapping, or of `length` bytes from `offset` of it.',
    shows: '',
    needs: 'madvise',
  },
  limit_fds: {
    does: 'The process may get `free` more descriptors (RLIMIT_NOFILE is set behind so many free numbers), or any number when it is absent.',
    shows: '',
    needs: 'limit_fds',
  },
  epoll_ctl: {
    does: 'Adds the open file to the epoll set that the thread has of its own (EPOLLIN, level-triggered), modifies it there (`mod`), or deletes it (`del`).',
    shows: '',
    needs: 'epoll',
  },
  epoll_wait: {
    does: 'epoll_wait on the set of the thread, without waiting, or with `sleep` until something is readable. May be `pending`.',
    shows: '`ready`: the readable files, in ascending order, when the status is OK',
    needs: 'epoll',
  },
  peek: {
    does: 'The process reads `length` bytes of its mapping at `offset`.',
    shows: '`bytes`: hex, or null where a page is absent (a bus error); addresses in the mapping as offsets',
    needs: 'peek',
  },
};

/** Every command of a write, its size with its word in bytes, and what its fields are. */
export const COMMANDS: readonly (readonly [names: string, bytes: string, fields: string])[] = [
  [
    'BC_TRANSACTION',
    '68, with `buffersSize` 76',
    '`target` handle (0: the context manager), `code`, `flags`, `message`',
  ],
  ['BC_REPLY', '68, with `buffersSize` 76', '`code`, `flags`, `message`'],
  ['BC_FREE_BUFFER', '12', '`buffer`: an offset in the own mapping, or `{"address":…}`: an address that is none of it'],
  ['BC_INCREFS, BC_ACQUIRE, BC_RELEASE, BC_DECREFS', '8', '`handle`'],
  ['BC_INCREFS_DONE, BC_ACQUIRE_DONE', '20', '`ptr`, `cookie`'],
  ['BC_REGISTER_LOOPER, BC_ENTER_LOOPER, BC_EXIT_LOOPER', '4', ''],
  ['BC_REQUEST_DEATH_NOTIFICATION, BC_CLEAR_DEATH_NOTIFICATION', '16', '`handle`, `cookie` (capability `death`)'],
  ['BC_DEAD_BINDER_DONE', '12', '`cookie` (capability `death`)'],
  ['BC_ACQUIRE_RESULT', '8', '`result`; every driver refuses it'],
  ['BC_ATTEMPT_ACQUIRE', '12', '`priority`, `handle`; every driver refuses it'],
  ['RAW', '4 and the bytes', '`word`, `bytes`: anything (capability `raw`)'],
];

/** Every return of a read, its size with its word in bytes, and its fields. */
export const RETURNS: readonly (readonly [names: string, bytes: string, fields: string])[] = [
  ['BR_TRANSACTION, BR_REPLY', '68', 'a delivery, below'],
  ['BR_TRANSACTION_SEC_CTX', '76', 'a delivery, below'],
  ['BR_INCREFS, BR_ACQUIRE, BR_RELEASE, BR_DECREFS', '20', '`ptr`, `cookie`'],
  ['BR_DEAD_BINDER, BR_CLEAR_DEATH_NOTIFICATION_DONE', '12', '`cookie`'],
  [
    'BR_NOOP, BR_TRANSACTION_COMPLETE, BR_SPAWN_LOOPER, BR_DEAD_REPLY, BR_FAILED_REPLY, BR_FROZEN_REPLY, BR_ONEWAY_SPAM_SUSPECT, BR_FINISHED, BR_ERROR, BR_OK',
    '4',
    '',
  ],
  ['malformed', 'the rest', '`bytes`: hex of everything from the first word that is no return'],
];

/** The fields of a delivery. */
export const DELIVERY: readonly (readonly [field: string, means: string])[] = [
  ['ptr, cookie', 'of the node that is called; 0 and 0 in a reply'],
  ['code, flags', 'as sent'],
  ['sender', 'number of the process that sent a call and waits for the answer; `null` where the driver says pid 0'],
  ['euid', 'effective user id of the sender; 0 unless `set_euid` said otherwise'],
  ['dataSize, offsetsSize', 'in bytes'],
  ['buffer', "offset of the data in the receiver's mapping"],
  ['offsetsAt', 'offset of the offsets array: `buffer` plus `dataSize` rounded up to 8'],
  [
    'data',
    'the data as the receiver reads it, objects translated; the `buffer` word of a PTR is an offset in the mapping',
  ],
  ['offsets', 'the offsets array'],
  ['pieces', 'the bytes behind each PTR, in the order of the offsets; patched pointers are offsets in the mapping'],
];

/** The fields of a message. */
export const MESSAGE: readonly (readonly [field: string, means: string])[] = [
  ['size', 'data_size'],
  [
    'data',
    'the bytes of the data, objects encoded in place (24, 40 or 32 bytes each, UAPI-11); shorter than `size` only where `size` exceeds 4 MiB and can never be accepted',
  ],
  ['offsets', 'the offsets array: where objects stand'],
  ['offsetsSize', 'offsets_size in bytes'],
  ['objects', 'the objects again, decoded: `at` and `object`. Whoever reads `data` at `offsets` needs them not'],
  ['pieces', 'memory of the sender behind the PTR objects, by the number `piece`; -1 is a bad pointer'],
  ['buffersSize', 'present in the _SG forms: buffers_size'],
  ['dataAt, offsetsAt', '`own`: at the data; `null`, `bad`: no memory is there (capability `faults`)'],
];

/** The fields that an ioctl writes back. */
export const IOCTL_OUT: readonly (readonly [command: string, fields: string])[] = [
  ['BINDER_VERSION', '`version`: 8'],
  ['BINDER_GET_NODE_DEBUG_INFO', '`ptr`, `cookie`, `hasStrong`, `hasWeak`'],
  ['BINDER_GET_NODE_INFO_FOR_REF', '`handle`, `strong`, `weak`'],
  ['BINDER_GET_FROZEN_INFO', '`syncRecv`, `asyncRecv`'],
  ['BINDER_GET_EXTENDED_ERROR', '`hasId` (whether the id is not zero), `command`, `param`'],
];
