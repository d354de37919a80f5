/** What stands before the first frame of an agent behind a command: others' words, then a mark. */

const LINE = Buffer.from('binder-spec agent 1\n');
/** Bytes that a terminal in between would change or swallow. */
const DELICATE = Buffer.from([0x0a, 0x0d, 0x0d, 0x0a, 0x09, 0x00, 0xff, 0x11, 0x13, 0x04]);
/** Words of others, at most: a greeting of the day, warnings of a client. */
const MOST_WORDS = 64 << 10;

/** Looks for the agent's mark in a stream. */
export class Preamble {
  #held: Buffer = Buffer.alloc(0);

  /** Takes bytes; answers what stands behind the mark once it is there, or a sentence about what is wrong. */
  push(chunk: Buffer): Buffer | string | undefined {
    this.#held = Buffer.concat([this.#held, chunk]);
    // A terminal may have put a carriage return before the line's end.
    const at = this.#held.indexOf(LINE.subarray(0, -1));
    if (at < 0)
      return this.#held.length > MOST_WORDS ? `no agent speaks there, but something else: ${this.#words}` : undefined;
    const rest = this.#held.subarray(at + LINE.length - 1);
    if (rest.length < 1 + DELICATE.length) return undefined;
    if (rest[0] === 0x0a && rest.subarray(1, 1 + DELICATE.length).equals(DELICATE))
      return rest.subarray(1 + DELICATE.length);
    return 'a terminal between here and the agent changes bytes: use `ssh -T`, `adb shell -T` or `adb exec-out`, `docker run -i` without -t';
  }

  /** What was heard in place of an agent. */
  get heard(): string {
    return this.#held.length === 0 ? 'it said nothing' : `it said ${this.#words}`;
  }

  get #words(): string {
    return JSON.stringify(this.#held.toString('latin1', 0, 200));
  }
}
