/** The words of the protocol. Values: UAPI-02, UAPI-08, UAPI-09, UAPI-10, UAPI-12, UAPI-13. */

/** BC_*: commands that a process writes. */
export const BC = {
  BC_TRANSACTION: 0x40406300,
  BC_REPLY: 0x40406301,
  BC_ACQUIRE_RESULT: 0x40046302,
  BC_FREE_BUFFER: 0x40086303,
  BC_INCREFS: 0x40046304,
  BC_ACQUIRE: 0x40046305,
  BC_RELEASE: 0x40046306,
  BC_DECREFS: 0x40046307,
  BC_INCREFS_DONE: 0x40106308,
  BC_ACQUIRE_DONE: 0x40106309,
  BC_ATTEMPT_ACQUIRE: 0x4008630a,
  BC_REGISTER_LOOPER: 0x0000630b,
  BC_ENTER_LOOPER: 0x0000630c,
  BC_EXIT_LOOPER: 0x0000630d,
  BC_REQUEST_DEATH_NOTIFICATION: 0x400c630e,
  BC_CLEAR_DEATH_NOTIFICATION: 0x400c630f,
  BC_DEAD_BINDER_DONE: 0x40086310,
  BC_TRANSACTION_SG: 0x40486311,
  BC_REPLY_SG: 0x40486312,
} as const;
export type BcName = keyof typeof BC;

/** BR_*: returns that the driver writes. */
export const BR = {
  BR_ERROR: 0x80047200,
  BR_OK: 0x00007201,
  BR_TRANSACTION_SEC_CTX: 0x80487202,
  BR_TRANSACTION: 0x80407202,
  BR_REPLY: 0x80407203,
  BR_ACQUIRE_RESULT: 0x80047204,
  BR_DEAD_REPLY: 0x00007205,
  BR_TRANSACTION_COMPLETE: 0x00007206,
  BR_INCREFS: 0x80107207,
  BR_ACQUIRE: 0x80107208,
  BR_RELEASE: 0x80107209,
  BR_DECREFS: 0x8010720a,
  BR_ATTEMPT_ACQUIRE: 0x8018720b,
  BR_NOOP: 0x0000720c,
  BR_SPAWN_LOOPER: 0x0000720d,
  BR_FINISHED: 0x0000720e,
  BR_DEAD_BINDER: 0x8008720f,
  BR_CLEAR_DEATH_NOTIFICATION_DONE: 0x80087210,
  BR_FAILED_REPLY: 0x00007211,
  BR_FROZEN_REPLY: 0x00007212,
  BR_ONEWAY_SPAM_SUSPECT: 0x00007213,
} as const;
/** Returns of later drivers, which Linux 6.1 never gives. */
export const BR_LATER = {
  /** A oneway waits for a process to thaw. */
  BR_TRANSACTION_PENDING_FROZEN: 0x00007214,
} as const;
export type BrName = keyof typeof BR | keyof typeof BR_LATER;

/** Every ioctl number that the header defines, also the two that no driver implements. */
export const IOCTL = {
  BINDER_WRITE_READ: 0xc0306201,
  BINDER_SET_IDLE_TIMEOUT: 0x40086203,
  BINDER_SET_MAX_THREADS: 0x40046205,
  BINDER_SET_IDLE_PRIORITY: 0x40046206,
  BINDER_SET_CONTEXT_MGR: 0x40046207,
  BINDER_THREAD_EXIT: 0x40046208,
  BINDER_VERSION: 0xc0046209,
  BINDER_GET_NODE_DEBUG_INFO: 0xc018620b,
  BINDER_GET_NODE_INFO_FOR_REF: 0xc018620c,
  BINDER_SET_CONTEXT_MGR_EXT: 0x4018620d,
  BINDER_FREEZE: 0x400c620e,
  BINDER_GET_FROZEN_INFO: 0xc00c620f,
  BINDER_ENABLE_ONEWAY_SPAM_DETECTION: 0x40046210,
  BINDER_GET_EXTENDED_ERROR: 0xc00c6211,
} as const;
export type IoctlName = keyof typeof IOCTL;

/** Object types of a payload. */
export const OBJECT_TYPE = {
  BINDER: 0x73622a85,
  WEAK_BINDER: 0x77622a85,
  HANDLE: 0x73682a85,
  WEAK_HANDLE: 0x77682a85,
  FD: 0x66642a85,
  FDA: 0x66646185,
  PTR: 0x70742a85,
} as const;
export type ObjectType = keyof typeof OBJECT_TYPE;

/** Transaction flags (UAPI-12). */
export const TF_ONE_WAY = 0x01;
export const TF_ROOT_OBJECT = 0x04;
export const TF_STATUS_CODE = 0x08;
export const TF_ACCEPT_FDS = 0x10;
export const TF_CLEAR_BUF = 0x20;
export const TF_UPDATE_TXN = 0x40;

/** Flags of a flat object (UAPI-13). */
export const FLAT_BINDER_FLAG_PRIORITY_MASK = 0xff;
export const FLAT_BINDER_FLAG_ACCEPTS_FDS = 0x100;
export const FLAT_BINDER_FLAG_TXN_SECURITY_CTX = 0x1000;
export const BINDER_BUFFER_FLAG_HAS_PARENT = 0x01;

/** What BINDER_VERSION answers (UAPI-14). */
export const PROTOCOL_VERSION = 8;

const inverse = <Name extends string>(table: Readonly<Record<Name, number>>): ReadonlyMap<number, Name> =>
  new Map(Object.entries(table).map(([name, value]) => [value as number, name as Name]));

/** The name of a BC_* word; `undefined` for a word that is no command. */
export const BC_NAMES = inverse(BC);
/** The name of a BR_* word. */
export const BR_NAMES = inverse({ ...BR, ...BR_LATER });
/** The name of an ioctl number. */
export const IOCTL_NAMES = inverse(IOCTL);
/** The name of an object type word. */
export const OBJECT_NAMES = inverse(OBJECT_TYPE);
