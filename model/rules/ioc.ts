/** The remaining ioctls. */
import { CORE, MUST, SHOULD, derived, seen, type Rule } from './rule.ts';

export const IOC = {
  'IOC-01': {
    ...CORE,
    says: 'BINDER_VERSION writes 8; a bad pointer answers EINVAL.',
    evidence: seen('binder_ioctl'),
  },
  'IOC-02': {
    ...MUST,
    says: 'An unknown ioctl, among them the two idle ones, answers EINVAL but makes the thread record and clears need_return.',
    evidence: seen('binder_ioctl'),
  },
  'IOC-03': {
    ...CORE,
    says: 'A bad pointer answers EINVAL to SET_MAX_THREADS, VERSION and SET_CONTEXT_MGR_EXT, and EFAULT to all others that take a structure; SET_CONTEXT_MGR and THREAD_EXIT do not look at theirs.',
    evidence: seen('binder_ioctl'),
  },
  'IOC-04': {
    ...SHOULD,
    says: 'BINDER_ENABLE_ONEWAY_SPAM_DETECTION switches reports for the calling open file as a sender, any value but 0 being on; it answers 0, or EFAULT to a bad pointer.',
    evidence: derived('binder_ioctl'),
  },
  'IOC-05': {
    ...SHOULD,
    says: 'A oneway is suspect when less than a tenth of the mapping is left for oneways and its sender has more than 50 of them or more than a quarter of the mapping there; one report per episode.',
    evidence: seen('debug_low_async_space_locked', 'binder_alloc_new_buf_locked'),
  },
  'IOC-06': {
    ...SHOULD,
    says: "BINDER_GET_EXTENDED_ERROR answers the calling thread's last {id, command, param} and resets it to {0, BR_OK, 0}, even if the copy to the caller fails with EFAULT.",
    evidence: seen('binder_ioctl_get_extended_error'),
  },
  'IOC-07': {
    ...SHOULD,
    says: "The extended error is set by a thread's own call or reply, and on the caller by a failed reply if nothing is noted there; the death of a peer, an exit and a faulting read leave it alone.",
    evidence: seen('binder_transaction', 'binder_set_extended_error'),
  },
} as const satisfies Record<`IOC-${number}`, Rule>;
