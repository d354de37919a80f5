/** Counters of commands and returns, by number: plain arrays, which cost nothing where nothing is counted. */

/** Numbers of commands and returns are smaller. */
const NUMBERS = 20;

/** Counters at zero. */
export const counters = (): number[] => new Array<number>(NUMBERS).fill(0);
