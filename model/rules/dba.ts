/** The debugfs files: stats, buffers, transactions. */
import { SHOULD, seen, type Rule } from './rule.ts';

export const DBA = {
  'DBA-01': {
    ...SHOULD,
    says: 'The stats file shows for each open file, in this order: threads, requested and started and most threads, ready threads, oneway space, nodes, references with the sums of their counts, allocated buffers, active and reclaimable and free pages, the high watermark, transactions in the queue of the process.',
    evidence: seen('print_binder_proc_stats', 'binder_alloc_print_pages'),
    firesIn: 'snapshot',
  },
  'DBA-02': {
    ...SHOULD,
    says: 'Without a live mapping all three page counts are 0.',
    evidence: seen('binder_alloc_print_pages'),
    firesIn: 'snapshot',
  },
  'DBA-03': {
    ...SHOULD,
    says: "A buffer line shows the transaction's number (27 bits), data, offsets and extra size, and active while a transaction is attached (undelivered or unanswered), else delivered; lines ascend by address.",
    evidence: seen('binder_alloc_print_allocated', 'print_binder_buffer'),
    firesIn: 'snapshot',
  },
  'DBA-04': {
    ...SHOULD,
    says: "A transaction line names its number, sender, receiver, code, flags, the sender's nice and whether it needs a reply; in the receiver's block it adds the node and sizes, or says that its buffer is free.",
    evidence: seen('print_binder_transaction_ilocked'),
    firesIn: 'snapshot',
  },
  'DBA-05': {
    ...SHOULD,
    says: 'The two logs keep the last 32 entries each, with type, both ends, context, node, handle as sent, sizes, and the result as decimal code and errno.',
    evidence: seen('print_binder_transaction_log_entry'),
    firesIn: 'journal',
  },
  'DBA-06': {
    ...SHOULD,
    says: 'An unread oneway-spam code is printed as unknown work of type 3.',
    evidence: seen('print_binder_work_ilocked'),
    firesIn: 'snapshot',
  },
  'DBA-07': {
    ...SHOULD,
    says: 'The files list the newest open first, and an open file repeats the pid of its siblings.',
    evidence: seen('binder_open', 'print_binder_proc'),
    firesIn: 'journal',
  },
} as const satisfies Record<`DBA-${number}`, Rule>;
