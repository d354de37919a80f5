/**
 * What is in flight on a remote target, on disk before it is sent: when the machine and this process both die, the op
 * log that did it is still there.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import type { OpLog } from '../abi/op.ts';
import { EnvironmentError, fileReason } from './exit.ts';
import { writeOpLog } from './oplog-file.ts';

/** One op-log file for each slot that is busy. */
export class InFlight {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
    try {
      mkdirSync(folder, { recursive: true });
    } catch (error) {
      throw new EnvironmentError(`cannot make the folder ${folder}: ${fileReason(error)}`);
    }
  }

  /** Records the log that a slot is about to run. */
  begin(slot: number, log: OpLog): string {
    const file = this.#file(slot);
    writeOpLog(file, log);
    return file;
  }

  /** Forgets what a slot ran: its result is known. */
  finish(slot: number): void {
    rmSync(this.#file(slot), { force: true });
  }

  /** The files of slots that are still busy. */
  files(): string[] {
    return readdirSync(this.folder)
      .filter(name => /^slot-\d+\.json$/.test(name))
      .map(name => path.join(this.folder, name));
  }

  /** Removes the folder when nothing is in flight; another run of this process may have done so. */
  close(): void {
    if (existsSync(this.folder) && this.files().length === 0) rmdirSync(this.folder);
  }

  #file(slot: number): string {
    return path.join(this.folder, `slot-${slot}.json`);
  }
}
