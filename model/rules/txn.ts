/** Transactions: targets, checks, copying, queueing, replies. */
import { CORE, INFO, MUST, SHOULD, derived, notApplicable, seen, type Rule } from './rule.ts';

export const TXN = {
  'TXN-01': {
    ...SHOULD,
    says: "Every call and reply takes a number from the driver's one counter, also when it fails, and sets the sender's extended error to that number, BR_OK and 0.",
    evidence: seen('binder_transaction', 'binder_set_extended_error'),
  },
  'TXN-02': {
    ...CORE,
    says: "A call that fails puts one code where its sender reads it (BR_FAILED_REPLY, BR_DEAD_REPLY or BR_FROZEN_REPLY), and no BR_TRANSACTION_COMPLETE for it. The extended error takes the call's number, that code and a negative errno.",
    evidence: seen('binder_transaction'),
  },
  'TXN-03': {
    ...MUST,
    says: 'When several things are wrong with a call, the first of these decides: target, security module, undelivered work, own call open, security context, allocation, offsets copy, offsets_size, buffers_size, objects in slot order, rest of the data, scatter-gather copy, target frozen or dead.',
    evidence: seen('binder_transaction'),
  },
  'TXN-04': {
    ...CORE,
    says: 'A call through a handle that the sender does not hold, or holds only weakly, fails with BR_FAILED_REPLY, param -22.',
    evidence: seen('binder_get_ref_olocked', 'binder_transaction'),
  },
  'TXN-05': {
    ...CORE,
    says: 'A call to a node whose owner is gone fails with BR_DEAD_REPLY, param -22; in the moment between the unmapping and the release of the owner it may be -3.',
    evidence: seen('binder_get_node_refs_for_txn'),
    determinism: 'set',
  },
  'TXN-06': {
    ...CORE,
    says: "Handle 0 in a call is the device's present context manager; it needs no reference and ignores one that happens to have number 0. Without a manager the call fails with BR_DEAD_REPLY, param -22.",
    evidence: seen('binder_transaction'),
  },
  'TXN-07': {
    ...SHOULD,
    says: 'A process cannot call handle 0 when the manager belongs to itself, through whichever open file: BR_FAILED_REPLY, param -22.',
    evidence: seen('binder_transaction'),
  },
  'TXN-08': {
    ...MUST,
    says: 'A security module may refuse a call (not a reply) between the two openers: BR_FAILED_REPLY, param -1.',
    evidence: derived('security_binder_transaction', 'binder_transaction'),
    status: notApplicable('Needs a security module with a policy; the harness boots without one.'),
  },
  'TXN-09': {
    ...SHOULD,
    says: 'A thread cannot make a synchronous call while the first item of its own todo is an undelivered call or reply: BR_FAILED_REPLY, param -71, which it reads after that message. Oneways are exempt.',
    evidence: seen('binder_transaction'),
  },
  'TXN-10': {
    ...SHOULD,
    says: 'A thread cannot make a second synchronous call while its first is unanswered: BR_FAILED_REPLY, param -71; the first call is unharmed and oneways are allowed.',
    evidence: seen('binder_transaction'),
  },
  'TXN-11': {
    ...SHOULD,
    says: 'A synchronous call made while handling another goes to the thread of the target process that is nearest on the chain of waiting callers, and only that thread can read it.',
    evidence: seen('binder_transaction'),
  },
  'TXN-12': {
    ...CORE,
    says: "A oneway skips all that concerns stacks: it goes to the process, never to the blocked caller, and nobody's stack remembers it.",
    evidence: seen('binder_transaction', 'binder_proc_transaction'),
  },
  'TXN-13': {
    ...MUST,
    says: 'Without kernel memory for its record a send fails with BR_FAILED_REPLY, param -12.',
    evidence: derived('binder_transaction'),
    determinism: 'set',
    status: notApplicable('Needs a shortage of kernel memory.'),
  },
  'TXN-14': {
    ...MUST,
    says: 'Two open files of one process call each other like strangers through any handle but 0.',
    evidence: seen('binder_transaction'),
  },
  'TXN-15': {
    ...SHOULD,
    says: "The message records the nice value of the sending task and the effective user id that the opener's main thread has at the time of sending, not of opening.",
    evidence: seen('binder_transaction'),
  },
  'TXN-16': {
    ...MUST,
    says: 'A call to a node that wants the security context fails with BR_FAILED_REPLY, before anything is allocated, if no module can give one: param -95 without such a module, -22 where AppArmor is the only one.',
    evidence: seen('binder_transaction', 'security_secid_to_secctx'),
    determinism: 'set',
  },
  'TXN-17': {
    ...MUST,
    says: "With a capable security module the call arrives as BR_TRANSACTION_SEC_CTX, and the opener's context string fills the end of its buffer.",
    evidence: seen('binder_transaction', 'binder_thread_read'),
    status: notApplicable('Needs a security module that gives contexts; TXN-16 is what this machine shows.'),
  },
  'TXN-18': {
    ...MUST,
    says: 'The offsets are copied before their size is looked at: unreadable offsets fail with param -14 even when the size is wrong too, and size 0 touches nothing.',
    evidence: seen('binder_transaction'),
  },
  'TXN-19': {
    ...CORE,
    says: 'An offsets_size that is not a multiple of 8 fails with BR_FAILED_REPLY, param -22.',
    evidence: seen('binder_transaction'),
  },
  'TXN-20': {
    ...CORE,
    says: 'A buffers_size that is not a multiple of 8 fails with BR_FAILED_REPLY, param -22.',
    evidence: seen('binder_transaction'),
  },
  'TXN-21': {
    ...CORE,
    says: 'A plain call or reply is the scatter-gather form with buffers_size 0, down to accepting a PTR object of length 0.',
    evidence: seen('binder_thread_write', 'binder_transaction'),
  },
  'TXN-22': {
    ...CORE,
    says: 'Data behind the last object are copied after all objects; if they cannot be read the send fails with param -14, and size 0 touches nothing.',
    evidence: seen('binder_transaction'),
  },
  'TXN-23': {
    ...CORE,
    says: 'The pieces behind PTR objects are copied last, together with the pointer patches; a source that cannot be read fails the send with param -22.',
    evidence: seen('binder_do_deferred_txn_copies'),
  },
  'TXN-24': {
    ...MUST,
    says: 'A manager set with BINDER_SET_CONTEXT_MGR has ptr 0, cookie 0 and nice 0 and accepts no descriptors: a call that carries one to it fails with param -1.',
    evidence: seen('binder_ioctl_set_ctx_mgr', 'binder_new_node'),
  },
  'TXN-25': {
    ...CORE,
    says: "After an accepted synchronous call the caller's own queue holds the announcements of the objects that it sent, then BR_TRANSACTION_COMPLETE, then what comes later, such as the reply.",
    evidence: seen('binder_transaction', 'binder_enqueue_deferred_thread_work_ilocked'),
  },
  'TXN-26': {
    ...CORE,
    says: 'After an accepted oneway BR_TRANSACTION_COMPLETE (or the spam code) can be read at once.',
    evidence: seen('binder_transaction', 'binder_enqueue_thread_work'),
  },
  'TXN-27': {
    ...MUST,
    says: "A call without a thread of its own goes to the reader of the target that blocked most recently, on that thread's private queue; without a blocked reader it waits in the queue of the process, first come first served.",
    evidence: seen('binder_select_thread_ilocked', 'binder_proc_transaction'),
  },
  'TXN-28': {
    ...CORE,
    says: 'A node has at most one oneway in flight: the next is held back until BC_FREE_BUFFER of the one before. Calls and the oneways of other nodes pass freely.',
    evidence: seen('binder_proc_transaction'),
  },
  'TXN-29': {
    ...MUST,
    says: 'If the target or its chosen thread dies while the call is being built, everything is undone and the sender reads BR_DEAD_REPLY, param 0.',
    evidence: derived('binder_proc_transaction'),
    determinism: 'set',
    status: notApplicable('A race between a send and an exit; ops of one sequence never overlap.'),
  },
  'TXN-30': {
    ...CORE,
    says: 'A synchronous call to a frozen process fails with BR_FROZEN_REPLY, param 0, and leaves the mark that a call was refused; a nested call to a blocked thread is refused too.',
    evidence: seen('binder_proc_transaction'),
  },
  'TXN-31': {
    ...CORE,
    says: 'A oneway to a frozen process is queued and can be read as usual; its sender reads plain BR_TRANSACTION_COMPLETE, the mark for oneways is set, and a later BINDER_FREEZE finds work and answers EAGAIN.',
    evidence: seen('binder_proc_transaction'),
  },
  'TXN-32': {
    ...SHOULD,
    says: 'A oneway with TF_UPDATE_TXN to a frozen process takes the place of the oldest held-back oneway of that node with the same sender process, code and flags: that one is released silently and the new one joins the end. The one in flight is never replaced.',
    evidence: seen('binder_find_outdated_transaction_ilocked', 'binder_can_update_transaction'),
  },
  'TXN-33': {
    ...MUST,
    says: 'A reply to a caller that was frozen before it called is delivered as usual.',
    evidence: seen('binder_transaction'),
  },
  'TXN-34': {
    ...CORE,
    says: 'BC_REPLY by a thread with nothing to answer (also after a oneway, or a second time) fails for the replier: BR_FAILED_REPLY, param -71.',
    evidence: seen('binder_transaction'),
  },
  'TXN-35': {
    ...MUST,
    says: 'BC_REPLY by a thread whose own call is unanswered fails in the same way and leaves its calls as they are.',
    evidence: seen('binder_transaction'),
  },
  'TXN-36': {
    ...CORE,
    says: 'A reply goes to exactly the thread that called; the target field means nothing in a reply, and no other thread can read it.',
    evidence: seen('binder_transaction'),
  },
  'TXN-37': {
    ...CORE,
    says: 'A good reply ends the call for the replier, who can read BR_TRANSACTION_COMPLETE at once; the caller reads its own BR_TRANSACTION_COMPLETE and then BR_REPLY.',
    evidence: seen('binder_transaction', 'binder_pop_transaction_ilocked'),
  },
  'TXN-38': {
    ...CORE,
    says: 'A reply that fails after its call was found ends the call: the replier reads BR_TRANSACTION_COMPLETE and the caller reads the failure, whose extended error names the reply.',
    evidence: seen('binder_transaction', 'binder_send_failed_reply'),
  },
  'TXN-39': {
    ...CORE,
    says: 'A reply that finds no room fails at the caller: BR_DEAD_REPLY with -3 if the caller is not mapped, BR_FAILED_REPLY with -28 if its mapping is full, though the server is well.',
    evidence: seen('binder_transaction', 'binder_alloc_new_buf'),
  },
  'TXN-40': {
    ...MUST,
    says: 'A reply to a caller that has exited is dropped; the replier reads BR_TRANSACTION_COMPLETE and its extended error stays BR_OK.',
    evidence: seen('binder_transaction', 'binder_send_failed_reply'),
  },
  'TXN-41': {
    ...MUST,
    says: 'If a thread in the middle of a chain of calls exits while it waits, the caller above it is told nothing until the call below ends; then it reads BR_DEAD_REPLY.',
    evidence: seen('binder_send_failed_reply'),
  },
  'TXN-42': {
    ...INFO,
    says: "A reply whose call is not on top of the caller's stack fails for the replier with param -71 and the caller is told nothing.",
    evidence: derived('binder_transaction'),
    status: notApplicable('No sequence of calls leads there.'),
  },
  'TXN-43': {
    ...MUST,
    says: 'In a reply TF_ONE_WAY has no effect and TF_CLEAR_BUF works; whether it may carry descriptors is decided by TF_ACCEPT_FDS of the call.',
    evidence: seen('binder_transaction'),
  },
  'TXN-44': {
    ...MUST,
    says: 'A thread has two places for errors, one for its own commands and one for news from elsewhere; both can wait at once and come in one read.',
    evidence: seen('binder_transaction', 'binder_send_failed_reply'),
  },
  'TXN-45': {
    ...CORE,
    says: 'When the thread that handles a call exits, or the process that holds it goes, the caller reads BR_TRANSACTION_COMPLETE and BR_DEAD_REPLY, and its extended error stays BR_OK.',
    evidence: seen('binder_thread_release', 'binder_release_work', 'binder_send_failed_reply'),
  },
  'TXN-46': {
    ...MUST,
    says: 'A process that holds a descriptor which another one opened can use it for everything but mmap: addresses and descriptors are its own, while sender pid, user id and the rule of handle 0 stay those of the opener.',
    evidence: seen('binder_ioctl', 'binder_transaction'),
  },
} as const satisfies Record<`TXN-${number}`, Rule>;
