/** Delivery: what the receiver reads, and its nice value. */
import { CORE, MUST, derived, notApplicable, seen, type Rule } from './rule.ts';

export const DLV = {
  'DLV-01': {
    ...CORE,
    says: "BR_TRANSACTION carries the node's ptr and cookie and the code, flags, data_size and offsets_size that were sent; the sizes of the scatter-gather area and of a security context are not told.",
    evidence: seen('binder_thread_read'),
  },
  'DLV-02': {
    ...CORE,
    says: 'BR_REPLY carries target 0, cookie 0, sender_pid 0, the user id of the replier, and code and flags as the replier gave them.',
    evidence: seen('binder_thread_read'),
  },
  'DLV-03': {
    ...CORE,
    says: 'sender_pid is the process of the calling open file for a synchronous call whose calling thread still exists, and 0 for a oneway, a reply and a caller that is gone.',
    evidence: seen('binder_thread_read'),
  },
  'DLV-04': {
    ...MUST,
    says: "sender_euid is expressed in the reader's user namespace, 0xffffffff where it has no place there.",
    evidence: derived('binder_thread_read'),
    status: notApplicable('Needs a user namespace.'),
  },
  'DLV-05': {
    ...MUST,
    says: "A delivered synchronous call stays on the reader's stack until it is answered; the records of a oneway and of a reply end with their delivery.",
    evidence: seen('binder_thread_read'),
  },
  'DLV-06': {
    ...MUST,
    says: 'A thread that reads with nothing of its own to do gets the nice value that the opener had at open, even if the read then answers EAGAIN.',
    evidence: seen('binder_thread_read', 'binder_set_nice'),
  },
  'DLV-07': {
    ...MUST,
    says: "On BR_TRANSACTION the old nice value is remembered. A synchronous call sets the sender's nice if that is smaller than the node's minimum, else the minimum; a oneway sets the minimum only if the present value is larger.",
    evidence: seen('binder_thread_read', 'binder_set_nice'),
  },
  'DLV-08': {
    ...MUST,
    says: 'BC_REPLY restores the remembered nice value as soon as its call is found, even if the reply then fails.',
    evidence: seen('binder_transaction', 'binder_set_nice'),
  },
} as const satisfies Record<`DLV-${number}`, Rule>;
