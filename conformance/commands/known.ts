/** `known update`, `known prune`, `known why`: keeping the file of known failures. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { RULES, type RuleId } from '../../model/model.ts';
import { INVARIANTS } from '../../properties/all.ts';
import { fileFor } from '../campaign/log.ts';
import { EXIT, UsageError, fileReason, type ExitCode } from '../exit.ts';
import { writeWhole } from '../files.ts';
import type { Io } from '../io.ts';
import { EMPTY, edited, type Edit } from '../known/edit.ts';
import { conditionOf, NO_RULE, parseKnown, readKnown, type KnownEntry, type KnownStatus } from '../known/file.ts';
import type { Decided } from '../known/decide.ts';
import { readOpLog, writeOpLog } from '../oplog-file.ts';
import { opLines } from '../report/terminal.ts';
import { runReport, type FailureReport } from '../report/run-report.ts';
import { readRunLog, tallyOf, type RunLog } from '../run-log/reader.ts';
import { lookUp } from '../rulebook.ts';
import { count } from '../verdict.ts';

/** Options of `known update` as the command line parses them. */
export interface UpdateOptions {
  readonly from: string;
  readonly issue: string;
  readonly status: KnownStatus;
  readonly expires?: string;
}

/** Options of `known prune` and `known why`. */
export interface FromOptions {
  readonly from: string;
}

