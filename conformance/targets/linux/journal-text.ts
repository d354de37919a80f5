/** The text of the files that tell of a driver's history: the counts of stats and the two transaction logs. */
import type { Counts, LogEntry, Made } from '../../../abi/journal.ts';

/** A line of a transaction log in the kernel's own numbers. */
export interface LogLine extends Omit<LogEntry, 'from' | 'to' | 'device'> {
  readonly from: { readonly pid: number; readonly tid: number };
  readonly to: { readonly pid: number; readonly tid: number };
  readonly context: string;
}

/** The counts of one open file. */
export interface CountsText extends Counts {
  readonly pid: number;
  readonly context: string;
}

const LINE =
  /^(\d+): (call |async|reply) from (\d+):(\d+) to (\d+):(\d+) context (\S+) node (\d+) handle (-?\d+) size (-?\d+):(-?\d+) ret (\d+)\/(-?\d+) l=\d+( \(incomplete\))?$/;

/** Parses `transaction_log` or `failed_transaction_log`. Throws `SyntaxError` with a line that it does not know. */
export const parseLog = (text: string): LogLine[] =>
  text
    .split('\n')
    .filter(line => line !== '')
    .map(line => {
      const found = LINE.exec(line);
      if (found === null) throw new SyntaxError(`debugfs: unknown line of a log: ${line}`);
      const number = (at: number): number => Number(found[at]);
      return {
        id: number(1),
        kind: (found[2] as string).trim() as LogEntry['kind'],
        from: { pid: number(3), tid: number(4) },
        to: { pid: number(5), tid: number(6) },
        context: found[7] as string,
        node: number(8),
        handle: number(9) >>> 0,
        dataSize: number(10),
        offsetsSize: number(11),
        code: number(12),
        param: number(13),
        finished: found[14] === undefined,
      };
    });

const COUNT = /^ {0,2}((B[CR])_[A-Z_]+): (\d+)$/;

/** The counts of a part of stats. */
const countsIn = (lines: readonly string[]): Counts => {
  const commands: Record<string, number> = {};
  const returns: Record<string, number> = {};
  for (const line of lines) {
    const found = COUNT.exec(line);
    if (found !== null) (found[2] === 'BC' ? commands : returns)[found[1] as string] = Number(found[3]);
  }
  return { commands, returns };
};

/** Objects that were ever made, by class: the `total` figures at the head of stats. */
export const madeIn = (text: string): Made =>
  Object.fromEntries(
    [...text.matchAll(/^([a-z_]+): active \d+ total (\d+)$/gm)].map(([, what, n]) => [what, Number(n)]),
  );

/** Parses the counts of `stats`: of all together, and of each open file in the order of the file. */
export const parseCounts = (text: string): { readonly total: Counts; readonly files: readonly CountsText[] } => {
  const [head = '', ...blocks] = text.split(/^proc /m);
  return {
    total: countsIn(head.split('\n')),
    files: blocks.map(block => {
      const [pid, context = '', ...lines] = block.split('\n');
      return { pid: Number(pid), context: context.replace(/^context /, ''), ...countsIn(lines) };
    }),
  };
};

/** What was counted since an earlier moment. */
export const since = <Table extends Readonly<Record<string, number>>>(now: Table, before: Table): Table =>
  Object.fromEntries(
    Object.entries(now)
      .map(([name, count]): [string, number] => [name, count - (before[name] ?? 0)])
      .filter(([, count]) => count !== 0),
  ) as Table;
