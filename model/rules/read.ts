/** The read half of BINDER_WRITE_READ. */
import { CORE, INFO, MUST, SHOULD, derived, notApplicable, seen, type Rule } from './rule.ts';

export const READ = {
  'READ-01': {
    ...SHOULD,
    says: 'A read that begins with read_consumed 0 stores BR_NOOP first, before it waits; with another value it appends there without one. If that word cannot be stored the answer is EFAULT and nothing is taken.',
    evidence: seen('binder_thread_read'),
  },
  'READ-02': {
    ...MUST,
    says: 'A read_size of 1 to 3, or one below read_consumed, counts as endless room: BR_NOOP and items are stored past the end that was declared.',
    evidence: seen('binder_thread_read'),
  },
  'READ-03': {
    ...MUST,
    says: 'Before each item, however small, at least 76 bytes must be left; otherwise the read ends and the item stays queued. From read_consumed 0 that takes a read_size of 80.',
    evidence: seen('binder_thread_read'),
  },
  'READ-04': {
    ...MUST,
    says: 'A read with too little room still waits for work, then returns success with BR_NOOP alone and the work kept.',
    evidence: seen('binder_thread_read'),
  },
  'READ-05': {
    ...MUST,
    says: "A read may take work of the process only if the thread's stack and its own queue were empty when it began to wait.",
    evidence: derived('binder_available_for_proc_work_ilocked'),
  },
  'READ-06': {
    ...MUST,
    says: "Such a read resets the thread's nice to the opener's before waiting, even if it then answers EAGAIN.",
    evidence: seen('binder_thread_read', 'binder_set_nice'),
  },
  'READ-07': {
    ...MUST,
    says: 'A read without work blocks until there is some that is not deferred; with work it returns at once, even with a signal pending.',
    evidence: seen('binder_wait_for_work', 'binder_has_work'),
  },
  'READ-08': {
    ...CORE,
    says: 'On a non-blocking file a read without work answers EAGAIN; the mode belongs to the open file and can be changed at any time.',
    evidence: seen('binder_thread_read'),
  },
  'READ-09': {
    ...MUST,
    says: 'A signal that reaches a blocked reader makes it answer EINTR, never a restart; work that arrived at the same moment is either delivered or kept for the next read.',
    evidence: seen('binder_wait_for_work'),
    determinism: 'set',
  },
  'READ-10': {
    ...MUST,
    says: 'After EAGAIN, EINTR or EFAULT in the read, read_consumed is what was passed in, though bytes were stored (THR-23 has the one exception); write_consumed still tells what was written.',
    evidence: seen('binder_thread_read', 'binder_ioctl_write_read'),
  },
  'READ-11': {
    ...MUST,
    says: "The thread's own queue goes first; the queue of the process follows in the same read only if the thread had nothing when it began to wait. Each is first in, first out.",
    evidence: seen('binder_thread_read'),
  },
  'READ-12': {
    ...MUST,
    says: 'A read that has produced nothing but the leading word waits again, unless need_return is set; so items that yield no bytes cause no empty return.',
    evidence: seen('binder_thread_read'),
  },
  'READ-13': {
    ...MUST,
    says: 'A call, a reply or BR_DEAD_BINDER ends the read, so each read has at most one of them, as its last item; completions, errors, node commands and cleared deaths do not end it.',
    evidence: seen('binder_thread_read'),
  },
  'READ-14': {
    ...MUST,
    says: 'At the end of a read read_consumed is set, then BR_SPAWN_LOOPER is considered, then another reader is woken if work of the process is left.',
    evidence: derived('binder_thread_read', 'binder_ioctl_write_read'),
  },
  'READ-15': {
    ...SHOULD,
    says: "A completion is the bare word BR_TRANSACTION_COMPLETE, or BR_ONEWAY_SPAM_SUSPECT if it was marked and the reader's file has detection enabled at that moment.",
    evidence: seen('binder_thread_read'),
  },
  'READ-16': {
    ...MUST,
    says: 'An error is the bare word of its code and may be BR_TRANSACTION_COMPLETE for a failed reply; reading it lets the thread write again.',
    evidence: seen('binder_thread_read'),
  },
  'READ-17': {
    ...MUST,
    says: 'Node work is compared with what the owner was told when it is read: it yields BR_INCREFS, BR_ACQUIRE, BR_RELEASE and BR_DECREFS, in this order, as far as they are needed, each with ptr and cookie in 20 bytes.',
    evidence: seen('binder_thread_read', 'binder_put_node_cmd'),
  },
  'READ-18': {
    ...MUST,
    says: 'A new strong object yields BR_INCREFS and BR_ACQUIRE, a new weak one BR_INCREFS, weak to strong BR_ACQUIRE, strong to weak BR_RELEASE, the last reference BR_RELEASE and BR_DECREFS.',
    evidence: seen('binder_thread_read'),
  },
  'READ-19': {
    ...MUST,
    says: 'A node to which nothing refers is gone when its last node work is read; the same ptr sent later is a new node.',
    evidence: seen('binder_thread_read'),
  },
  'READ-20': {
    ...MUST,
    says: 'Node work whose cause was undone in the meantime yields no bytes.',
    evidence: derived('binder_thread_read'),
  },
  'READ-21': {
    ...MUST,
    says: 'BR_RELEASE and BR_DECREFS of one dropped reference come together, but an owner that is quick enough may read them apart.',
    evidence: derived('binder_thread_read', 'binder_dec_node_nilocked'),
    determinism: 'set',
    status: notApplicable(
      'An owner would have to read between two steps of one command, on another processor; a sequence keeps to one.',
    ),
  },
  'READ-22': {
    ...CORE,
    says: 'BR_DEAD_BINDER is 12 bytes with the cookie and ends the read, so two deaths take two reads.',
    evidence: seen('binder_thread_read'),
  },
  'READ-23': {
    ...CORE,
    says: 'BR_CLEAR_DEATH_NOTIFICATION_DONE is 12 bytes with the cookie and ends the registration.',
    evidence: seen('binder_thread_read'),
  },
  'READ-24': {
    ...CORE,
    says: "BR_TRANSACTION is 68 bytes: the word, then the node's ptr and cookie, code, flags, sender's pid and user id, both sizes, and the addresses of data and offsets in the reader's mapping.",
    evidence: seen('binder_thread_read'),
  },
  'READ-25': {
    ...MUST,
    says: 'A call to a node that wants the security context is 76 bytes, the last 8 the address of the context inside the same buffer.',
    evidence: seen('binder_thread_read'),
    status: notApplicable('Needs a security module that gives contexts; without one the call is refused (TXN-16).'),
  },
  'READ-26': {
    ...CORE,
    says: "BR_REPLY is 68 bytes with target and cookie 0, pid 0 and the replier's user id.",
    evidence: seen('binder_thread_read'),
  },
  'READ-27': {
    ...CORE,
    says: "sender_pid names the process that opened the sender's file, never a thread; it is 0 for oneways, replies and callers that were gone before the delivery.",
    evidence: seen('binder_thread_read'),
  },
  'READ-28': {
    ...SHOULD,
    says: "sender_euid is the effective user id of the opener's main thread at the time of sending.",
    evidence: derived('binder_transaction', 'binder_thread_read'),
  },
  'READ-29': {
    ...MUST,
    says: 'The offsets pointer is the data pointer plus data_size rounded up to 8, also when there are no offsets.',
    evidence: seen('binder_thread_read'),
  },
  'READ-30': {
    ...MUST,
    says: "From its delivery on a buffer can be freed. A synchronous call stands on the reader's stack; the records of oneways and replies end, though their buffers stay.",
    evidence: derived('binder_thread_read'),
  },
  'READ-31': {
    ...MUST,
    says: 'A sender reads in this order: announcements of objects it sent, the completion, what came later.',
    evidence: seen('binder_transaction'),
  },
  'READ-32': {
    ...MUST,
    says: 'A synchronous call and a read in one ioctl return BR_TRANSACTION_COMPLETE together with the reply or the later failure; a call that is refused at once returns the failure alone.',
    evidence: seen('binder_thread_read'),
  },
  'READ-33': {
    ...MUST,
    says: 'The sender of a oneway or a reply finds BR_TRANSACTION_COMPLETE in its next read; a oneway that is refused returns only the error.',
    evidence: seen('binder_thread_read'),
  },
  'READ-34': {
    ...MUST,
    says: 'A nested call reaches the waiting caller behind its BR_TRANSACTION_COMPLETE; it replies and reads again for its own reply.',
    evidence: seen('binder_thread_read'),
  },
  'READ-35': {
    ...MUST,
    says: 'A reader with a full descriptor table does not see the call and waits on, and a reply becomes BR_FAILED_REPLY; node work read next may turn the whole read into ENOMEM.',
    evidence: seen('binder_apply_fd_fixups', 'binder_thread_read'),
  },
  'READ-36': {
    ...MUST,
    says: 'A call whose sender died after sending is delivered, with sender_pid 0.',
    evidence: seen('binder_thread_read'),
  },
  'READ-37': {
    ...MUST,
    says: 'A thread without CAP_SYS_NICE gets a nice value only within RLIMIT_NICE; with the usual limit of 0 it keeps the one it has.',
    evidence: derived('binder_set_nice'),
    status: notApplicable('A user of the log keeps its capabilities: set_euid changes only who the driver says it is.'),
  },
  'READ-38': {
    ...MUST,
    says: "A synchronous call lends the smaller of the sender's nice and the node's minimum; a oneway lends the minimum only where that is smaller than the reader's nice. A minimum above 19 has no effect.",
    evidence: seen('binder_thread_read', 'binder_set_nice'),
  },
  'READ-39': {
    ...MUST,
    says: 'BC_REPLY gives the nice value from before the call back at once; after a oneway only the next idle read does.',
    evidence: seen('binder_transaction', 'binder_set_nice'),
  },
  'READ-40': {
    ...MUST,
    says: 'An item whose storing faults is lost, and so are the items before it in that read, for read_consumed is not advanced; what they changed in the driver stands.',
    evidence: seen('binder_thread_read'),
  },
  'READ-41': {
    ...MUST,
    says: 'A call lost that way fails at its caller with BR_FAILED_REPLY, a oneway or reply is dropped; the buffer leaks and a lost oneway blocks its node.',
    evidence: seen('binder_thread_read', 'binder_cleanup_transaction'),
  },
  'READ-42': {
    ...MUST,
    says: 'An error lost that way still stops the thread from writing: each later write consumes nothing, until BINDER_THREAD_EXIT.',
    evidence: seen('binder_thread_read'),
  },
  'READ-43': {
    ...SHOULD,
    says: 'A return counts in the statistics once it is stored; BR_NOOP never does, BR_SPAWN_LOOPER does.',
    evidence: seen('binder_stat_br'),
    firesIn: 'journal',
  },
  'READ-44': {
    ...INFO,
    says: 'BR_OK, BR_ACQUIRE_RESULT, BR_ATTEMPT_ACQUIRE and BR_FINISHED are never returned, and BR_ERROR only without memory.',
    evidence: derived('binder_thread_read'),
    firesIn: 'snapshot',
  },
  'READ-45': {
    ...MUST,
    says: 'Descriptors of a message get the lowest free numbers of the reading process at the time of the read, in object order, close-on-exec, and the buffer shows these numbers.',
    evidence: derived('binder_apply_fd_fixups'),
  },
} as const satisfies Record<`READ-${number}`, Rule>;
