/** Measuring: the best of a few rounds, after a warm-up. */

/** What one round did. */
export interface Round {
  readonly count: number;
  readonly seconds: number;
}

/** Times `work`, which answers how many things it did. */
export const timed = (work: () => number): Round => {
  const began = performance.now();
  const count = work();
  return { count, seconds: (performance.now() - began) / 1000 };
};

/** Things a second: the best of `rounds` rounds, so that what else the machine does counts least. */
export const best = (work: () => number, rounds = 3): number => {
  let most = 0;
  for (let round = 0; round < rounds; round++) {
    const { count, seconds } = timed(work);
    most = Math.max(most, count / seconds);
  }
  return most;
};

/** `1234567` as `1 234 567`. */
export const grouped = (number: number): string =>
  Math.round(number)
    .toString()
    .replaceAll(/\B(?=(\d{3})+$)/g, ' ');

/** Prints one figure. */
export const print = (what: string, value: string): void => console.log(`${what.padEnd(58)} ${value}`);
