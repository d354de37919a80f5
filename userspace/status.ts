/** `status_t`: what a transaction answers apart from its reply. Values: AOSP `utils/Errors.h` (negative errnos of Linux). */

const UNKNOWN = -0x8000_0000;

/** Every status that these layers use, by AOSP's name. */
export const STATUS = {
  OK: 0,
  UNKNOWN_ERROR: UNKNOWN,
  /** Of the wrong kind: a foreign interface token, an object where none is. */
  BAD_TYPE: UNKNOWN + 1,
  /** BR_FAILED_REPLY. */
  FAILED_TRANSACTION: UNKNOWN + 2,
  FDS_NOT_ALLOWED: UNKNOWN + 7,
  UNEXPECTED_NULL: UNKNOWN + 8,
  PERMISSION_DENIED: -1,
  NAME_NOT_FOUND: -2,
  BAD_FD: -9,
  WOULD_BLOCK: -11,
  NO_MEMORY: -12,
  ALREADY_EXISTS: -17,
  BAD_VALUE: -22,
  /** BR_DEAD_REPLY: nobody is there. */
  DEAD_OBJECT: -32,
  INVALID_OPERATION: -38,
  NOT_ENOUGH_DATA: -61,
  /** The object knows no such code. */
  UNKNOWN_TRANSACTION: -74,
  BAD_INDEX: -75,
  TIMED_OUT: -110,
} as const;
export type StatusName = keyof typeof STATUS;
/** A status as a number: a remote side may answer one that has no name here. */
export type StatusT = number;

const NAMES = new Map<StatusT, StatusName>(
  Object.entries(STATUS).map(([name, value]) => [value, name as StatusName] as const),
);

/** AOSP's name of a status, or its number as text. */
export const statusName = (status: StatusT): string => NAMES.get(status) ?? String(status);

/** A transaction that came to nothing, as the exception of whoever called a proxy. */
export class TransactionError extends Error {
  override readonly name = 'TransactionError';
  readonly status: StatusT;

  constructor(status: StatusT, what: string) {
    super(`${what}: ${statusName(status)}`);
    this.status = status;
  }
}
