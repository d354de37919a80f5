/** Writing the event log of a run while it goes on: each line reaches the system at once, so a killed run leaves them all. */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import path from 'node:path';
import { Coverage } from '../../properties/coverage.ts';
import { EnvironmentError, fileReason } from '../exit.ts';
import type { RunEvent, RunFooter, RunHead } from './events.ts';

/** Counts (what sequences exercised, bugs seen again) are written at most so often: what a kill can lose. */
const EVERY_MS = 1000;
/** Events that a power cut should not lose either. */
const PRECIOUS: ReadonlySet<string> = new Set(['failure', 'shrunk', 'footer']);

/** Opens a file that takes the place of whatever had the name. A run that writes there already keeps its own file. */
const openFresh = (file: string): number => {
  const folder = path.dirname(file);
  mkdirSync(folder, { recursive: true });
  const there = statSync(file, { throwIfNoEntry: false });
  // A pipe or a device is written to, not replaced.
  if (there !== undefined && !there.isFile()) return openSync(file, 'w');
  const fresh = path.join(folder, `.${path.basename(file)}.${process.pid}.tmp`);
  const descriptor = openSync(fresh, 'w');
  renameSync(fresh, file);
  return descriptor;
};

/** The log of one run, open for its events. A log that cannot be written any more ends there; the run goes on. */
export class RunLogWriter {
  readonly #file: string;
  readonly #began = performance.now();
  readonly #complain: (trouble: string) => void;
  #descriptor: number | undefined;
  #pending = new Coverage();
  #regressions = 0;
  readonly #again = new Map<string, number>();
  #wrote = performance.now();
  /** Why the file is not whole; `undefined` while it is. */
  trouble: string | undefined;

  /** Throws `EnvironmentError` when the file cannot be made; later troubles are told once to `complain`. */
  constructor(file: string, complain: (trouble: string) => void) {
    this.#file = file;
    this.#complain = complain;
    try {
      this.#descriptor = openFresh(file);
    } catch (error) {
      throw new EnvironmentError(`cannot write ${file}: ${fileReason(error)}`);
    }
  }

  /** Begins the log. */
  head(head: RunHead): void {
    this.#line(head);
  }

  /** Adds an event. */
  event(event: RunEvent): void {
    if (event.event === 'sequences') {
      this.#pending.merge(event.coverage);
      this.#regressions += event.regressions;
    } else if (event.event === 'seen-again') {
      this.#again.set(event.core, (this.#again.get(event.core) ?? 0) + event.times);
    } else {
      this.#flush();
      this.#line(event);
      return;
    }
    if (performance.now() - this.#wrote >= EVERY_MS) this.#flush();
  }

  /** Ends the log: it is whole. */
  footer(footer: RunFooter): void {
    this.#flush();
    this.#line(footer);
    this.close();
  }

  /** Closes the file of a run that did not come to its end. */
  close(): void {
    if (this.#descriptor === undefined) return;
    closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #flush(): void {
    this.#wrote = performance.now();
    if (this.#pending.sequences > 0) {
      const coverage = this.#pending.record();
      const regressions = this.#regressions;
      this.#pending = new Coverage();
      this.#regressions = 0;
      this.#line({ event: 'sequences', regressions, coverage });
    }
    const again = [...this.#again];
    this.#again.clear();
    for (const [core, times] of again) this.#line({ event: 'seen-again', core, times });
  }

  #line(event: RunHead | RunEvent | RunFooter): void {
    if (this.#descriptor === undefined) return;
    const at = Math.round(performance.now() - this.#began) / 1000;
    const line = Buffer.from(`${JSON.stringify({ at, ...event })}\n`);
    try {
      for (let sent = 0; sent < line.length;) sent += writeSync(this.#descriptor, line, sent);
      if (PRECIOUS.has(event.event)) fsyncIfFile(this.#descriptor);
    } catch (error) {
      this.trouble = `cannot write ${this.#file}: ${fileReason(error)}; the log of the run ends there`;
      this.close();
      this.#complain(this.trouble);
    }
  }
}

/** Pipes and terminals cannot be synchronised. */
const fsyncIfFile = (descriptor: number): void => {
  try {
    fsyncSync(descriptor);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'EINVAL' && code !== 'ENOTSUP' && code !== 'EROFS') throw error;
  }
};
