/**
 * The words of the Parcel format, as Android 11 and later write them (little endian).
 *
 * Source: AOSP `libs/binder/Parcel.cpp`, `include/binder/Parcel.h`, `Stability.h` and `libbinder/Status.h`; each constant names its own.
 */

/** Every item begins at a multiple of this many bytes; what is shorter is filled up with zeros (`PAD_SIZE_UNSAFE`). */
export const ALIGNMENT = 4;
/** Bytes that `length` bytes take in a parcel. */
export const padded = (length: number): number => (length + ALIGNMENT - 1) & ~(ALIGNMENT - 1);

/** Length word of a string or array that is null. */
export const NULL_LENGTH = -1;

/** Word 0 of an interface token: gather strict-mode penalties (`STRICT_MODE_PENALTY_GATHER`, Binder.h). */
export const STRICT_MODE_PENALTY_GATHER = 0x8000_0000;
/** Word 1 of an interface token: the sender does not say for whom it works (`IPCThreadState::kUnsetWorkSource`). */
export const UNSET_WORK_SOURCE = -1;
/** Word 2 of an interface token: 'SYST', the system partition's library (`Parcel.cpp`: `kHeader`). */
export const HEADER_SYSTEM = 0x5359_5354;

/** The word behind each binder: the stability of the system partition (`Stability::Level::SYSTEM`). */
export const STABILITY_SYSTEM = 0b001100;
/** The same behind a null binder (`Stability::Level::UNDECLARED`). */
export const STABILITY_UNDECLARED = 0;

/** Flags of a flattened binder: nice value 19 in the low byte, SCHED_NORMAL in bits 9 and 10 (`schedPolicyMask`). */
export const SCHED_NORMAL_19 = 0x13;
/** Flags of a descriptor: any nice value, and descriptors are welcome (`Parcel::writeFileDescriptor`). */
export const FD_FLAGS = 0x17f;

/** Exception codes of a reply's first word (`Status.h`, `Parcel.java`). */
export const EX = {
  NONE: 0,
  SECURITY: -1,
  BAD_PARCELABLE: -2,
  ILLEGAL_ARGUMENT: -3,
  NULL_POINTER: -4,
  ILLEGAL_STATE: -5,
  NETWORK_MAIN_THREAD: -6,
  UNSUPPORTED_OPERATION: -7,
  SERVICE_SPECIFIC: -8,
  PARCELABLE: -9,
  /** Not an exception: a header with the app-ops that were noted stands before the reply (Java). */
  HAS_NOTED_APPOPS_REPLY_HEADER: -127,
  /** Not an exception: a header stands before the reply. */
  HAS_REPLY_HEADER: -128,
  /** The transaction itself failed: never on the wire. */
  TRANSACTION_FAILED: -129,
} as const;
export type ExceptionName = keyof typeof EX;

const EX_NAMES = new Map<number, ExceptionName>(
  Object.entries(EX).map(([name, code]) => [code, name as ExceptionName] as const),
);
/** `EX_…` of a code, or the code as text. */
export const exceptionName = (code: number): string => {
  const name = EX_NAMES.get(code);
  return name === undefined ? String(code) : `EX_${name}`;
};
