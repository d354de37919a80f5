/** What the driver needs of a process's descriptor table. Whoever runs the driver implements it. */

/** Open files are numbers that the environment chose; the driver only holds them and hands them on. */
export interface FileTable {
  /** The open file behind a descriptor, with a reference for the caller; -1 when the descriptor is bad (OBJ-25). */
  take(fd: number): number;
  /** Gives a held file the lowest free descriptor; -1 when the table is full, then the file stays held (OBJ-26). */
  install(file: number): number;
  /** Drops the reference of a held file. */
  drop(file: number): void;
  /** Closes a descriptor; nothing happens when it is not open. */
  close(fd: number): void;
}
