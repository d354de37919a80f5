/** The text of an op log. */
import type { OpLog } from './op.ts';

/** Writes one op a line, so that people can read and diff it. */
export const formatOpLog = ({ ops, ...head }: OpLog): string => {
  const top = Object.entries(head).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},\n`);
  const lines = ops.map(op => `    ${JSON.stringify(op)}`).join(',\n');
  return `{\n${top.join('')}  "ops": [${lines === '' ? '' : `\n${lines}\n  `}]\n}\n`;
};
