/** The write half of BINDER_WRITE_READ. */
import { CORE, INFO, MUST, SHOULD, derived, seen, type Rule } from './rule.ts';

export const WR = {
  'WR-01': {
    ...CORE,
    says: 'BINDER_WRITE_READ copies the structure in, writes if write_size is not 0, then reads if that did not fail and read_size is not 0, and copies the structure back. A structure that cannot be read or written back answers EFAULT.',
    evidence: derived('binder_ioctl_write_read'),
  },
  'WR-02': {
    ...CORE,
    says: 'Parsing starts at write_consumed; at or beyond write_size nothing is parsed and the ioctl succeeds.',
    evidence: seen('binder_thread_write'),
  },
  'WR-03': {
    ...CORE,
    says: 'write_consumed advances over whole commands only; after a failure it points at the command that failed.',
    evidence: seen('binder_thread_write'),
  },
  'WR-04': {
    ...SHOULD,
    says: 'Parsing stops after a call or reply that left an error to be read by this thread: the ioctl succeeds with write_consumed short, and the rest has to be written again.',
    evidence: seen('binder_thread_write'),
  },
  'WR-05': {
    ...SHOULD,
    says: 'While the thread has such an error unread, no command of any write is parsed and the ioctl succeeds; errors that come from elsewhere do not stop writing.',
    evidence: seen('binder_thread_write'),
  },
  'WR-06': {
    ...MUST,
    says: 'A write that fails skips the read, and read_consumed comes back as 0 whatever was passed.',
    evidence: seen('binder_ioctl_write_read'),
  },
  'WR-07': {
    ...MUST,
    says: 'A command word or argument that cannot be read answers EFAULT; the commands before it stay executed.',
    evidence: derived('binder_thread_write'),
  },
  'WR-08': {
    ...MUST,
    says: 'write_size bounds only where a command may start: its payload is read beyond that, the command executes, and write_consumed may exceed write_size.',
    evidence: seen('binder_thread_write'),
  },
  'WR-09': {
    ...CORE,
    says: 'A word that differs from every command in any bit, such as a known number with another size, answers EINVAL.',
    evidence: seen('binder_thread_write'),
  },
  'WR-10': {
    ...SHOULD,
    says: 'Each word with a low byte up to 18 counts in the command statistics before it is decoded, even if it is unknown.',
    evidence: seen('binder_thread_write'),
    firesIn: 'journal',
  },
  'WR-11': {
    ...MUST,
    says: 'BC_ATTEMPT_ACQUIRE and BC_ACQUIRE_RESULT always answer EINVAL, their arguments unread.',
    evidence: seen('binder_thread_write'),
  },
  'WR-12': {
    ...CORE,
    says: 'Whatever is wrong with a call or reply, the ioctl succeeds and the failure is read as a return; only a structure that cannot be read answers EFAULT.',
    evidence: seen('binder_thread_write', 'binder_transaction'),
  },
  'WR-13': {
    ...CORE,
    says: 'A write without a read returns at once, and all returns wait for a later read; with both sizes 0 nothing happens and the ioctl succeeds.',
    evidence: seen('binder_ioctl_write_read'),
  },
  'WR-14': {
    ...SHOULD,
    says: "BC_INCREFS and BC_ACQUIRE on handle 0 count on the present manager's node, making the reference if it is missing, and adding a strong count even to one that was only weak.",
    evidence: seen('binder_thread_write', 'binder_inc_ref_for_node'),
  },
  'WR-15': {
    ...SHOULD,
    says: "The manager's own open file gets EINVAL for BC_INCREFS and BC_ACQUIRE on handle 0, unconsumed; for its other open files and for the two releasing commands that does not hold.",
    evidence: seen('binder_thread_write'),
  },
  'WR-16': {
    ...SHOULD,
    says: 'While handle 0 still refers to a dead manager, counting on 0 gives the present manager another handle, the lowest free from 1, and the ioctl succeeds; all other commands still mean the dead one by 0.',
    evidence: seen('binder_thread_write', 'binder_get_ref_for_node_olocked'),
  },
  'WR-17': {
    ...SHOULD,
    says: 'Without a manager, counting on handle 0 is an ordinary look-up: an old reference counts, a missing one changes nothing.',
    evidence: seen('binder_thread_write', 'binder_update_ref_for_handle'),
  },
  'WR-18': {
    ...CORE,
    says: 'BC_ACQUIRE adds one strong count to a reference that has one already; a missing or only weak reference stays as it is and the ioctl succeeds.',
    evidence: seen('binder_update_ref_for_handle', 'binder_inc_ref_olocked'),
  },
  'WR-19': {
    ...CORE,
    says: 'BC_INCREFS adds one weak count to any reference and never causes node work; a missing one changes nothing.',
    evidence: seen('binder_update_ref_for_handle', 'binder_inc_ref_olocked'),
  },
  'WR-20': {
    ...CORE,
    says: "BC_RELEASE takes one strong count. The last one takes the owner's strong hold and, with no weak count left, the reference itself; without a strong count nothing changes.",
    evidence: seen('binder_update_ref_for_handle', 'binder_dec_ref_olocked'),
  },
  'WR-21': {
    ...CORE,
    says: 'BC_DECREFS takes one weak count and, if none of either kind is left, the reference; without a weak count nothing changes.',
    evidence: seen('binder_update_ref_for_handle', 'binder_dec_ref_olocked'),
  },
  'WR-22': {
    ...MUST,
    says: 'BC_INCREFS_DONE with a fitting ptr and cookie ends the pending weak announcement and drops the weak count that it held.',
    evidence: seen('binder_thread_write', 'binder_dec_node_nilocked'),
  },
  'WR-23': {
    ...MUST,
    says: 'BC_ACQUIRE_DONE does the same for the strong one; if nobody refers strongly any more, BR_RELEASE is queued to the process, and the same ioctl may read it.',
    evidence: seen('binder_thread_write', 'binder_dec_node_nilocked'),
  },
  'WR-24': {
    ...MUST,
    says: 'An acknowledgement with an unknown ptr, another cookie, or nothing pending changes nothing and succeeds; the two may come in either order.',
    evidence: seen('binder_thread_write'),
  },
  'WR-25': {
    ...CORE,
    says: 'BC_FREE_BUFFER takes the exact data address of a delivered message, from any thread of the open file, before or after the reply.',
    evidence: seen('binder_thread_write', 'binder_alloc_prepare_to_free'),
  },
  'WR-26': {
    ...CORE,
    says: 'BC_FREE_BUFFER of anything else (no buffer there, not delivered, freed already) changes nothing and succeeds.',
    evidence: seen('binder_thread_write', 'binder_alloc_prepare_to_free'),
  },
  'WR-27': {
    ...MUST,
    says: "Freeing a oneway first moves the node's oldest held-back oneway to the end of the queue of the process and wakes a reader, or marks the node idle.",
    evidence: seen('binder_free_buf'),
  },
  'WR-28': {
    ...MUST,
    says: 'Freeing gives back what the message held: the strong count on its target node, the counts of its objects, the descriptors of its arrays; plain descriptors and pieces are left alone.',
    evidence: derived('binder_free_buf', 'binder_transaction_buffer_release'),
  },
  'WR-29': {
    ...MUST,
    says: 'The three looper commands succeed in any order and number.',
    evidence: derived('binder_thread_write'),
  },
  'WR-30': {
    ...MUST,
    says: 'The three death commands succeed however wrong their handle or cookie is.',
    evidence: derived('binder_thread_write'),
  },
  'WR-31': {
    ...INFO,
    says: 'Only four things fail the ioctl of a write: unreadable memory (EFAULT), an unknown word, the two retired commands, and the manager counting on handle 0 (EINVAL). Failed calls and replies stop parsing; every other mistake is passed over in silence.',
    evidence: seen('binder_thread_write'),
  },
} as const satisfies Record<`WR-${number}`, Rule>;
