/** What an adapter says beside the protocol: kept for whoever has to find out what went wrong, never judged. */

const MOST_LINES = 200;
const LONGEST = 2000;

export class AdapterLog {
  #lines: string[] = [];
  #dropped = 0;

  add(source: 'stdout' | 'stderr' | 'runner', line: string): void {
    if (line === '') return;
    this.#lines.push(`${source}: ${line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line}`);
    if (this.#lines.length > MOST_LINES) {
      this.#lines.shift();
      this.#dropped++;
    }
  }

  /** The last lines, oldest first. */
  last(count = MOST_LINES): readonly string[] {
    return this.#lines.slice(-count);
  }

  /** How many lines were said in all. */
  get length(): number {
    return this.#lines.length + this.#dropped;
  }
}
