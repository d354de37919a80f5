/** A difference in words: who stands alone, and the two answers side by side as a diff. */
import { structuredPatch } from 'diff';
import colors from 'picocolors';
import { opLines } from '../report/terminal.ts';
import type { Op } from '../../abi/op.ts';
import type { Blame, Difference } from './compare.ts';

/** A difference as it is reported: the shortest log that shows it. */
export interface Reported {
  readonly difference: Difference;
  readonly ops: readonly Op[];
  readonly shrunkFrom: number;
  readonly executions: number;
  readonly seen: number;
  readonly origin: string;
  readonly repro: string | null;
}

/** Who stands alone, in one sentence. */
export const blameSays = (blame: Blame, a: string, b: string): string => {
  switch (blame) {
    case 'free':
      return `the specification allows both: ${a} and ${b} use a freedom differently`;
    case 'a':
      return `${b} and the specification agree: ${a} stands alone`;
    case 'b':
      return `${a} and the specification agree: ${b} stands alone`;
    case 'both':
      return `three different opinions: the specification allows neither ${a} nor ${b}`;
  }
};

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value, null, 1));

/** The unified diff of two answers, without its head. */
export const patchLines = (a: unknown, b: unknown): readonly string[] =>
  structuredPatch('a', 'b', `${text(a)}\n`, `${text(b)}\n`, '', '', { context: 4 }).hunks.flatMap(({ lines }, at) => [
    ...(at === 0 ? [] : ['  …']),
    ...lines,
  ]);

/** The difference as lines of a terminal. */
export const differenceLines = (found: Reported, a: string, b: string, color: boolean): readonly string[] => {
  const paint = colors.createColors(color);
  const { difference, ops, shrunkFrom, executions, seen, origin, repro } = found;
  const painted = (line: string): string =>
    line.startsWith('-') ? paint.red(line) : line.startsWith('+') ? paint.green(line) : line;
  return [
    '',
    `${paint.bold(paint.yellow('DIFFERENCE'))} ${blameSays(difference.blame, a, b)}  [${difference.what}]`,
    `  at op ${difference.op.id}:  ${paint.red(`- ${a}`)}  ${paint.green(`+ ${b}`)}`,
    ...patchLines(difference.a, difference.b).map(line => `    ${painted(line)}`),
    paint.dim(`  ${difference.failure.signature}`),
    `  ${executions > 0 ? `shrunk ${shrunkFrom} → ${ops.length} ops` : `${ops.length} ops`}; seen ${seen}×`,
    `  origin  ${origin}`,
    ...opLines(ops),
    ...(repro === null ? [] : [`  again  ${repro}`]),
  ];
};
