/** Threads: looper state, pool size, waiting, poll, exit. */
import { CORE, INFO, MUST, SHOULD, derived, notApplicable, seen, type Rule } from './rule.ts';

export const THR = {
  'THR-01': {
    ...SHOULD,
    says: 'Any ioctl and any poll by a task without a record on this file makes one, keyed by its tid, even if the ioctl fails.',
    evidence: seen('binder_get_thread', 'binder_poll'),
  },
  'THR-02': {
    ...MUST,
    says: 'A new thread record has no looper bits, nothing queued, extended error {0, BR_OK, 0}, and need_return set.',
    evidence: seen('binder_get_thread'),
  },
  'THR-03': {
    ...MUST,
    says: "The end of every ioctl clears the thread's need_return, whether it succeeded or not; poll leaves it.",
    evidence: seen('binder_ioctl'),
  },
  'THR-04': {
    ...MUST,
    says: "A thread's very first ioctl never blocks in its read: with nothing queued it succeeds with BR_NOOP alone, also on a non-blocking file.",
    evidence: seen('binder_get_thread', 'binder_thread_read'),
  },
  'THR-05': {
    ...MUST,
    says: "A synchronous call with a read in a thread's first ioctl returns at once with BR_TRANSACTION_COMPLETE; the reply takes another read.",
    evidence: seen('binder_thread_read'),
  },
  'THR-06': {
    ...MUST,
    says: 'Besides creation, a flush sets need_return on all threads, and freeing a buffer with a descriptor array of at least one entry sets it on the freeing thread.',
    evidence: derived('binder_deferred_flush', 'binder_transaction_buffer_release'),
  },
  'THR-07': {
    ...MUST,
    says: 'BC_ENTER_LOOPER never fails and may be repeated; on a thread that registered before, it also marks the thread invalid.',
    evidence: seen('binder_thread_write'),
  },
  'THR-08': {
    ...SHOULD,
    says: 'BC_REGISTER_LOOPER after BC_ENTER_LOOPER marks the thread registered and invalid and moves no counter.',
    evidence: seen('binder_thread_write'),
  },
  'THR-09': {
    ...SHOULD,
    says: 'BC_REGISTER_LOOPER that nobody asked for marks the thread registered and invalid and moves no counter.',
    evidence: seen('binder_thread_write'),
  },
  'THR-10': {
    ...MUST,
    says: 'BC_REGISTER_LOOPER that was asked for ends the request and counts one more started thread; it need not be a new thread, and one that does it for two requests counts twice.',
    evidence: seen('binder_thread_write'),
  },
  'THR-11': {
    ...SHOULD,
    says: 'BC_EXIT_LOOPER only sets a bit: the thread still gets work of the process and may still be asked for another thread.',
    evidence: seen('binder_thread_write'),
  },
  'THR-12': {
    ...INFO,
    says: 'The invalid and exited bits are shown and never consulted.',
    evidence: derived('print_binder_thread_ilocked'),
  },
  'THR-13': {
    ...SHOULD,
    says: 'The waiting bit is set exactly while a read waits for work.',
    evidence: seen('binder_thread_read'),
  },
  'THR-14': {
    ...SHOULD,
    says: 'The poll bit is set by the first poll and stays until BINDER_THREAD_EXIT.',
    evidence: seen('binder_poll'),
  },
  'THR-15': {
    ...SHOULD,
    says: 'A thread record outlives its task: only BINDER_THREAD_EXIT or the release of the file removes it, with all its bits, work and errors.',
    evidence: seen('binder_get_thread', 'binder_thread_release'),
  },
  'THR-16': {
    ...INFO,
    says: 'Registered or entered decides who is asked for threads and where a cleared death goes; waiting decides who a flush wakes; poll decides who is woken without waiting readers.',
    evidence: derived('binder_thread_read', 'binder_thread_write'),
    status: notApplicable('An index: the rules that it points to say what each bit does.'),
  },
  'THR-17': {
    ...SHOULD,
    says: 'A thread that never registered or entered may read work of the process as any other; it is never asked for another thread.',
    evidence: seen('binder_thread_read'),
  },
  'THR-18': {
    ...MUST,
    says: 'BINDER_SET_MAX_THREADS keeps any unsigned 32-bit number (0 at first), at any time; a bad pointer answers EINVAL.',
    evidence: seen('binder_ioctl'),
  },
  'THR-19': {
    ...CORE,
    says: 'A successful read carries BR_SPAWN_LOOPER exactly when no request is open, no thread of the file waits, fewer threads were started than the maximum, and the reader registered or entered. At most one request is open and never more than the maximum is asked for in total.',
    evidence: seen('binder_thread_read'),
  },
  'THR-20': {
    ...SHOULD,
    says: "BR_SPAWN_LOOPER is stored in the first four bytes of the read buffer, over the leading BR_NOOP, or over the caller's own bytes if read_consumed was not 0 on entry; read_consumed is what it would be without it.",
    evidence: seen('binder_thread_read'),
  },
  'THR-21': {
    ...CORE,
    says: 'After BR_SPAWN_LOOPER nobody is asked again until a thread answers with BC_REGISTER_LOOPER; a request that is ignored or answered with BC_ENTER_LOOPER stays open for ever.',
    evidence: derived('binder_thread_read', 'binder_thread_write'),
  },
  'THR-22': {
    ...SHOULD,
    says: 'The number of started threads never sinks, and threads that entered are not in it; a pool that loses threads is not refilled.',
    evidence: seen('binder_thread_write', 'binder_thread_release'),
  },
  'THR-23': {
    ...MUST,
    says: 'Nothing is asked when the ioctl does not read or its read ends with EAGAIN, EINTR or EFAULT. If storing BR_SPAWN_LOOPER itself faults, the answer is EFAULT with read_consumed advanced and the request open.',
    evidence: derived('binder_thread_read'),
  },
  'THR-24': {
    ...MUST,
    says: "Any successful read may carry BR_SPAWN_LOOPER, also one that returns nothing but a completion or the reply to the reader's own call.",
    evidence: seen('binder_thread_read'),
  },
  'THR-25': {
    ...MUST,
    says: 'While a woken reader is still on its way out of the list of waiting threads, another read may or may not carry BR_SPAWN_LOOPER.',
    evidence: derived('binder_thread_read', 'binder_wait_for_work'),
    determinism: 'set',
  },
  'THR-26': {
    ...SHOULD,
    says: 'A thread is on the list of ready threads exactly while it is blocked in a read that began with an empty stack and an empty queue of its own.',
    evidence: seen('binder_wait_for_work'),
  },
  'THR-27': {
    ...MUST,
    says: 'The thread that blocked last is served first; one that woke for nothing goes back to the front.',
    evidence: seen('binder_wait_for_work', 'binder_select_thread_ilocked'),
  },
  'THR-28': {
    ...MUST,
    says: 'A transaction goes to the queue of its own target thread; else, a oneway whose node is busy, behind that node; else to the private queue of the first waiting thread, which leaves the list; else to the queue of the process.',
    evidence: seen('binder_proc_transaction'),
  },
  'THR-29': {
    ...MUST,
    says: 'Node work from dropped counts, death work and released oneways always go to the queue of the process and wake one waiting thread, or the pollers; whoever reads first gets it.',
    evidence: derived('binder_wakeup_proc_ilocked', 'binder_enqueue_work'),
  },
  'THR-30': {
    ...MUST,
    says: 'A thread woken for work of the process may find it gone, taken by another reader, even by the one that queued it; it waits again. Exactly one of them delivers it.',
    evidence: derived('binder_wait_for_work', 'binder_thread_read'),
    determinism: 'set',
  },
  'THR-31': {
    ...MUST,
    says: 'After every read, whatever its result, work left in the queue of the process wakes one more waiting thread.',
    evidence: derived('binder_ioctl_write_read', 'binder_wakeup_proc_ilocked'),
  },
  'THR-32': {
    ...INFO,
    says: 'Calls and replies wake their reader with a scheduler hint that oneways do not give.',
    evidence: derived('binder_wakeup_thread_ilocked'),
    status: notApplicable('A hint to the scheduler has no outcome to compare.'),
  },
  'THR-33': {
    ...MUST,
    says: 'A thread that waits for a reply, or holds unread work of its own, takes nothing from the queue of the process in that read.',
    evidence: seen('binder_thread_read', 'binder_available_for_proc_work_ilocked'),
  },
  'THR-34': {
    ...MUST,
    says: 'Deferred items, namely the completion of a synchronous call and the announcements of objects just sent, neither end a wait nor make the file readable; they are delivered with the next thing that does.',
    evidence: seen('binder_has_work_ilocked', 'binder_enqueue_deferred_thread_work_ilocked'),
  },
  'THR-35': {
    ...CORE,
    says: 'poll reports POLLIN exactly when the calling thread has work that is not deferred, or need_return, or may take work that waits for the process; nothing else is ever reported.',
    evidence: seen('binder_poll'),
  },
  'THR-36': {
    ...MUST,
    says: 'poll speaks for the calling thread, whose record it makes if needed; before its first ioctl a thread always finds the file readable.',
    evidence: seen('binder_poll', 'binder_get_thread'),
  },
  'THR-37': {
    ...MUST,
    says: 'Work of the process with no waiting reader wakes every polling thread that is idle; work of one thread wakes only that thread.',
    evidence: seen('binder_wakeup_poll_threads_ilocked'),
  },
  'THR-38': {
    ...MUST,
    says: 'Work that a polling thread queues to itself wakes its own epoll, except deferred items.',
    evidence: seen('binder_enqueue_thread_work_ilocked'),
  },
  'THR-39': {
    ...MUST,
    says: 'BINDER_THREAD_EXIT ignores its argument, always succeeds and removes the thread record; the next ioctl of the task starts with a new one.',
    evidence: seen('binder_thread_release', 'binder_ioctl'),
  },
  'THR-40': {
    ...INFO,
    says: 'An entry of a stack is incoming for the thread that handles the call and outgoing for the thread that made it; the newest is on top.',
    evidence: derived('binder_thread_release'),
  },
  'THR-41': {
    ...MUST,
    says: 'An exit detaches the calls that the thread was handling; their delivered buffers stay and any thread of the file can free them.',
    evidence: seen('binder_thread_release'),
  },
  'THR-42': {
    ...CORE,
    says: 'If the newest entry of an exiting thread is a call that it handles, that caller reads BR_DEAD_REPLY, its extended error unchanged.',
    evidence: seen('binder_thread_release', 'binder_send_failed_reply'),
  },
  'THR-43': {
    ...MUST,
    says: 'If the newest entry of an exiting thread is its own call, the callers below learn nothing until that call ends; then the failure climbs to the first caller that still lives.',
    evidence: seen('binder_send_failed_reply'),
  },
  'THR-44': {
    ...MUST,
    says: "Calls that an exiting thread had made are still delivered, with sender_pid 0, and their handler's reply looks successful to it.",
    evidence: seen('binder_thread_release', 'binder_thread_read'),
  },
  'THR-45': {
    ...MUST,
    says: "Messages unread on an exiting thread's queue are lost: a call fails with BR_DEAD_REPLY, a oneway or reply silently. Their buffers leak with all counts, and a lost oneway blocks its node's oneways for ever.",
    evidence: seen('binder_release_work', 'binder_cleanup_transaction'),
  },
  'THR-46': {
    ...MUST,
    says: "Announcements unread on an exiting thread's queue never come again until some reference counts from 0 anew; unread errors, completions and cleared deaths are dropped.",
    evidence: seen('binder_release_work', 'binder_thread_release'),
  },
  'THR-47': {
    ...MUST,
    says: "An exit detaches the thread's epoll entries, which stay deaf until the descriptor is added again.",
    evidence: seen('binder_thread_release'),
  },
  'THR-48': {
    ...SHOULD,
    says: 'An exit changes none of the numbers of the thread pool.',
    evidence: seen('binder_thread_release'),
  },
  'THR-49': {
    ...MUST,
    says: 'The end of a task without BINDER_THREAD_EXIT triggers nothing: its callers wait until the open file is released.',
    evidence: derived('binder_thread_release'),
  },
  'THR-50': {
    ...MUST,
    says: 'A second failure that arrives for a thread before it read the first is dropped, and that level of its calls never gets an answer.',
    evidence: seen('binder_send_failed_reply'),
  },
  'THR-51': {
    ...MUST,
    says: 'A thread that waits with a read_size of 4 to 79 is chosen for a message, returns with BR_NOOP alone and keeps the message on its private queue.',
    evidence: seen('binder_thread_read', 'binder_proc_transaction'),
  },
} as const satisfies Record<`THR-${number}`, Rule>;
