/** The freezer. */
import { CORE, MUST, SHOULD, derived, notApplicable, seen, type Rule } from './rule.ts';

export const FRZ = {
  'FRZ-01': {
    ...CORE,
    says: 'Anyone may freeze any process with an open file, itself included, through any open file; a pid without one answers EINVAL, a bad pointer EFAULT.',
    evidence: seen('binder_ioctl_freeze', 'binder_ioctl'),
  },
  'FRZ-02': {
    ...SHOULD,
    says: 'The open files of the pid are taken newest first; the first that cannot be frozen ends the ioctl with its error, and those before it stay frozen.',
    evidence: seen('binder_ioctl'),
  },
  'FRZ-03': {
    ...SHOULD,
    says: 'Freezing clears both marks and succeeds only if no transaction addressed to the file exists and no thread record of it has a stack, else EAGAIN; with timeout 0 this is decided at once.',
    evidence: derived('binder_ioctl_freeze', 'binder_txns_pending_ilocked'),
  },
  'FRZ-04': {
    ...SHOULD,
    says: 'A freeze that fails leaves the file unfrozen, even if it was frozen before.',
    evidence: seen('binder_ioctl_freeze'),
  },
  'FRZ-05': {
    ...SHOULD,
    says: 'A transaction counts as outstanding at its target from being sent to the end of its record: a call until it is answered or failed, a oneway until it is read (not freed), a reply until it is read.',
    evidence: derived('binder_proc_transaction', 'binder_free_transaction'),
  },
  'FRZ-06': {
    ...SHOULD,
    says: 'While BINDER_FREEZE waits for its timeout the target already refuses calls; it succeeds once nothing is outstanding, and answers EAGAIN no earlier than the timeout.',
    evidence: seen('binder_ioctl_freeze'),
    determinism: 'set',
    status: notApplicable('The end of the wait is a matter of the clock, which the specification does not have.'),
  },
  'FRZ-07': {
    ...CORE,
    says: 'Unfreezing always succeeds, ignores the timeout, clears both marks and wakes nobody.',
    evidence: derived('binder_ioctl_freeze'),
  },
  'FRZ-08': {
    ...CORE,
    says: 'A synchronous call to a frozen process is refused at once with BR_FROZEN_REPLY and param 0, and marked; this comes before any finding that the target is dying.',
    evidence: seen('binder_proc_transaction'),
  },
  'FRZ-09': {
    ...CORE,
    says: 'A oneway to a frozen process is accepted and delivered, to a reader that waits too; its sender reads BR_TRANSACTION_COMPLETE, and the mark for oneways is set.',
    evidence: seen('binder_proc_transaction'),
  },
  'FRZ-10': {
    ...MUST,
    says: 'A frozen process can still make calls and ioctls, and the replies to it arrive.',
    evidence: derived('binder_proc_transaction'),
  },
  'FRZ-11': {
    ...SHOULD,
    says: 'To a frozen process whose node has a oneway in flight, a oneway with TF_UPDATE_TXN discards the first held-back one with equal flags, code, sender process and node, and joins the end; without one it just joins the end.',
    evidence: seen('binder_find_outdated_transaction_ilocked', 'binder_proc_transaction'),
  },
  'FRZ-12': {
    ...MUST,
    says: 'BINDER_GET_FROZEN_INFO answers over all files of the pid: bit 0 of sync_recv, a call was refused; bit 1, a transaction is outstanding now or a thread has a stack; async_recv, a oneway came while frozen. An unknown pid answers EINVAL.',
    evidence: seen('binder_ioctl_get_freezer_info'),
  },
} as const satisfies Record<`FRZ-${number}`, Rule>;
