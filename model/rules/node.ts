/** Nodes: identity, reference counts, announcements. */
import { INFO, MUST, SHOULD, derived, notApplicable, seen, type Rule } from './rule.ts';

export const NODE = {
  'NODE-01': {
    ...MUST,
    says: 'A node is made when a process first sends a local object with that ptr, or becomes manager; cookie, acceptance of descriptors, wish for the security context and minimum nice are fixed then.',
    evidence: derived('binder_new_node', 'binder_init_node_ilocked'),
  },
  'NODE-02': {
    ...MUST,
    says: 'Sending a known ptr with another cookie fails with BR_FAILED_REPLY, param -22, and changes nothing.',
    evidence: seen('binder_translate_binder'),
  },
  'NODE-03': {
    ...SHOULD,
    says: 'One counter numbers everything: each call or reply first, then per object its new node and its new reference, a node of SET_CONTEXT_MGR, a reference that BC_ACQUIRE 0 makes. Nothing else takes a number.',
    evidence: seen('binder_transaction', 'binder_init_node_ilocked', 'binder_get_ref_for_node_olocked'),
  },
  'NODE-04': {
    ...MUST,
    says: 'A failed send takes its references back, and a node that only it made disappears unannounced.',
    evidence: seen('binder_transaction', 'binder_transaction_buffer_release'),
  },
  'NODE-05': {
    ...SHOULD,
    says: 'Internal strong is the number of references with a strong count. Local strong counts unfreed messages to the node, own strong objects in unfreed received buffers, one unacknowledged BR_ACQUIRE, and one for being manager; local weak likewise.',
    evidence: seen('binder_inc_node_nilocked', 'binder_dec_node_nilocked'),
  },
  'NODE-06': {
    ...MUST,
    says: "A sent object that lifts a reference's strong count from 0 puts the node's work on the sending thread's queue if its owner was not told strong, moving it there from wherever it waits; for weak it does so only if the work is queued nowhere.",
    evidence: seen('binder_inc_node_nilocked'),
  },
  'NODE-07': {
    ...MUST,
    says: 'Counts that others add, by forwarding, by commands or by calls, cause no node work.',
    evidence: derived('binder_inc_node_nilocked'),
  },
  'NODE-08': {
    ...MUST,
    says: 'An object sent again while the receiver already has that kind of count announces nothing; a lost announcement returns only when some reference counts from 0 anew.',
    evidence: seen('binder_inc_node_nilocked'),
  },
  'NODE-09': {
    ...MUST,
    says: 'When the last count of a kind goes, a living owner that was told gets node work in the queue of the process, once, and one reader is woken; a node nobody was told of disappears.',
    evidence: seen('binder_dec_node_nilocked'),
  },
  'NODE-10': {
    ...INFO,
    says: 'Decrements report through the queue of the process and increments through the sending thread; work that is queued already stays where it is and reports the balance.',
    evidence: derived('binder_dec_node_nilocked', 'binder_inc_node_nilocked'),
  },
  'NODE-11': {
    ...MUST,
    says: 'A node whose references were all dropped before its owner read of them is never mentioned.',
    evidence: seen('binder_dec_node_nilocked'),
  },
  'NODE-12': {
    ...MUST,
    says: 'Until BC_ACQUIRE_DONE no BR_RELEASE comes, and until BC_INCREFS_DONE no BR_DECREFS; an owner that never acknowledges never gets them.',
    evidence: seen('binder_thread_write', 'binder_dec_node_nilocked'),
  },
  'NODE-13': {
    ...MUST,
    says: "The owner of the manager's node never gets node commands for it.",
    evidence: seen('binder_ioctl_set_ctx_mgr'),
  },
  'NODE-14': {
    ...MUST,
    says: 'A dead node can be counted, forwarded and watched, not called, and disappears with its last reference.',
    evidence: seen('binder_node_release', 'binder_dec_node_nilocked'),
  },
  'NODE-15': {
    ...INFO,
    says: 'While an operation or a debugfs line uses a node it holds a temporary reference, so each printed node shows at least one.',
    evidence: seen('binder_inc_node_tmpref_ilocked', 'binder_dec_node_tmpref'),
    status: notApplicable('Temporary references live inside one operation, and a snapshot leaves them out.'),
  },
  'NODE-16': {
    ...MUST,
    says: 'A node is busy from the first oneway it accepts until a BC_FREE_BUFFER finds none held back; oneways to other nodes are independent.',
    evidence: seen('binder_proc_transaction', 'binder_free_buf'),
  },
  'NODE-17': {
    ...SHOULD,
    says: "BINDER_GET_NODE_DEBUG_INFO answers the caller's own node with the smallest ptr above the given one, with its flags, or zeroes; a node with ptr 0 is never reported.",
    evidence: seen('binder_ioctl_get_node_debug_info'),
  },
  'NODE-18': {
    ...SHOULD,
    says: 'BINDER_GET_NODE_INFO_FOR_REF wants zeroes in all other fields (EINVAL), the manager as caller (EPERM) and a strong handle (EINVAL); it answers local plus internal strong, and local weak.',
    evidence: seen('binder_ioctl_get_node_info_for_ref'),
  },
} as const satisfies Record<`NODE-${number}`, Rule>;
