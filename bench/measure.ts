/** Measuring: the best of a few rounds, after a warm-up. */

/** How long one round lasts. */
const ROUND_SECONDS = 1.5;

/**
 * Things a second: `work` does some and answers how many. The best of `rounds` rounds, so that the warm-up and what
 * else the machine does count least. `work` is told its turn within the round, so that rounds do the same.
 * `warmSeconds`: time before the first round; much code takes long to be compiled well.
 */
export const best = (work: (turn: number) => number, rounds = 3, warmSeconds = 0): number => {
  const warm = performance.now() + warmSeconds * 1000;
  for (let turn = 0; performance.now() < warm; turn++) work(turn);
  let most = 0;
  for (let round = 0; round < rounds; round++) {
    const began = performance.now();
    let count = 0;
    let seconds = 0;
    for (let turn = 0; seconds < ROUND_SECONDS; turn++) {
      count += work(turn);
      seconds = (performance.now() - began) / 1000;
    }
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
