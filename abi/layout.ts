/**
 * Every structure of the 64-bit Binder UAPI as rows of data: field, offset, width.
 *
 * Source: `linux/android/binder.h`; `test/abi/uapi.test.ts` compares each row with the system's own header.
 */

/** One field: byte offset and width (in bytes; `s32` is signed). */
export interface Field {
  readonly at: number;
  readonly is: 'u32' | 's32' | 'u64';
}
/** A structure: its size and its fields by name. */
export interface Layout {
  readonly size: number;
  readonly fields: Readonly<Record<string, Field>>;
}

const u32 = (at: number): Field => ({ at, is: 'u32' });
const s32 = (at: number): Field => ({ at, is: 's32' });
const u64 = (at: number): Field => ({ at, is: 'u64' });

/** UAPI-03 */
export const WRITE_READ = {
  size: 48,
  fields: {
    write_size: u64(0),
    write_consumed: u64(8),
    write_buffer: u64(16),
    read_size: u64(24),
    read_consumed: u64(32),
    read_buffer: u64(40),
  },
} as const satisfies Layout;

/** UAPI-04. `target.handle` is the low word of `target.ptr`. */
export const TRANSACTION_DATA = {
  size: 64,
  fields: {
    target: u64(0),
    cookie: u64(8),
    code: u32(16),
    flags: u32(20),
    sender_pid: s32(24),
    sender_euid: u32(28),
    data_size: u64(32),
    offsets_size: u64(40),
    buffer: u64(48),
    offsets: u64(56),
  },
} as const satisfies Layout;

/** UAPI-05: both are a transaction_data with one word behind it. */
export const TRANSACTION_DATA_SG = { size: 72, fields: { buffers_size: u64(64) } } as const satisfies Layout;
export const TRANSACTION_DATA_SECCTX = { size: 72, fields: { secctx: u64(64) } } as const satisfies Layout;

/** UAPI-06 */
export const PTR_COOKIE = { size: 16, fields: { ptr: u64(0), cookie: u64(8) } } as const satisfies Layout;
export const HANDLE_COOKIE = { size: 12, fields: { handle: u32(0), cookie: u64(4) } } as const satisfies Layout;
export const PRI_DESC = { size: 8, fields: { priority: s32(0), desc: u32(4) } } as const satisfies Layout;
export const PRI_PTR_COOKIE = {
  size: 24,
  fields: { priority: s32(0), ptr: u64(8), cookie: u64(16) },
} as const satisfies Layout;

/** UAPI-07 */
export const VERSION = { size: 4, fields: { protocol_version: s32(0) } } as const satisfies Layout;
export const NODE_DEBUG_INFO = {
  size: 24,
  fields: { ptr: u64(0), cookie: u64(8), has_strong_ref: u32(16), has_weak_ref: u32(20) },
} as const satisfies Layout;
export const NODE_INFO_FOR_REF = {
  size: 24,
  fields: {
    handle: u32(0),
    strong_count: u32(4),
    weak_count: u32(8),
    reserved1: u32(12),
    reserved2: u32(16),
    reserved3: u32(20),
  },
} as const satisfies Layout;
export const FREEZE_INFO = {
  size: 12,
  fields: { pid: u32(0), enable: u32(4), timeout_ms: u32(8) },
} as const satisfies Layout;
export const FROZEN_STATUS_INFO = {
  size: 12,
  fields: { pid: u32(0), sync_recv: u32(4), async_recv: u32(8) },
} as const satisfies Layout;
export const EXTENDED_ERROR = {
  size: 12,
  fields: { id: u32(0), command: u32(4), param: s32(8) },
} as const satisfies Layout;

/** UAPI-11 */
export const FLAT_BINDER_OBJECT = {
  size: 24,
  fields: { type: u32(0), flags: u32(4), binder: u64(8), cookie: u64(16) },
} as const satisfies Layout;
export const FD_OBJECT = {
  size: 24,
  fields: { type: u32(0), pad_flags: u32(4), fd: u32(8), cookie: u64(16) },
} as const satisfies Layout;
export const BUFFER_OBJECT = {
  size: 40,
  fields: { type: u32(0), flags: u32(4), buffer: u64(8), length: u64(16), parent: u64(24), parent_offset: u64(32) },
} as const satisfies Layout;
export const FD_ARRAY_OBJECT = {
  size: 32,
  fields: { type: u32(0), pad: u32(4), num_fds: u64(8), parent: u64(16), parent_offset: u64(24) },
} as const satisfies Layout;
