/** The file of known failures: each with its rule, its signature, where it is filed, and the log that shows it. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse, TomlDate, TomlError } from 'smol-toml';
import { z } from 'zod';
import type { OpLog } from '../../abi/op.ts';
import { INVARIANTS } from '../../properties/all.ts';
import { UsageError, fileReason } from '../exit.ts';
import { placeAndMessage, readOpLog } from '../oplog-file.ts';
import { lookUp } from '../rulebook.ts';
import { ConditionError, parseCondition, type Condition } from './condition.ts';

/** What its people intend: to mend it, not to mend it, to call it a quirk; or it does not happen every time. */
export const STATUSES = ['bug', 'wontfix', 'quirk', 'intermittent'] as const;
export type KnownStatus = (typeof STATUSES)[number];
/** In place of a rule, for failures that blame none: a driver that died. */
export const NO_RULE = 'none';

const DAY = /^\d{4}-\d{2}-\d{2}$/;

const EntrySchema = z.strictObject({
  req: z.string(),
  signature: z.string().min(1),
  when: z.string().exactOptional(),
  status: z.enum(STATUSES),
  issue: z.string().min(1, 'where it is filed must be said'),
  expires: z
    .union([z.string().regex(DAY, 'expected a day: "2026-12-31"'), z.instanceof(TomlDate)])
    .transform(day => (typeof day === 'string' ? day : day.toISOString().slice(0, 10)))
    .exactOptional(),
  repro: z.string().min(1),
});

const FileSchema = z.strictObject({
  version: z.literal(1),
  known: z.array(EntrySchema).exactOptional(),
});

/** One known failure as the file has it. */
export interface KnownEntry {
  /** A rule, an invariant, or `none`. */
  readonly req: string;
  readonly signature: string;
  readonly when?: string;
  readonly status: KnownStatus;
  readonly issue: string;
  /** The last day on which it is excused: `2026-12-31`. */
  readonly expires?: string;
  /** An op log, by its path from the folder of the file. */
  readonly repro: string;
}

/** An entry ready to be decided. */
export interface ReadyEntry extends KnownEntry {
  readonly condition: Condition;
  readonly log: OpLog;
}

const where = (file: string, at: number): string => `${file}: known[${at}]`;

/** The entries in a text. Throws `UsageError` with the place. */
export const parseKnown = (file: string, text: string): readonly KnownEntry[] => {
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [what = ''] = error.message.replace(/^Invalid TOML document: /, '').split('\n');
    throw new UsageError(`${file}: not TOML: ${what} (line ${error.line}, column ${error.column})`);
  }
  const parsed = FileSchema.safeParse(value);
  if (!parsed.success) {
    const { path: place, message } = placeAndMessage(parsed.error.issues[0] as z.core.$ZodIssue);
    throw new UsageError(`${file}: ${place === '' ? '' : `${place}: `}${message}`);
  }
  const entries = parsed.data.known ?? [];
  entries.forEach(({ req }, at) => {
    if (req === NO_RULE || lookUp(req) !== undefined || INVARIANTS.some(({ id }) => id === req)) return;
    throw new UsageError(`${where(file, at)}.req: no rule or invariant has the id ${req}`);
  });
  return entries;
};

/** Reads the entries. Throws `UsageError` for a file that cannot be read or is none. */
export const readKnown = (file: string): readonly KnownEntry[] => {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${fileReason(error)}`);
  }
  return parseKnown(file, text);
};

/** Reads the condition of an entry. Throws `UsageError` with its place in the file. */
export const conditionOf = (file: string, at: number, { when }: KnownEntry): Condition => {
  if (when === undefined) return () => true;
  try {
    return parseCondition(when);
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    throw new UsageError(`${where(file, at)}.when: column ${error.column}: ${error.message}`);
  }
};

/** Reads a file with the conditions and logs of its entries. Throws `UsageError` for whatever is wrong with any. */
export const readReady = (file: string): readonly ReadyEntry[] =>
  readKnown(file).map((entry, at) => {
    const condition = conditionOf(file, at, entry);
    const log = readOpLog(path.resolve(path.dirname(file), entry.repro));
    if (log.ops.length === 0) throw new UsageError(`${where(file, at)}.repro: ${entry.repro} has no ops`);
    return { ...entry, condition, log };
  });