const read = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${fileReason(error)}`);
  }
};

/** What the run decided about the entries of this file; empty when it did not use it. */
const decidedIn = (log: RunLog, file: string): readonly Decided[] =>
  tallyOf(log).known.filter(each => path.resolve(each.file) === path.resolve(file));

const sameEntry = (a: KnownEntry, b: KnownEntry): boolean =>
  a.req === b.req && a.signature === b.signature && a.repro === b.repro && a.when === b.when;

/** Numbers of the entries with one of these outcomes in the run. */
const numbersWith = (
  entries: readonly KnownEntry[],
  decided: readonly Decided[],
  outcome: Decided['outcome'],
): ReadonlyMap<number, Decided> =>
  new Map(
    entries.flatMap((entry, at) => {
      const found = decided.find(each => each.outcome === outcome && sameEntry(each.entry, entry));
      return found === undefined ? [] : [[at, found] as const];
    }),
  );

/** The rule of a failure as an entry names it. */
const reqOf = ({ rule, rules }: FailureReport): string => rule ?? rules.at(-1) ?? NO_RULE;

/** The entry of a failure that nobody has declared, and its log beside the file. */
const entryOf = (file: string, log: RunLog, found: FailureReport, options: UpdateOptions): KnownEntry => {
  const { head } = log;
  const repro = path.join(path.basename(file).replace(/\.toml$/, ''), path.basename(fileFor('', found.signature)));
  const [source, tool] = [{ target: head.chosen, seed: head.seed }, { signature: found.signature }];
  writeOpLog(path.join(path.dirname(file), repro), {
    ...{ format: 'binder-spec/op-log', version: 1, profile: head.profile, title: found.signature },
    origin: { ...source, devices: head.devices, ...tool, found: found.origin },
    ops: [...found.minimal],
  });
  return {
    req: reqOf(found),
    signature: found.signature,
    when: `target.id == '${head.target.name}'`,
    status: options.status,
    issue: options.issue,
    ...(options.expires === undefined ? {} : { expires: options.expires }),
    repro,
  };
};

/** Writes an entry for each failure of the run that has none, and mends those that changed. */
export const update = (io: Io, file: string, options: UpdateOptions): ExitCode => {
  const log = readRunLog(options.from);
  const text = existsSync(file) ? read(file) : EMPTY;
  const entries = parseKnown(file, text);
  const { report } = runReport({ ...log, tally: tallyOf(log) });
  const changed = numbersWith(entries, decidedIn(log, file), 'changed');
  const edits = new Map<number, Edit>();
  for (const [at, { entry, saw }] of changed) {
    const found = report.failures.find(({ signature }) => signature === saw);
    edits.set(at, { req: found === undefined ? entry.req : reqOf(found), signature: saw ?? entry.signature });
  }
  const mended = new Set([...changed.values()].map(({ saw }) => saw));
  const fresh = report.failures.filter(({ known, signature }) => known === null && !mended.has(signature));
  const added = fresh
    .filter(({ signature }) => !entries.some(entry => entry.signature === signature))
    .map(found => entryOf(file, log, found, options));
  if (added.length === 0 && edits.size === 0) {
    io.out(`${options.from} has no failure that ${file} does not know\n`);
    return EXIT.conformant;
  }
  writeWhole(file, edited(file, text, edits, added));
  for (const { req, signature, repro } of added) io.out(`added    ${req}  ${signature}\n         ${repro}\n`);
  for (const [at, { entry, saw }] of changed) io.out(`changed  known[${at}] ${entry.req}  ${saw ?? ''}\n`);
  return EXIT.conformant;
};

/** Drops the entries that were stale in the run; their logs stay, for the corpus. */
export const prune = (io: Io, file: string, { from }: FromOptions): ExitCode => {
  const text = read(file);
  const entries = parseKnown(file, text);
  const decided = decidedIn(readRunLog(from), file);
  if (decided.length === 0 && entries.length > 0) {
    throw new UsageError(`${from} says nothing about ${file}: run with --known ${file} first`);
  }
  const stale = numbersWith(entries, decided, 'stale');
  if (stale.size > 0) writeWhole(file, edited(file, text, new Map([...stale.keys()].map(at => [at, 'drop']))));
  for (const { entry } of stale.values()) io.out(`dropped  ${entry.req}  ${entry.signature}\n`);
  io.out(`${count(stale.size, 'stale entry', 'stale entries')} of ${entries.length}\n`);
  return EXIT.conformant;
};

/** The entries that a word names: a number from 0, a rule, or a part of a signature. */
const named = (file: string, entries: readonly KnownEntry[], word: string): readonly number[] => {
  const numbers = entries.map((_, at) => at);
  if (/^\d+$/.test(word) && Number(word) < entries.length) return [Number(word)];
  const upper = word.toUpperCase();
  const byRule = numbers.filter(at => entries[at]?.req.toUpperCase() === upper);
  const found = byRule.length > 0 ? byRule : numbers.filter(at => entries[at]?.signature.includes(word) === true);
  if (found.length > 0) return found;
  const last = entries.length - 1;
  throw new UsageError(
    `${file}: no entry is ${word}: say its number (${last < 0 ? 'there are none' : `0 to ${last}`}), rule or signature`,
  );
};

const saysOf = (req: string): string => {
  const invariant = INVARIANTS.find(({ id }) => id === req);
  if (invariant !== undefined) return invariant.says;
  const found = lookUp(req);
  if (found === undefined) return 'the failure blames no rule';
  return 'rule' in found
    ? `${RULES[found.id as RuleId].level}  ${found.rule.says}`
    : `restates ${found.aliasOf.join(', ')}`;
};

/** Prints what an entry excuses, where, until when, and what became of it in the last run. */
export const why = (io: Io, file: string, word: string, { from }: FromOptions): ExitCode => {
  const entries = readKnown(file);
  const log = existsSync(from) ? readRunLog(from) : undefined;
  const decided = log === undefined ? [] : decidedIn(log, file);
  for (const at of named(file, entries, word)) {
    const entry = entries[at] as KnownEntry;
    const { req, signature, status, issue, when, expires, repro } = entry;
    conditionOf(file, at, entry);
    const last = decided.find(each => sameEntry(each.entry, entry));
    const ops = readOpLog(path.resolve(path.dirname(file), repro)).ops;
    const lines = [
      `known[${at}]  ${req}`,
      `  ${saysOf(req)}`,
      '',
      `signature ${signature}`,
      `status    ${status}`,
      `issue     ${issue}`,
      `when      ${when ?? 'always'}`,
      `expires   ${expires ?? 'never'}`,
      `repro     ${repro}`,
      ...opLines(ops),
      last === undefined
        ? `last run  ${from} says nothing about it`
        : `last run  ${last.outcome}${last.saw === null || last.saw === signature ? '' : `: ${last.saw}`}`,
    ];
    io.out(`${lines.join('\n')}\n\n`);
  }
  return EXIT.conformant;
};
