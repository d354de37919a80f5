/** Release: BC_FREE_BUFFER and every other way a buffer ends. */
import { CORE, INFO, MUST, SHOULD, derived, notApplicable, seen, type Rule } from './rule.ts';

export const REL = {
  'REL-01': {
    ...INFO,
    says: "An accepted BC_FREE_BUFFER works in this order: detach the transaction, let the node's next oneway go, drop the count on the target node, release the objects in slot order, zero if asked, free the region.",
    evidence: derived('binder_free_buf'),
  },
  'REL-02': {
    ...CORE,
    says: 'A free that is refused has no effect at all, on anybody: the command counts as done and the ioctl succeeds.',
    evidence: seen('binder_thread_write', 'binder_alloc_prepare_to_free'),
  },
  'REL-03': {
    ...CORE,
    says: 'The buffer of a call may be freed before its reply, which works all the same.',
    evidence: seen('binder_free_buf'),
  },
  'REL-04': {
    ...MUST,
    says: 'A buffer belongs to the open file, not to the thread that read it: any of its threads may free it.',
    evidence: seen('binder_alloc_prepare_to_free'),
  },
  'REL-05': {
    ...MUST,
    says: "Freeing a oneway moves the node's next one to the end of the queue of the process, never to a private one, and wakes one waiting reader; with none waiting for its turn the node becomes idle.",
    evidence: seen('binder_free_buf', 'binder_enqueue_work', 'binder_wakeup_proc_ilocked'),
    determinism: 'set',
  },
  'REL-06': {
    ...MUST,
    says: 'Freeing the buffer of a call or reply does not move any oneway.',
    evidence: seen('binder_free_buf'),
  },
  'REL-07': {
    ...MUST,
    says: 'A call or oneway holds a strong count on its target node until its buffer is freed, so BR_RELEASE and BR_DECREFS of a node that its clients gave up wait for the last such buffer.',
    evidence: seen('binder_transaction_buffer_release', 'binder_dec_node'),
  },
  'REL-08': {
    ...CORE,
    says: 'Freeing takes one strong (weak) count from whatever reference now has the handle number in each HANDLE (WEAK_HANDLE) object; without one nothing happens.',
    evidence: seen('binder_transaction_buffer_release', 'binder_dec_ref_for_handle'),
  },
  'REL-09': {
    ...CORE,
    says: 'Freeing takes back the local count of each object that came home; the owner may then read BR_RELEASE or BR_DECREFS from the queue of the process.',
    evidence: seen('binder_transaction_buffer_release', 'binder_dec_node'),
  },
  'REL-10': {
    ...CORE,
    says: 'Freeing leaves the descriptor of an FD object open.',
    evidence: seen('binder_transaction_buffer_release'),
  },
  'REL-11': {
    ...INFO,
    says: 'Freeing does nothing for a PTR object.',
    evidence: seen('binder_transaction_buffer_release'),
  },
  'REL-12': {
    ...CORE,
    says: 'Freeing a delivered message closes every descriptor of its FDA arrays before the ioctl returns, and makes a read in the same ioctl return at once.',
    evidence: seen('binder_transaction_buffer_release', 'binder_deferred_fd_close'),
  },
  'REL-13': {
    ...INFO,
    says: 'An object that cannot be decoded when its buffer is freed is skipped, the others are released.',
    evidence: derived('binder_transaction_buffer_release'),
    status: notApplicable('The receiver cannot write to the mapping, so no object is ever undecodable there.'),
  },
  'REL-14': {
    ...CORE,
    says: 'A send that fails after allocation gives everything back: objects before the failing one, the count on the target node, held files, the region and its oneway charge.',
    evidence: seen('binder_transaction_buffer_release', 'binder_transaction'),
  },
  'REL-15': {
    ...SHOULD,
    says: 'A oneway that TF_UPDATE_TXN replaced is released with all its objects, so the number of buffers does not grow.',
    evidence: seen('binder_proc_transaction', 'binder_transaction_buffer_release'),
  },
  'REL-16': {
    ...MUST,
    says: 'A message that is lost for lack of descriptors is released like a freed one, but its arrays are not closed.',
    evidence: seen('binder_thread_read', 'binder_free_buf'),
  },
  'REL-17': {
    ...MUST,
    says: 'A read buffer that faults while a call or reply is stored loses the message: EFAULT, read_consumed unchanged, the caller of a call reads BR_FAILED_REPLY. The buffer can never be freed, and after a oneway the node delivers no further oneway.',
    evidence: seen('binder_thread_read', 'binder_cleanup_transaction'),
  },
  'REL-18': {
    ...MUST,
    says: 'A thread that exits with a message on its private queue takes it along: nobody else gets it, a caller reads BR_DEAD_REPLY, the buffer can never be freed, and after a oneway the node delivers no further oneway.',
    evidence: seen('binder_thread_release', 'binder_release_work'),
  },
  'REL-19': {
    ...CORE,
    says: 'When an open file is released, calls that it has not read fail with BR_DEAD_REPLY at their callers, and oneways and replies for it are dropped.',
    evidence: seen('binder_deferred_release', 'binder_release_work'),
  },
  'REL-20': {
    ...MUST,
    says: 'After munmap buffers can still be freed, and the oneway space comes back.',
    evidence: seen('binder_alloc_free_buf'),
  },
} as const satisfies Record<`REL-${number}`, Rule>;
