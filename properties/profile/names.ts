/** What the driver calls things, beside what the specification calls them: messages, handles and descriptors. */
import type { OpId } from '../../abi/ids.ts';
import { Environment } from '../../abi/resolve.ts';
import type { ProcSnapshot, Snapshot } from '../../abi/snapshot.ts';

/** A number of the specification and that of the driver, for one thing. */
export interface Named {
  readonly ours: number;
  readonly theirs: number;
}

/** One object of a message as it arrived; `ref` is the id of the reference behind a handle. */
export interface Slot extends Named {
  readonly ref?: number;
}

/** One message as it arrived, on both sides. */
export interface Arrived {
  readonly proc: number;
  readonly fd: number;
  /** Offset in the mapping. */
  readonly buffer: Named;
  /** Bytes of the mapping that it has. */
  readonly length: number;
  /** Id of the buffer in the specification. */
  readonly id: number;
  readonly slots: readonly (Slot | undefined)[];
}

/** The state of one open file. */
export const fileIn = ({ procs }: Snapshot, proc: number, fd: number): ProcSnapshot | undefined =>
  procs.find(each => each.proc === proc && each.fd === fd);

export class Names {
  readonly #arrived: Map<string, Arrived>;
  /** The driver's number for each reference: by open file and id of the reference. */
  readonly #handles: Map<string, number>;

  /** What references mean to the specification, and what they mean to the driver. */
  readonly ours: Environment;
  readonly theirs: Environment;

  constructor(before?: Names) {
    this.ours = before?.ours.fork() ?? new Environment();
    this.theirs = before?.theirs.fork() ?? new Environment();
    this.#arrived = new Map(before?.arrivals);
    this.#handles = new Map(before?.handles);
  }

  get arrivals(): ReadonlyMap<string, Arrived> {
    return this.#arrived;
  }

  get handles(): ReadonlyMap<string, number> {
    return this.#handles;
  }

  /** The message that command `cmd` of op `of` sent, where it has arrived. */
  arrival(of: OpId, cmd: number): Arrived | undefined {
    return this.#arrived.get(`${of} ${cmd}`);
  }

  /** Remembers a message that has arrived. */
  arrive(of: OpId, cmd: number, arrived: Arrived): void {
    this.#arrived.set(`${of} ${cmd}`, arrived);
    for (const slot of arrived.slots) {
      if (slot?.ref !== undefined) this.#handles.set(`${arrived.proc} ${arrived.fd} ${slot.ref}`, slot.theirs);
    }
  }

  /** The driver's number for a reference; `undefined` when it has not been told yet. */
  handleOf(proc: number, fd: number, ref: number): number | undefined {
    return this.#handles.get(`${proc} ${fd} ${ref}`);
  }

  /** Whether a number of the driver stands for another reference that is still held. */
  isTaken(file: ProcSnapshot, handle: number, ref: number): boolean {
    return file.refs.some(each => each.id !== ref && this.handleOf(file.proc, file.fd, each.id) === handle);
  }

  /** Whether bytes of a mapping, in the driver's terms, belong to a message that is still held. */
  isHeld(file: ProcSnapshot, at: number, length: number, id: number): boolean {
    for (const each of this.#arrived.values()) {
      if (each.proc !== file.proc || each.fd !== file.fd || each.id === id) continue;
      const { theirs } = each.buffer;
      if (at >= theirs + each.length || theirs >= at + length) continue;
      if (file.buffers.some(buffer => buffer.id === each.id)) return true;
    }
    return false;
  }
}
