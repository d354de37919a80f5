/** Objects in a message: translation, descriptors, scatter-gather. */
import { CORE, MUST, SHOULD, derived, notApplicable, seen, type Rule } from './rule.ts';

export const OBJ = {
  'OBJ-01': {
    ...CORE,
    says: 'Each u64 of the offsets array places one object in the data; bytes that no offset points to are plain data, and the receiver sees the offsets as sent.',
    evidence: seen('binder_transaction'),
  },
  'OBJ-02': {
    ...CORE,
    says: 'Objects stand in ascending order without overlap and inside the data: an offset before the end of the object before it, or beyond data_size, or behind bytes that cannot be read, fails the send with param -14.',
    evidence: seen('binder_transaction'),
  },
  'OBJ-03': {
    ...CORE,
    says: 'An offset that is not a multiple of 4 fails with param -22; a multiple of 4 is enough.',
    evidence: seen('binder_get_object'),
  },
  'OBJ-04': {
    ...CORE,
    says: 'An object that data_size cuts short, or that begins at data_size, fails with param -22.',
    evidence: seen('binder_get_object'),
  },
  'OBJ-05': {
    ...CORE,
    says: 'A type word that is none of the seven fails with param -22.',
    evidence: seen('binder_get_object'),
  },
  'OBJ-06': {
    ...CORE,
    says: 'An object that cannot be read (at most 40 bytes from its offset) fails with param -22, while unreadable bytes before it fail with -14.',
    evidence: seen('binder_get_object'),
  },
  'OBJ-07': {
    ...MUST,
    says: "With data pointer 0 the driver looks for the first object in the old bytes of the receiver's buffer: what it finds there decides between acceptance, -22 and -14.",
    evidence: seen('binder_get_object'),
    determinism: 'set',
  },
  'OBJ-08': {
    ...CORE,
    says: 'When one object fails, the objects before it are taken back and itself leaves nothing, so all counts are as before the send.',
    evidence: seen('binder_transaction', 'binder_transaction_buffer_release'),
  },
  'OBJ-09': {
    ...MUST,
    says: "A local object is known by the sender's open file and its ptr, and becomes a node on first sight; ptr 0 is an ordinary one.",
    evidence: derived('binder_translate_binder', 'binder_get_node', 'binder_new_node'),
  },
  'OBJ-10': {
    ...MUST,
    says: 'A known ptr with another cookie fails with param -22.',
    evidence: seen('binder_translate_binder'),
  },
  'OBJ-11': {
    ...MUST,
    says: 'Minimum nice, acceptance of descriptors and the wish for a security context are fixed when the node is made; later flags change nothing but are still shown to the receiver.',
    evidence: seen('binder_init_node_ilocked'),
  },
  'OBJ-12': {
    ...MUST,
    says: 'A security module may refuse the passing of an object: param -1, and a node made for it goes again.',
    evidence: derived('security_binder_transfer_binder', 'binder_translate_binder'),
    status: notApplicable('Needs a security module with a policy; the harness boots without one.'),
  },
  'OBJ-13': {
    ...CORE,
    says: 'A passed object gives the receiver one strong count (weak for a weak object) on its reference, which is made if missing; the count belongs to the buffer and goes with it.',
    evidence: seen('binder_inc_ref_for_node'),
  },
  'OBJ-14': {
    ...MUST,
    says: 'A new reference gets the smallest unused handle from 1, or from 0 for the node of the present manager; a handle that became free is reused at once.',
    evidence: seen('binder_get_ref_for_node_olocked'),
  },
  'OBJ-15': {
    ...CORE,
    says: "The receiver sees type HANDLE (or WEAK_HANDLE), the sender's flags, its own handle in the low word, 0 in the high word and cookie 0.",
    evidence: seen('binder_translate_binder', 'binder_translate_handle'),
  },
  'OBJ-16': {
    ...MUST,
    says: "When a receiver's strong count goes from 0 to 1 and the owner holds no strong announcement yet, the sending thread gets the announcement at the end of its own queue, before the completion of this send; one that waits elsewhere is moved there.",
    evidence: seen('binder_inc_node_nilocked'),
  },
  'OBJ-17': {
    ...SHOULD,
    says: "When a receiver's weak count goes from 0 to 1 and the owner was not told and nothing is queued, the sending thread gets BR_INCREFS alone.",
    evidence: seen('binder_inc_node_nilocked'),
  },
  'OBJ-18': {
    ...MUST,
    says: 'If the send fails and nothing else refers to the new node, node and announcement vanish and the sender reads only the error.',
    evidence: seen('binder_transaction', 'binder_dec_node_nilocked'),
  },
  'OBJ-19': {
    ...CORE,
    says: 'HANDLE needs a strong count of the sender and WEAK_HANDLE any; an unknown handle fails with param -22, and 0 has no privilege here.',
    evidence: seen('binder_translate_handle', 'binder_get_node_from_ref'),
  },
  'OBJ-20': {
    ...CORE,
    says: "A handle that is sent to the owner of its node arrives as the owner's own object with ptr and cookie. A local count, which is not announced, keeps the node until the buffer is freed.",
    evidence: seen('binder_translate_handle'),
  },
  'OBJ-21': {
    ...CORE,
    says: 'A handle that is sent to a third process becomes a handle there and its owner is not told; a handle of a dead node is passed on too.',
    evidence: seen('binder_translate_handle', 'binder_inc_ref_for_node'),
  },
  'OBJ-22': {
    ...CORE,
    says: 'A passed descriptor is installed in the receiver at delivery, close-on-exec, on the lowest free number, in slot order; it is usable until closed, and BC_FREE_BUFFER leaves it open.',
    evidence: seen('binder_translate_fd', 'binder_apply_fd_fixups'),
  },
  'OBJ-23': {
    ...SHOULD,
    says: 'A call to a node that does not accept descriptors fails with param -1 if it carries one, even a bad one.',
    evidence: seen('binder_translate_fd'),
  },
  'OBJ-24': {
    ...SHOULD,
    says: 'A reply may carry descriptors only if its call had TF_ACCEPT_FDS; otherwise the caller reads BR_FAILED_REPLY with param -1.',
    evidence: seen('binder_translate_fd'),
  },
  'OBJ-25': {
    ...CORE,
    says: 'A descriptor that is closed or out of range fails the send with param -9.',
    evidence: seen('binder_translate_fd'),
  },
  'OBJ-26': {
    ...MUST,
    says: 'A reader without a free descriptor number loses the message: the caller of a call reads BR_FAILED_REPLY, a oneway vanishes, and a reply becomes BR_FAILED_REPLY in the reader itself.',
    evidence: seen('binder_apply_fd_fixups'),
  },
  'OBJ-27': {
    ...CORE,
    says: 'Pieces are laid out in slot order behind data and offsets, each taking its length rounded up to 8; a length larger than what is left of buffers_size fails with param -22.',
    evidence: seen('binder_transaction'),
  },
  'OBJ-28': {
    ...CORE,
    says: 'In a PTR object the receiver sees the address of its copy of the piece; all other fields are as sent.',
    evidence: seen('binder_transaction'),
  },
  'OBJ-29': {
    ...MUST,
    says: 'A piece of length 0 is never read; its address is the present end of the area, which the next piece shares.',
    evidence: seen('binder_transaction', 'binder_defer_copy'),
  },
  'OBJ-30': {
    ...MUST,
    says: 'Pieces are copied after all objects were accepted; the padding behind one keeps old bytes, and a source that cannot be read fails with param -22.',
    evidence: seen('binder_do_deferred_txn_copies'),
  },
  'OBJ-31': {
    ...MUST,
    says: 'Without bit 0 in its flags a PTR has no parent, and its parent fields mean nothing.',
    evidence: seen('binder_fixup_parent'),
  },
  'OBJ-32': {
    ...CORE,
    says: 'A parent must be an earlier slot that holds a PTR; its own index, a later one, or another type fails with param -22.',
    evidence: seen('binder_validate_ptr'),
  },
  'OBJ-33': {
    ...MUST,
    says: "A PTR at data offset 0 can be nobody's parent (param -22), because offset 0 also stands for no object at all.",
    evidence: seen('binder_validate_fixup'),
  },
  'OBJ-34': {
    ...MUST,
    says: 'The last fixed object is none at first, then each PTR with minimum 0, and after an FDA its parent with a minimum of parent_offset + 4 * num_fds, also for an empty FDA.',
    evidence: seen('binder_transaction', 'binder_validate_fixup'),
  },
  'OBJ-35': {
    ...CORE,
    says: 'A fixup is allowed only in the last fixed object or in an ancestor of it, and at or behind the end of the fixup before it there; a finished subtree cannot be opened again (param -22).',
    evidence: seen('binder_validate_fixup'),
  },
  'OBJ-36': {
    ...CORE,
    says: "The 8 bytes of a pointer patch must lie inside the parent's piece, else param -22.",
    evidence: seen('binder_fixup_parent'),
  },
  'OBJ-37': {
    ...CORE,
    says: "The receiver finds the address of the child's piece in the parent's piece at parent_offset; the sender's bytes there never arrive.",
    evidence: seen('binder_fixup_parent', 'binder_do_deferred_txn_copies'),
  },
  'OBJ-38': {
    ...MUST,
    says: 'A parent_offset that is a multiple of 4 but not of 8 is accepted and gives an unaligned pointer.',
    evidence: seen('binder_fixup_parent'),
  },
  'OBJ-39': {
    ...MUST,
    says: 'A parent_offset that is not a multiple of 4 passes validation and fails in the last copy with param -22.',
    evidence: seen('binder_do_deferred_txn_copies', 'check_buffer'),
  },
  'OBJ-40': {
    ...CORE,
    says: "An FDA obeys the parent rules of a PTR with its own parent_offset, without any flag; the sender's bytes of the parent object are read again and must still be a PTR. Otherwise param -22.",
    evidence: seen('binder_translate_fd_array', 'binder_validate_ptr', 'binder_validate_fixup'),
  },
  'OBJ-41': {
    ...MUST,
    says: 'An FDA with num_fds 0 and a good parent is accepted, however far or misaligned its parent_offset.',
    evidence: seen('binder_translate_fd_array'),
  },
  'OBJ-42': {
    ...CORE,
    says: "The array must lie inside the parent's piece: num_fds of 2^62-1 or more, 4 * num_fds beyond the length, or parent_offset beyond length - 4 * num_fds fail with param -22.",
    evidence: seen('binder_translate_fd_array'),
  },
  'OBJ-43': {
    ...MUST,
    says: "The array must lie at a multiple of 4, both in the parent's piece and in the sender's memory, else param -22.",
    evidence: seen('binder_translate_fd_array'),
  },
  'OBJ-44': {
    ...CORE,
    says: 'Each number in the array is checked like a single descriptor, in order (param -1 or -9; -22 if it cannot be read), and a failure leaves none behind.',
    evidence: seen('binder_translate_fd_array', 'binder_translate_fd'),
  },
  'OBJ-45': {
    ...CORE,
    says: "At delivery the array holds the receiver's new numbers in index order; the FDA object is as sent and the rest of the piece is plain data.",
    evidence: seen('binder_translate_fd_array', 'binder_apply_fd_fixups'),
  },
} as const satisfies Record<`OBJ-${number}`, Rule>;
