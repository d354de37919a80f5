/** The live line of a run on a terminal; silent anywhere else. */
import { createLogUpdate } from 'log-update';

/** What the line shows. */
export interface Moment {
  readonly sequences: number;
  readonly ops: number;
  readonly seconds: number;
  readonly rules: number;
  readonly failures: number;
  /** What is being done when it is not running sequences. */
  readonly doing?: string;
}

/** `1234567` as `1 234 567`. */
export const grouped = (number: number): string =>
  Math.round(number)
    .toString()
    .replaceAll(/\B(?=(\d{3})+$)/g, ' ');

/** The text of the line. */
export const progressLine = ({ sequences, ops, seconds, rules, failures, doing }: Moment): string =>
  [
    `${grouped(sequences)} sequences`,
    `${grouped(ops)} ops`,
    `${grouped(seconds > 0 ? ops / seconds : 0)} ops/s`,
    `${rules} rules seen`,
    failures === 0 ? '' : `${failures} distinct ${failures === 1 ? 'failure' : 'failures'}`,
    doing ?? '',
  ]
    .filter(part => part !== '')
    .join('  ');

/** A line that is redrawn in place, at most ten times a second. */
export class Progress {
  readonly #draw: ReturnType<typeof createLogUpdate> | undefined;
  #last = 0;

  /** Draws on `stream` when that is a terminal and `wanted`. */
  constructor(stream: NodeJS.WriteStream | undefined, wanted = true) {
    this.#draw = wanted && stream?.isTTY === true ? createLogUpdate(stream) : undefined;
  }

  show(moment: Moment): void {
    this.say(() => progressLine(moment));
  }

  /** The same with words of one's own, which are only made when they are drawn. */
  say(line: () => string): void {
    const now = performance.now();
    if (this.#draw === undefined || now - this.#last < 100) return;
    this.#last = now;
    this.#draw(line());
  }

  /** Takes the line away. */
  clear(): void {
    this.#draw?.clear();
    this.#draw?.done();
  }
}
