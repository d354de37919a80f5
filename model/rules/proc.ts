/** Processes: open, mmap, flush, release, fork and exec. */
import { CORE, INFO, MUST, SHOULD, derived, notApplicable, seen, type Rule } from './rule.ts';

export const PROC = {
  'PROC-01': {
    ...CORE,
    says: "Every open of a device makes an open file with nothing in it, bound to the device's context; it keeps the opener's pid and the nice value of the opening thread.",
    evidence: derived('binder_open'),
  },
  'PROC-02': {
    ...MUST,
    says: 'Several opens by one process are strangers: threads, nodes, handles, mapping and limits are separate, and only the pid comparison of handle 0 and of BINDER_FREEZE sees that they are one process.',
    evidence: seen('binder_open'),
  },
  'PROC-03': {
    ...SHOULD,
    says: 'open, mmap, close and flush make no thread record; only ioctl and poll do.',
    evidence: seen('binder_open', 'binder_mmap', 'binder_get_thread'),
  },
  'PROC-04': {
    ...MUST,
    says: 'Open files are walked newest first, in every debugfs file and by BINDER_FREEZE.',
    evidence: derived('binder_open'),
  },
  'PROC-05': {
    ...SHOULD,
    says: 'The debugfs file of a pid belongs to the first of its open files and goes with it, even when other open files of the pid remain.',
    evidence: seen('binder_open', 'binder_release'),
    firesIn: 'journal',
  },
  'PROC-06': {
    ...SHOULD,
    says: 'An open right after the last close of the same pid may or may not find its debugfs file.',
    evidence: derived('binder_open', 'binder_deferred_release'),
    determinism: 'set',
    status: notApplicable('A race, and only the directory of debugfs shows it.'),
  },
  'PROC-07': {
    ...CORE,
    says: 'mmap answers, in this order, EINVAL to a process other than the opener, EPERM to a writable mapping, EINVAL to another address space, EBUSY when there ever was a mapping. A writable attempt does not spoil a later good one.',
    evidence: seen('binder_mmap', 'binder_alloc_mmap_handler'),
  },
  'PROC-08': {
    ...MUST,
    says: 'Of a long mapping the driver uses the first 4 MiB, and half of what it uses bounds the oneways; a page that holds nothing is a bus error when touched.',
    evidence: seen('binder_mmap', 'binder_alloc_mmap_handler'),
  },
  'PROC-09': {
    ...CORE,
    says: 'After an unmapping senders see the open file as dead (BR_DEAD_REPLY, param -3), but no death notification is sent and nodes and handles live on. A reply to such a caller turns into BR_DEAD_REPLY for the caller and BR_TRANSACTION_COMPLETE for the replier.',
    evidence: seen('binder_alloc_vma_close', 'binder_alloc_new_buf_locked'),
  },
  'PROC-10': {
    ...CORE,
    says: 'An open file that was never mapped can send, hold handles, own nodes, be the manager and read node and death work; only messages cannot come in.',
    evidence: derived('binder_alloc_new_buf_locked'),
  },
  'PROC-11': {
    ...MUST,
    says: 'Closing any descriptor of an open file, anywhere, makes every thread of it return from its read once: a blocked one at once, an idle one from its next read, with success and nothing but the leading word.',
    evidence: seen('binder_flush', 'binder_deferred_flush'),
  },
  'PROC-12': {
    ...MUST,
    says: 'That wake-up does not reach threads asleep in epoll, though the next evaluation reports the file readable.',
    evidence: seen('binder_deferred_flush'),
  },
  'PROC-13': {
    ...CORE,
    says: 'An open file is released only when its last descriptor is closed and its mapping is gone; until then callers are served as before.',
    evidence: seen('binder_release', 'binder_mmap'),
  },
  'PROC-14': {
    ...MUST,
    says: 'Release happens some time after the close returned, a pending flush of the same file before it; the order of two files that end together is open.',
    evidence: derived('binder_defer_work', 'binder_deferred_func'),
    determinism: 'set',
  },
  'PROC-15': {
    ...MUST,
    says: 'One release goes in this order: manager role, threads by ascending tid, nodes by ascending ptr, references by ascending handle, the queue of the process, delivered deaths.',
    evidence: derived('binder_deferred_release'),
  },
  'PROC-16': {
    ...CORE,
    says: "When the manager's open file is released the context has no manager, and calls to handle 0 fail with BR_DEAD_REPLY until a new one is set; the remembered user id stays.",
    evidence: seen('binder_deferred_release'),
  },
  'PROC-17': {
    ...MUST,
    says: "A release ends the file's threads as BINDER_THREAD_EXIT would, before any death notification is queued.",
    evidence: derived('binder_deferred_release', 'binder_thread_release'),
  },
  'PROC-18': {
    ...MUST,
    says: 'A node whose owner is released loses its held-back oneways silently and its local counts; without references it disappears, else it stays as a dead node as long as someone refers to it.',
    evidence: derived('binder_node_release'),
  },
  'PROC-19': {
    ...CORE,
    says: "A released owner's nodes notify in ascending ptr order, and for one node the newest reference first: each registered death is queued to the process of its reference and wakes one of its threads.",
    evidence: seen('binder_node_release'),
  },
  'PROC-20': {
    ...CORE,
    says: 'The references of a released open file are dropped with strong and weak part together, and its own death registrations vanish; living owners read BR_RELEASE, BR_DECREFS or both, if they had been told of the node.',
    evidence: derived('binder_cleanup_ref_olocked', 'binder_deferred_release'),
  },
  'PROC-21': {
    ...CORE,
    says: 'Calls in the queue of a released process fail with BR_DEAD_REPLY at their callers; oneways there are dropped and their senders never learn it.',
    evidence: derived('binder_release_work'),
  },
  'PROC-22': {
    ...MUST,
    says: 'A call that a thread had taken fails before the death notifications of its process are queued, one that nobody had taken fails after; a caller who also gets the notification reads BR_DEAD_REPLY first either way.',
    evidence: derived('binder_deferred_release', 'binder_thread_release', 'binder_release_work'),
  },
  'PROC-23': {
    ...SHOULD,
    says: 'The buffers of a released open file disappear without touching the objects in them, and files that were sent but not delivered are let go.',
    evidence: derived('binder_alloc_deferred_release', 'binder_free_txn_fixups'),
  },
  'PROC-24': {
    ...INFO,
    says: 'The record of a released process goes when its last temporary user is done, at once or slightly later.',
    evidence: derived('binder_free_proc'),
    determinism: 'set',
    status: notApplicable('The harness waits for quiet, so the delay is never seen.'),
  },
  'PROC-25': {
    ...MUST,
    says: 'A call in the moment between an exit and its release reads BR_DEAD_REPLY sooner or later; the param may be -3, -22 or 0.',
    evidence: derived('binder_proc_transaction', 'binder_get_node_refs_for_txn'),
    determinism: 'set',
    status: notApplicable('A race between a send and an exit; ops of one sequence never overlap.'),
  },
  'PROC-26': {
    ...MUST,
    says: "A forked child uses the inherited descriptor as the parent's open file: its threads get records there, and receivers see the parent's pid.",
    evidence: seen('binder_ioctl', 'binder_get_thread'),
  },
  'PROC-27': {
    ...MUST,
    says: "Whoever reads from an inherited descriptor takes the parent's work: addresses are those of the parent, descriptors arrive in the reader.",
    evidence: derived('binder_thread_read'),
  },
  'PROC-28': {
    ...MUST,
    says: 'A descriptor kept across exec still works for ioctls, but its mapping is gone for good and a new one answers EINVAL.',
    evidence: seen('binder_ioctl', 'binder_mmap'),
    status: notApplicable('The op log has no exec.'),
  },
  'PROC-29': {
    ...MUST,
    says: 'read and write on a Binder descriptor answer EINVAL, lseek answers ESPIPE.',
    evidence: seen('binder_fops'),
  },
  'PROC-30': {
    ...MUST,
    says: 'With the module parameter stop_on_user_error set, the first mistake of any program makes every Binder ioctl of the machine sleep until the parameter is set back.',
    evidence: seen('binder_user_error', 'binder_ioctl'),
    status: notApplicable('Needs the module parameter, which stops all sequences of the machine at once.'),
  },
  'PROC-31': {
    ...MUST,
    says: 'Pids inside the driver are those of the first namespace; sender_pid is translated for the reader and 0 where it has no number there.',
    evidence: derived('binder_thread_read'),
    status: notApplicable('Needs a pid namespace.'),
  },
  'PROC-32': {
    ...MUST,
    says: 'Each device of the devices parameter is a context of its own with its own manager; nothing crosses from one to another.',
    evidence: derived('binder_init', 'init_binder_device'),
  },
} as const satisfies Record<`PROC-${number}`, Rule>;
