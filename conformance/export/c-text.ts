/** Values as C source text. */
import { isSmall, type U64 } from '../../abi/u64.ts';

/** Letters of a literal on one line; longer ones go on in the next. */
const WIDTH = 110;

/** A string literal; a long one in several lines that the compiler joins. */
export const literal = (text: string, indent = '\t\t'): string => {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
  if (escaped.length <= WIDTH) return `"${escaped}"`;
  const parts: string[] = [];
  for (let rest = escaped; rest !== '';) {
    let end = Math.min(WIDTH, rest.length);
    const space = rest.lastIndexOf(' ', end);
    if (end < rest.length && space > WIDTH / 2) end = space + 1;
    while (end < rest.length && rest[end - 1] === '\\') end--;
    parts.push(`"${rest.slice(0, end)}"`);
    rest = rest.slice(end);
  }
  return parts.map(part => `\n${indent}${part}`).join('');
};

/** A 64-bit word. */
export const word = (value: U64): string =>
  isSmall(value) ? (value > 0x7fffffff ? `${value}ull` : String(value)) : `${value}ull`;

/** Numbers that are easier to read in hex. */
export const hex = (value: number): string => (value < 10 ? String(value) : `0x${value.toString(16)}`);

/** A block comment; what would end it early is taken apart. */
export const comment = (lines: readonly string[], indent = ''): string => {
  const safe = lines.map(line =>
    line
      .replaceAll('*/', '* /')
      .replaceAll('/*', '/ *')
      .replaceAll(/[\r\n]+/g, ' '),
  );
  return `${indent}/* ${safe.join(`\n${indent} * `).replaceAll(/ +$/gm, '')} */`;
};

/** Text cut into lines of a comment. */
export const wrapped = (text: string, width = 116): string[] => {
  const lines: string[] = [];
  let line = '';
  for (const part of text.split(/\s+/)) {
    if (line !== '' && line.length + part.length + 1 > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? part : `${line} ${part}`;
  }
  return line === '' ? lines : [...lines, line];
};
