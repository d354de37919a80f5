/** Files and descriptors: what the driver needs of a process's table, and what its own files do as files. */
import { EBADF, EINVAL, ESPIPE } from './result.ts';

/**
 * A process's descriptor table.
 *
 * Open files are numbers that the environment chose; the driver only holds them and hands them on. This table is that
 * of a process without files; an environment that has some extends it.
 */
export class FileTable {
  /** The open file behind a descriptor, with a reference for the caller; -1 when the descriptor is bad (OBJ-25). */
  take(_fd: number): number {
    return -1;
  }

  /** Gives a held file the lowest free descriptor; -1 when the table is full, then the file stays held (OBJ-26). */
  install(_file: number): number {
    return -1;
  }

  /** Drops the reference of a held file. */
  drop(_file: number): void {}

  /** Closes a descriptor; nothing happens when it is not open. */
  close(_fd: number): void {}
}

/** read, write and lseek on an open file of the driver, which has neither bytes nor a position (PROC-29). */
export const fileIo = (call: 'read' | 'write' | 'lseek', readonly: boolean): number => {
  if (call === 'lseek') return ESPIPE;
  return call === 'write' && readonly ? EBADF : EINVAL;
};
