/** A stream cut into lines, however its chunks fall. */

const NEWLINE = 10;
/** What no line of an adapter may exceed: the longest message in hex, several times over. */
export const LONGEST_LINE = 32 << 20;

export class LineReader {
  readonly #onLine: (line: string) => void;
  readonly #onTooLong: (bytes: number, start: string) => void;
  readonly #longest: number;
  #parts: Buffer[] = [];
  #length = 0;
  #broken = false;

  /** `onTooLong` is told once; everything behind is dropped. */
  constructor(
    onLine: (line: string) => void,
    onTooLong: (bytes: number, start: string) => void,
    longest: number = LONGEST_LINE,
  ) {
    this.#onLine = onLine;
    this.#onTooLong = onTooLong;
    this.#longest = longest;
  }

  push(chunk: Buffer): void {
    let from = 0;
    while (!this.#broken) {
      const at = chunk.indexOf(NEWLINE, from);
      const part = chunk.subarray(from, at < 0 ? chunk.length : at);
      this.#length += part.length;
      if (this.#length > this.#longest) {
        this.#broken = true;
        this.#onTooLong(this.#length, (this.#parts[0] ?? part).toString('utf8', 0, 200));
        this.#parts = [];
        return;
      }
      if (at < 0) {
        if (part.length > 0) this.#parts.push(part);
        return;
      }
      this.#take(part);
      from = at + 1;
    }
  }

  /** What stands behind the last newline, as a line. */
  end(): void {
    if (this.#length > 0 && !this.#broken) this.#take(Buffer.alloc(0));
  }

  #take(last: Buffer): void {
    const parts = this.#parts;
    const line = parts.length === 0 ? last.toString() : Buffer.concat([...parts, last]).toString();
    this.#parts = [];
    this.#length = 0;
    this.#onLine(line.endsWith('\r') ? line.slice(0, -1) : line);
  }
}
