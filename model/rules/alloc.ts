/** Buffer memory: mapping, admission, placement, pages, oneway spam, ownership. */
import { CORE, INFO, MUST, SHOULD, derived, notApplicable, seen, type Rule } from './rule.ts';

export const ALLOC = {
  'ALLOC-01': {
    ...MUST,
    says: 'The first successful mmap manages min(length, 4 MiB) bytes as one free region, and half of that is the room for oneways. Bytes mapped beyond 4 MiB are never backed by memory.',
    evidence: seen('binder_alloc_mmap_handler'),
  },
  'ALLOC-02': {
    ...CORE,
    says: 'Only the process that opened the device can map the descriptor; any other process gets EINVAL, while every thread of the opener may do it.',
    evidence: seen('binder_mmap'),
  },
  'ALLOC-03': {
    ...MUST,
    says: 'A process that kept the descriptor across exec can no longer map it: EINVAL, because its address space is not the one of the open.',
    evidence: derived('binder_alloc_mmap_handler'),
    status: notApplicable('No op replaces a process by exec.'),
  },
  'ALLOC-04': {
    ...CORE,
    says: 'A writable mapping is refused with EPERM, shared or private.',
    evidence: seen('binder_mmap'),
  },
  'ALLOC-05': {
    ...MUST,
    says: 'A mapping can never be made writable later (mprotect answers EACCES) and a forked child does not inherit it.',
    evidence: seen('binder_mmap'),
  },
  'ALLOC-06': {
    ...CORE,
    says: 'An open file is mapped at most once in its life: a second mmap answers EBUSY, also after munmap.',
    evidence: seen('binder_alloc_mmap_handler'),
  },
  'ALLOC-07': {
    ...MUST,
    says: 'When several things are wrong with an mmap, the answer is the first of: foreign process EINVAL, writable EPERM, foreign address space EINVAL, already mapped EBUSY, no memory ENOMEM.',
    evidence: seen('binder_mmap', 'binder_alloc_mmap_handler'),
  },
  'ALLOC-08': {
    ...MUST,
    says: 'File offset, shared or private, PROT_NONE or PROT_READ, and a descriptor opened read-only make no difference to a mapping.',
    evidence: seen('binder_mmap'),
  },
  'ALLOC-09': {
    ...MUST,
    says: 'When the bookkeeping of a mapping cannot be allocated, mmap answers ENOMEM and may be tried again.',
    evidence: derived('binder_alloc_mmap_handler'),
    determinism: 'set',
    status: notApplicable('Needs a shortage of kernel memory.'),
  },
  'ALLOC-10': {
    ...CORE,
    says: 'Unmapping any part of the mapping ends it for good: nothing can be allocated there any more, so every call or reply to this open file fails with BR_DEAD_REPLY. It can still send oneways, and buffers that it holds can still be freed.',
    evidence: seen('binder_vma_close', 'binder_alloc_vma_close'),
  },
  'ALLOC-11': {
    ...CORE,
    says: 'An open file that was never mapped receives nothing: who calls it, or replies to it, causes BR_DEAD_REPLY with param -3.',
    evidence: seen('binder_alloc_new_buf_locked'),
  },
  'ALLOC-12': {
    ...MUST,
    says: 'A message takes data_size, offsets_size and the extra size, each rounded up to 8 and added; extra is buffers_size plus the rounded length of a security context. Data come first, then the offsets, then the scatter-gather area, and the context occupies the end.',
    evidence: seen('binder_alloc_new_buf_locked', 'binder_transaction'),
  },
  'ALLOC-13': {
    ...SHOULD,
    says: 'An empty message still takes 8 bytes, so empty messages have addresses of their own, and their offsets pointer equals their data pointer.',
    evidence: seen('binder_alloc_new_buf_locked'),
  },
  'ALLOC-14': {
    ...MUST,
    says: 'Sizes whose rounding or sum does not fit in 64 bits are refused with BR_FAILED_REPLY and param -22. Huge sizes that do fit are refused for lack of space with -28.',
    evidence: seen('binder_alloc_new_buf_locked'),
  },
  'ALLOC-15': {
    ...MUST,
    says: 'An allocation is checked in this order before any byte of the sender is read: mapping dead (-3), overflow (-22), oneway budget (-28), no region (-28), pages (-12 or -3).',
    evidence: seen('binder_alloc_new_buf_locked'),
  },
  'ALLOC-16': {
    ...SHOULD,
    says: 'A oneway is accepted only while its rounded size is at most the oneway space left; otherwise its sender reads BR_FAILED_REPLY with param -28.',
    evidence: seen('binder_alloc_new_buf_locked'),
  },
  'ALLOC-17': {
    ...SHOULD,
    says: 'An accepted oneway takes exactly its rounded size from the oneway space of the receiver, nothing for bookkeeping.',
    evidence: seen('binder_alloc_new_buf_locked'),
  },
  'ALLOC-18': {
    ...SHOULD,
    says: "Freeing a oneway's buffer, by whatever way, gives back exactly what was taken from the oneway space.",
    evidence: seen('binder_free_buf_locked'),
  },
  'ALLOC-19': {
    ...SHOULD,
    says: 'Calls and replies ignore the oneway space and can fill the whole mapping; a reply never counts as oneway, whatever its flags.',
    evidence: seen('binder_alloc_new_buf_locked'),
  },
  'ALLOC-20': {
    ...SHOULD,
    says: 'The oneway space is a counter, not a range of addresses: a full mapping refuses even an empty oneway with param -28.',
    evidence: seen('binder_alloc_new_buf_locked'),
  },
  'ALLOC-21': {
    ...MUST,
    says: 'A message goes into a free region of exactly its size if one exists, else into the smallest larger one. If no single region is large enough it fails with -28, however much is free in total.',
    evidence: seen('binder_alloc_new_buf_locked'),
  },
  'ALLOC-22': {
    ...MUST,
    says: 'Among several smallest larger regions of one size, the one that became free earliest is taken, wherever it lies.',
    evidence: seen('binder_alloc_new_buf_locked', 'binder_insert_free_buffer'),
  },
  'ALLOC-23': {
    ...MUST,
    says: "Among several regions of exactly the right size any one may be taken; which one depends on the shape of the kernel's search tree.",
    evidence: seen('binder_alloc_new_buf_locked'),
    determinism: 'set',
  },
  'ALLOC-24': {
    ...MUST,
    says: 'A larger region is split: the message takes its low end, and the rest, however small, becomes a free region of its own and the youngest.',
    evidence: seen('binder_alloc_new_buf_locked'),
  },
  'ALLOC-25': {
    ...MUST,
    says: 'A freed region is merged at once with free neighbours on both sides, and the result is the youngest free region. With nothing allocated there is one region over the whole mapping.',
    evidence: seen('binder_free_buf_locked', 'binder_delete_free_buffer'),
  },
  'ALLOC-26': {
    ...CORE,
    says: "A delivered message lies inside the receiver's mapping at an address that is a multiple of 8, and never overlaps another buffer in use. The first message of a fresh mapping lies at its start.",
    evidence: seen('binder_alloc_new_buf_locked', 'binder_thread_read'),
  },
  'ALLOC-27': {
    ...MUST,
    says: 'Every page that a message touches is filled with zeroes and mapped when the message is sent, not when it is read.',
    evidence: seen('binder_update_page_range'),
  },
  'ALLOC-28': {
    ...SHOULD,
    says: 'A page is active exactly while an allocated buffer overlaps it; a populated page without a buffer is on the reclaim list, and any other counts as free.',
    evidence: seen('binder_update_page_range'),
  },
  'ALLOC-29': {
    ...MUST,
    says: 'Touching a page that was never populated, or was reclaimed, is a bus error; nothing is filled on demand.',
    evidence: seen('binder_vm_fault'),
  },
  'ALLOC-30': {
    ...MUST,
    says: 'Freeing a buffer leaves its bytes readable until the page is reclaimed; afterwards they are a bus error.',
    evidence: seen('binder_update_page_range', 'binder_alloc_free_page'),
    determinism: 'set',
  },
  'ALLOC-31': {
    ...MUST,
    says: 'Under memory pressure pages on the reclaim list may vanish at any time; their next use starts from zeroes. Active pages never vanish.',
    evidence: seen('binder_alloc_free_page', 'binder_shrink_scan'),
    determinism: 'set',
  },
  'ALLOC-32': {
    ...SHOULD,
    says: 'The high watermark is one more than the highest page ever populated and never sinks.',
    evidence: seen('binder_update_page_range'),
  },
  'ALLOC-33': {
    ...MUST,
    says: "When pages cannot be had, the send fails with param -12, or as dead with -3 if the receiver's address space is going away.",
    evidence: derived('binder_update_page_range'),
    determinism: 'set',
    status: notApplicable('Needs a shortage of kernel memory, or a process caught in the middle of its exit.'),
  },
  'ALLOC-34': {
    ...MUST,
    says: 'If the owner drops a page with madvise, messages still arrive there but reading them is a bus error until the page was reclaimed and filled again.',
    evidence: seen('binder_update_page_range'),
  },
  'ALLOC-35': {
    ...MUST,
    says: 'Memory is not zeroed between messages: padding, gaps behind scatter-gather pieces and unused room show bytes of earlier messages.',
    evidence: seen('binder_alloc_copy_user_to_buffer'),
  },
  'ALLOC-36': {
    ...MUST,
    says: "A send that fails after copying began leaves the copied bytes in the receiver's mapping, unless it carried TF_CLEAR_BUF.",
    evidence: seen('binder_transaction'),
  },
  'ALLOC-37': {
    ...CORE,
    says: 'A buffer whose message carried TF_CLEAR_BUF is zeroed over its whole size, padding and offsets included, however it comes to be freed.',
    evidence: seen('binder_alloc_clear_buf', 'binder_alloc_free_buf'),
  },
  'ALLOC-38': {
    ...INFO,
    says: "The driver's own access to a buffer works only at multiples of 4 inside an allocated buffer that the receiver cannot free yet. From user space only a misaligned pointer patch (OBJ-39) runs into this.",
    evidence: derived('check_buffer'),
  },
  'ALLOC-39': {
    ...SHOULD,
    says: 'Oneway spam is looked for only when the oneway space left after the charge is below a tenth of the mapping (whole numbers).',
    evidence: seen('binder_alloc_new_buf_locked'),
  },
  'ALLOC-40': {
    ...SHOULD,
    says: 'A sender is suspect when its own oneways in this mapping, the new one included, number more than 50 or take more than a quarter of the mapping.',
    evidence: seen('debug_low_async_space_locked'),
  },
  'ALLOC-41': {
    ...SHOULD,
    says: "A receiver's mapping reports one suspect oneway, then stays silent until a oneway allocation leaves at least a tenth free; freeing alone does not re-arm it. The report is used up even if that send fails or nobody asked for reports.",
    evidence: seen('debug_low_async_space_locked', 'binder_alloc_new_buf_locked'),
  },
  'ALLOC-42': {
    ...SHOULD,
    says: 'Oneways are attributed to the process that performs the ioctl; all its open files count together.',
    evidence: seen('binder_alloc_new_buf', 'binder_transaction'),
  },
  'ALLOC-43': {
    ...CORE,
    says: "BR_ONEWAY_SPAM_SUSPECT replaces BR_TRANSACTION_COMPLETE for a suspect oneway only if the sender's open file has detection enabled when it reads; without enabling nobody ever sees it.",
    evidence: seen('binder_thread_read'),
  },
  'ALLOC-44': {
    ...CORE,
    says: 'A buffer can be freed by the process only from the moment its message was delivered, and once. A free that comes too early or again is ignored: the command counts as done and the ioctl succeeds.',
    evidence: seen('binder_alloc_prepare_to_free'),
  },
  'ALLOC-45': {
    ...CORE,
    says: 'BC_FREE_BUFFER with an address that is not the exact start of a buffer is ignored in the same way.',
    evidence: seen('binder_alloc_prepare_to_free_locked'),
  },
  'ALLOC-46': {
    ...MUST,
    says: 'A failed allocation becomes BR_DEAD_REPLY when the mapping is gone (param -3) and BR_FAILED_REPLY for size, space and memory (-22, -28, -12); for a reply it is the caller who reads it.',
    evidence: seen('binder_transaction', 'binder_alloc_new_buf'),
  },
  'ALLOC-47': {
    ...MUST,
    says: 'A buffer whose message was lost before delivery (faulting read buffer, thread exit) stays allocated, with its oneway charge, until the open file is released.',
    evidence: seen('binder_cleanup_transaction', 'binder_thread_read'),
  },
  'ALLOC-48': {
    ...SHOULD,
    says: 'The release of an open file drops all its buffers and pages at once, zeroing those marked with TF_CLEAR_BUF.',
    evidence: derived('binder_alloc_deferred_release'),
  },
} as const satisfies Record<`ALLOC-${number}`, Rule>;
