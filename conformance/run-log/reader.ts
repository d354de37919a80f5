/** Reading the event log of a run: every line checked, a torn last line forgiven. */
import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { Tally } from '../campaign/tally.ts';
import { UsageError, fileReason } from '../exit.ts';
import { placeAndMessage } from '../oplog-file.ts';
import { RunEventSchema, RunHeadSchema, type RunEvent, type RunHead, type RunLine } from './events.ts';

/** A log as it was read. */
export interface RunLog {
  readonly head: RunHead;
  readonly events: readonly RunEvent[];
  /** How long the sequences took; for a run that was killed, when it was last heard of. */
  readonly seconds: number;
  /** The user stopped the run, or the log has no footer: something killed it. */
  readonly interrupted: boolean;
  /** Whether the last line broke off while it was written. */
  readonly torn: boolean;
}

const checked = (schema: z.ZodType, value: unknown, where: string): void => {
  const result = schema.safeParse(value);
  if (result.success) return;
  const { path, message } = placeAndMessage(result.error.issues[0] as z.core.$ZodIssue);
  throw new UsageError(`${where}: ${path === '' ? '' : `${path}: `}${message}`);
};

const checkHead = (value: unknown, where: string): void => {
  const { format, version } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  if (format !== 'binder-spec/run') {
    const said = JSON.stringify(format) ?? 'absent';
    throw new UsageError(`${where}: not the log of a run: format is ${said}, not "binder-spec/run"`);
  }
  if (version !== 1) {
    throw new UsageError(`${where}: this program reads logs of version 1, not ${JSON.stringify(version) ?? 'none'}`);
  }
  checked(RunHeadSchema, value, where);
};

const json = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

/** The log in a text. Throws `UsageError` with the number of the line. */
export const parseRunLog = (file: string, text: string): RunLog => {
  const lines = text.split('\n');
  // What follows the last line feed is empty, or a line that broke off.
  const rest = lines.pop() as string;
  const whole = json(rest) !== undefined;
  if (whole) lines.push(rest);
  const values = lines.map((line, at) => {
    const value = json(line);
    const where = `${file}: line ${at + 1}`;
    if (value === undefined) throw new UsageError(`${where}: not JSON`);
    if (at === 0) checkHead(value, where);
    else checked(RunEventSchema, value, where);
    return value as RunLine;
  });
  const [head, ...events] = values;
  if (head === undefined) throw new UsageError(`${file}: not the log of a run: it has no whole line`);
  const ends = events.findIndex(({ event }) => event === 'footer');
  if (ends >= 0 && ends < events.length - 1) throw new UsageError(`${file}: line ${ends + 3}: the log ended before it`);
  const last = events.at(-1);
  const { at: _, ...first } = head as Extract<RunLine, { readonly event: 'head' }>;
  return {
    head: first,
    events: events.flatMap(({ at: _at, ...event }) => (event.event === 'footer' ? [] : [event as RunEvent])),
    seconds: last === undefined ? 0 : last.event === 'footer' ? last.seconds : last.at,
    interrupted: last?.event === 'footer' ? last.interrupted : true,
    torn: rest !== '' && !whole,
  };
};

/** Reads a log. Throws `UsageError` for a file that cannot be read or is none. */
export const readRunLog = (file: string): RunLog => {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${fileReason(error)}`);
  }
  return parseRunLog(file, text);
};

/** The sums of a log. */
export const tallyOf = ({ events }: Pick<RunLog, 'events'>): Tally => {
  const tally = new Tally();
  for (const event of events) tally.take(event);
  return tally;
};
