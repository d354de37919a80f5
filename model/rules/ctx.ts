/** The context manager. */
import { CORE, MUST, SHOULD, derived, seen, type Rule } from './rule.ts';

export const CTX = {
  'CTX-01': {
    ...CORE,
    says: 'BINDER_SET_CONTEXT_MGR ignores its argument and makes a manager node with ptr 0, cookie 0 and flags 0, held by one permanent strong and weak count.',
    evidence: seen('binder_ioctl_set_ctx_mgr'),
  },
  'CTX-02': {
    ...MUST,
    says: 'BINDER_SET_CONTEXT_MGR_EXT takes ptr, cookie and flags from the object and ignores its type; a bad pointer answers EINVAL.',
    evidence: seen('binder_ioctl', 'binder_ioctl_set_ctx_mgr'),
  },
  'CTX-03': {
    ...SHOULD,
    says: "While there is a manager every further attempt answers EBUSY, also the manager's own, before user ids are looked at.",
    evidence: seen('binder_ioctl_set_ctx_mgr'),
  },
  'CTX-04': {
    ...SHOULD,
    says: 'The effective user id of the first manager is remembered for good; after its death a caller with another one gets EPERM.',
    evidence: seen('binder_ioctl_set_ctx_mgr'),
  },
  'CTX-05': {
    ...MUST,
    says: "If the process already has a node with that ptr, that node becomes the manager's with the cookie and flags it has.",
    evidence: derived('binder_ioctl_set_ctx_mgr', 'binder_new_node'),
  },
  'CTX-06': {
    ...CORE,
    says: 'A context loses its manager only by the release of its open file; calls to handle 0 then fail with BR_DEAD_REPLY, param -22.',
    evidence: seen('binder_deferred_release'),
  },
  'CTX-07': {
    ...CORE,
    says: 'Every device has a manager of its own, and a call to handle 0 neither needs nor makes a reference.',
    evidence: seen('binder_transaction'),
  },
} as const satisfies Record<`CTX-${number}`, Rule>;
