/** Descriptor tables of the processes that `ImplTarget` plays: plain files on demand, Binder files, received files. */
import { FIRST_FILE } from '../../abi/resolve.ts';
import { FileTable } from '../../impl/files.ts';

/** Number of the descriptor that an op log calls `fd`: FIRST_BINDER + fd. */
export const FIRST_BINDER = 50;
/** The lowest number that a received file may get: 0, 1 and 2 are always taken. */
const FIRST_RECEIVED = 3;
/** RLIMIT_NOFILE unless an op says otherwise. */
const LIMIT = 1024;
/** Every plain file is the same to the driver. */
const FILE = 1;

export class Descriptors extends FileTable {
  readonly #received = new Set<number>();
  readonly #made = new Set<number>();
  readonly #binder = new Set<number>();
  /** No number from here on is given out. */
  #limit = LIMIT;

  /** The same numbers, for a copy of the process. */
  copyTo(other: Descriptors): void {
    for (const fd of this.#received) other.#received.add(fd);
    for (const fd of this.#made) other.#made.add(fd);
    for (const fd of this.#binder) other.#binder.add(fd);
    other.#limit = this.#limit;
  }

  /** Whether no number is left to give out. */
  get full(): boolean {
    return this.#lowestFree(0) >= this.#limit;
  }

  /** Leaves `free` of the free numbers; all of them when it is absent. */
  limit(free: number | undefined): void {
    this.#limit = free === undefined ? LIMIT : this.#lowestFree(free);
  }

  /** Notes that the log's descriptor `fd` is open, or no longer. */
  setBinder(fd: number, open: boolean): void {
    if (open) this.#binder.add(FIRST_BINDER + fd);
    else this.#binder.delete(FIRST_BINDER + fd);
  }

  override take(fd: number): number {
    if (this.#received.has(fd) || this.#binder.has(fd)) return FILE;
    if (fd < FIRST_FILE || fd >= LIMIT) return -1;
    this.#made.add(fd);
    return FILE;
  }

  override install(): number {
    const fd = this.#lowestFree(0);
    if (fd >= this.#limit) return -1;
    this.#received.add(fd);
    return fd;
  }

  override drop(): void {
    // Nobody can see how many references a plain file has.
  }

  override close(fd: number): void {
    this.#received.delete(fd);
    this.#made.delete(fd);
  }

  /** The lowest number that is free, after leaving out so many. */
  #lowestFree(leaveOut: number): number {
    let fd = FIRST_RECEIVED;
    for (let left = leaveOut; ; fd++) {
      if (this.#received.has(fd) || this.#binder.has(fd) || this.#made.has(fd)) continue;
      if (left-- === 0) return fd;
    }
  }
}
