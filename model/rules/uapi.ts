/** Words, numbers and layouts of the interface. */
import { CORE, LAYOUT, MUST, derived, seen, type Rule } from './rule.ts';

export const UAPI = {
  'UAPI-01': {
    ...MUST,
    says: 'Every ioctl first gives the calling thread a record if it has none, even when the command turns out to be unknown. The whole 32-bit word is then compared; a word that no command has answers EINVAL, and need_return is cleared in every case.',
    evidence: seen('binder_ioctl', 'binder_get_thread'),
  },
  'UAPI-02': {
    ...MUST,
    says: 'An ioctl is known only by its exact word, direction and argument size included: WRITE_READ 0xc0306201, SET_MAX_THREADS 0x40046205, SET_CONTEXT_MGR 0x40046207, THREAD_EXIT 0x40046208, VERSION 0xc0046209, GET_NODE_DEBUG_INFO 0xc018620b, GET_NODE_INFO_FOR_REF 0xc018620c, SET_CONTEXT_MGR_EXT 0x4018620d, FREEZE 0x400c620e, GET_FROZEN_INFO 0xc00c620f, ENABLE_ONEWAY_SPAM_DETECTION 0x40046210, GET_EXTENDED_ERROR 0xc00c6211. The two idle ioctls of the header, 0x40086203 and 0x40046206, answer EINVAL.',
    evidence: seen('binder_ioctl'),
  },
  'UAPI-03': {
    ...LAYOUT,
    says: 'binder_write_read is 48 bytes of six u64: write_size at 0, write_consumed 8, write_buffer 16, read_size 24, read_consumed 32, read_buffer 40.',
    evidence: derived('binder_ioctl_write_read'),
  },
  'UAPI-04': {
    ...LAYOUT,
    says: 'binder_transaction_data is 64 bytes: target at 0, cookie 8, code 16, flags 20, sender_pid 24, sender_euid 28, data_size 32, offsets_size 40, data pointer 48, offsets pointer 56. From a sender the driver takes the low 32 bits of target as handle and reads neither the high half nor cookie, sender_pid and sender_euid.',
    evidence: derived('binder_thread_write', 'binder_transaction'),
  },
  'UAPI-05': {
    ...LAYOUT,
    says: 'The scatter-gather and the security-context forms of a transaction are 72 bytes each: the plain 64, then one u64 (buffers_size, or the address of the context).',
    evidence: derived('binder_thread_write', 'binder_thread_read'),
  },
  'UAPI-06': {
    ...LAYOUT,
    says: 'binder_ptr_cookie is 16 bytes, binder_pri_desc 8 and binder_pri_ptr_cookie 24. binder_handle_cookie is packed to 12 bytes (handle at 0, cookie at 4), so a program that builds it with 16 sends command words that answer EINVAL.',
    evidence: derived('binder_thread_write'),
  },
  'UAPI-07': {
    ...LAYOUT,
    says: 'The small ioctl structures have fixed sizes and offsets: version 4 bytes, node debug info 24 (ptr, cookie, two u32), node info for ref 24 (handle, strong, weak, three spare u32), freeze info 12 (pid, enable, timeout_ms), frozen status 12 (pid, sync_recv, async_recv), extended error 12 (id, command, signed param).',
    evidence: derived('binder_ioctl'),
  },
  'UAPI-08': {
    ...CORE,
    says: 'A write buffer is a chain of command words, each directly followed by its payload without padding. Only the 19 exact BC_* words are known; any other makes the ioctl fail with EINVAL, and write_consumed stops before it.',
    evidence: seen('binder_thread_write'),
  },
  'UAPI-09': {
    ...CORE,
    says: 'A read buffer is a chain of return words with payloads of a fixed size: 64 bytes for BR_TRANSACTION and BR_REPLY, 72 for BR_TRANSACTION_SEC_CTX, 16 for the four node commands, 8 for the two death returns, none for all others. BR_ERROR is written as a bare word although its number declares 4 bytes.',
    evidence: seen('binder_thread_read', 'binder_put_node_cmd'),
  },
  'UAPI-10': {
    ...LAYOUT,
    says: 'Seven type words name an object: BINDER 0x73622a85, WEAK_BINDER 0x77622a85, HANDLE 0x73682a85, WEAK_HANDLE 0x77682a85, FD 0x66642a85, FDA 0x66646185, PTR 0x70742a85.',
    evidence: derived('binder_get_object'),
  },
  'UAPI-11': {
    ...LAYOUT,
    says: 'flat_binder_object and binder_fd_object are 24 bytes (value at 8, cookie at 16), binder_buffer_object is 40 (buffer 8, length 16, parent 24, parent_offset 32) and binder_fd_array_object is 32 (num_fds 8, parent 16, parent_offset 24).',
    evidence: derived('binder_get_object'),
  },
  'UAPI-12': {
    ...CORE,
    says: 'The 32-bit flags word of a call or reply reaches the receiver unchanged, unknown bits included. The driver itself reads only TF_ONE_WAY 0x01, TF_ACCEPT_FDS 0x10, TF_CLEAR_BUF 0x20 and TF_UPDATE_TXN 0x40.',
    evidence: seen('binder_transaction', 'binder_thread_read'),
  },
  'UAPI-13': {
    ...MUST,
    says: 'In the flags of a flat object the low byte is the minimum nice value, 0x100 accepts descriptors and 0x1000 asks for the security context. In a buffer object only bit 0 (has a parent) means something; all other bits pass through.',
    evidence: derived('binder_init_node_ilocked', 'binder_validate_ptr'),
  },
  'UAPI-14': {
    ...CORE,
    says: 'BINDER_VERSION answers 8, also on a descriptor that was opened read-only.',
    evidence: seen('binder_ioctl'),
  },
} as const satisfies Record<`UAPI-${number}`, Rule>;
