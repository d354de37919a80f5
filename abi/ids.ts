/** Names for things in an op log. All are small integers given by whoever wrote the log, never the kernel's numbers. */

/** Number of an operation in its log: unique, never renumbered while shrinking. */
export type OpId = number;
/** An operating-system process of the log. */
export type ProcIndex = number;
/** A native thread, within its process. */
export type ThreadIndex = number;
/** Threads that a process of a log may have: they are numbered below this. */
export const MOST_THREADS = 128;
/** A descriptor of an open file, within its process: what `open` or `share` was told to name it. */
export type FdIndex = number;
/** A Binder device (context). */
export type DeviceIndex = number;
/** A process's own number for someone else's node. */
export type Handle = number;

/** The handle that means "the context manager" in a call. */
export const CONTEXT_MANAGER: Handle = 0;

/** One page. */
export const PAGE = 4096;
/** The largest part of a mapping that the driver manages (ALLOC-01). */
export const MAX_ARENA = 4 * 1024 * 1024;
