/** Text from an adapter, fit for terminals, serial lines and XML: what is no character becomes the sign for it. */

/** Control characters but tabs and line feeds, halves of pairs, and what is no character at all. */
const UNPRINTABLE = /[^\P{Cc}\t\n]|[\p{Cs}\ufffe\uffff]/gu;

/** A text without anything that moves a cursor or breaks a parser. */
export const printable = (text: string): string => text.replaceAll(UNPRINTABLE, '\ufffd');

/** Plain data in which every text is printable. */
export const printableIn = <Value>(value: Value): Value => {
  if (typeof value === 'string') return printable(value) as Value;
  if (Array.isArray(value)) return value.map(printableIn) as Value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [printable(key), printableIn(inner)])) as Value;
};
