/** The debugfs files: state, log, counters. */
import { SHOULD, derived, notApplicable, seen, type Rule } from './rule.ts';

export const DBG = {
  'DBG-01': {
    ...SHOULD,
    says: 'The state file shows the dead nodes first, then each open file with its threads by tid, nodes by ptr, references by handle, buffers by address and the queue of the process.',
    evidence: seen('state_show', 'print_binder_proc'),
    firesIn: 'snapshot',
  },
  'DBG-02': {
    ...SHOULD,
    says: "A thread line shows looper bits, need_return and temporary references; below stand the stack from the top, as incoming or outgoing, and the thread's queue in order.",
    evidence: seen('print_binder_thread_ilocked'),
    firesIn: 'snapshot',
  },
  'DBG-03': {
    ...SHOULD,
    says: 'A transaction line has 0:0 for a sender that is gone or was never kept and for a receiver that was detached, and tid 0 until a thread has it; only synchronous calls say that they need a reply.',
    evidence: seen('print_binder_transaction_ilocked'),
    firesIn: 'snapshot',
  },
  'DBG-04': {
    ...SHOULD,
    says: 'Each kind of waiting work has a line of its own: transaction, completion, error with its decimal code, node with ptr and cookie, and the three kinds of death work.',
    evidence: seen('print_binder_work_ilocked'),
    firesIn: 'snapshot',
  },
  'DBG-05': {
    ...SHOULD,
    says: 'A node line shows number, ptr, cookie, the two announced flags, local strong and weak, internal strong, the number of references, and which processes hold them; waiting oneways follow.',
    evidence: seen('print_binder_node_nilocked'),
    firesIn: 'snapshot',
  },
  'DBG-06': {
    ...SHOULD,
    says: "A reference line shows number, handle, whether the node is dead, the node's number, strong and weak counts, and whether a death notification is registered.",
    evidence: seen('print_binder_ref_olocked'),
    firesIn: 'snapshot',
  },
  'DBG-07': {
    ...SHOULD,
    says: 'A buffer line gives the three sizes as requested, not rounded; a buffer that leaked reads delivered although it can never be freed.',
    evidence: seen('binder_alloc_print_allocated'),
    firesIn: 'snapshot',
  },
  'DBG-08': {
    ...SHOULD,
    says: 'The transactions file leaves out dead nodes, references, idle threads, nodes without a oneway in flight, and processes with nothing to show.',
    evidence: seen('transactions_show', 'print_binder_proc'),
    firesIn: 'journal',
  },
  'DBG-09': {
    ...SHOULD,
    says: 'The file of one pid shows the full block of every open file with that pid.',
    evidence: derived('proc_show'),
    firesIn: 'journal',
  },
  'DBG-10': {
    ...SHOULD,
    says: 'The stats file counts live and created objects of seven classes: proc, thread, node, ref, death, transaction, transaction_complete. The last two count only calls that passed the checks of their target.',
    evidence: seen('print_binder_stats', 'stats_show'),
    firesIn: 'snapshot',
  },
  'DBG-11': {
    ...SHOULD,
    says: 'In the numbers of an open file the largest number of threads is printed signed, and pending transactions are only those in the queue of the process.',
    evidence: seen('print_binder_proc_stats'),
    firesIn: 'snapshot',
  },
  'DBG-12': {
    ...SHOULD,
    says: 'The log holds the last 32 calls and replies of all processes, oldest first, with the thread only where one was addressed, and marks one that is not finished.',
    evidence: seen('print_binder_transaction_log_entry'),
    firesIn: 'journal',
  },
  'DBG-13': {
    ...SHOULD,
    says: 'The log of failures copies the entries of calls and replies that failed while being sent, and not those whose peer died later.',
    evidence: seen('print_binder_transaction_log_entry', 'binder_transaction'),
    firesIn: 'journal',
  },
  'DBG-14': {
    ...SHOULD,
    says: 'A debugfs file that is read while calls run may mix several moments.',
    evidence: derived('print_binder_proc'),
    determinism: 'set',
    status: notApplicable('The harness reads only when every thread is parked or idle.'),
  },
} as const satisfies Record<`DBG-${number}`, Rule>;
