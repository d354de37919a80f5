/** Numbers as people read them. */

/** `1234567` as `1 234 567`, with spaces that do not break. */
export const grouped = (number: number): string =>
  Math.round(number)
    .toString()
    .replaceAll(/\B(?=(\d{3})+$)/g, '\u00a0');
