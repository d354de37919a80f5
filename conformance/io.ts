/** Where a command writes: real streams in `main.ts`, strings in tests. */

/** The two outputs of a command, and what kind of thing they are. */
export interface Io {
  out(text: string): void;
  err(text: string): void;
  /** A terminal's stream for the live line; absent: no live line. */
  readonly live?: NodeJS.WriteStream;
  readonly color: boolean;
  /** Aborted when the user presses Ctrl-C. */
  readonly interrupt: AbortSignal;
}
