/** Everything that a finished run has to say, in plain data: the JSON report, and what the other reports are made from. */
import type { Certificate } from '../../abi/certificate.ts';
import type { Op } from '../../abi/op.ts';
import { RULES, type RuleId } from '../../model/model.ts';
import { ENOUGH, type CoverageRecord } from '../../properties/coverage.ts';
import { compareSources, sourceName } from '../campaign/plan.ts';
import type { KnownFailure, Tally } from '../campaign/tally.ts';
import { coverageOfReached, readDenominators, type CoverageReport } from '../explore/denominators.ts';
import { COUNTS, isDeviation, type Decided, type KnownOutcome } from '../known/decide.ts';
import type { KnownEntry, KnownStatus } from '../known/file.ts';
import type { ProfileName } from '../options.ts';
import { capableOf } from '../run-log/adapter.ts';
import type { AdapterFacts, RunHead } from '../run-log/events.ts';
import { RULE_IDS, gapsFirst, likeliestRule, ruleRows, unexercised, type RuleRow } from '../rulebook.ts';
import { judge, type Evidence, type Verdict } from '../verdict.ts';

/** The JSON report. Field names are a contract. */
export interface RunReport {
  readonly format: 'binder-spec/report';
  readonly formatVersion: 1;
  readonly verdict: Verdict;
  /** Why it is not CONFORMANT. */
  readonly reasons: readonly string[];
  readonly interrupted: boolean;
  readonly target: { readonly name: string; readonly kind: string; readonly version: string };
  /** What an adapter said of itself; `null` for the targets of this program. */
  readonly adapter: AdapterFacts | null;
  readonly profile: ProfileName;
  readonly seed: number;
  /** Those of the corpus included. */
  readonly sequences: number;
  /** How many of the sequences were logs of the corpus. */
  readonly regressions: number;
  readonly ops: number;
  readonly seconds: number;
  readonly opsPerSecond: number;
  readonly snapshots: number;
  /** Rule by times fired, gaps first. */
  readonly rules: readonly RuleRow[];
  /** Applicable MUST rules that never fired. */
  readonly unexercised: readonly string[];
  readonly invariants: readonly { readonly id: string; readonly weight: number; readonly breaches: number }[];
  readonly witnesses: readonly { readonly id: string; readonly seen: number }[];
  /** Op kind, then status, to number. */
  readonly outcomes: CoverageRecord['outcomes'];
  /** BC_* written and BR_* read, by name. */
  readonly commands: CoverageRecord['commands'];
  readonly returns: CoverageRecord['returns'];
  /** What was covered of all that explorations reach; `null` where nobody asked (`run --coverage`). */
  readonly coverage: CoverageReport | null;
  readonly failures: readonly FailureReport[];
  /** What became of each entry of the file of known failures. */
  readonly known: readonly KnownReport[];
  readonly errors: readonly string[];
}

/** One entry of the file of known failures. */
export interface KnownReport {
  readonly file: string;
  readonly entry: KnownEntry;
  readonly outcome: KnownOutcome;
  /** The signature of what its log showed. */
  readonly saw: string | null;
  /** In how many generated sequences the excused bug was seen. */
  readonly seen: number;
}

/** One distinct failure. */
export interface FailureReport {
  readonly signature: string;
  readonly kind: string;
  /** The rule that is most likely broken; `null` when the failing step has none. */
  readonly rule: string | null;
  readonly level: string | null;
  /** All rules of the failing step. */
  readonly rules: readonly string[];
  /** Ops of the shortest log that shows it. */
  readonly ops: number;
  readonly shrunkFrom: number;
  /** Executions that shrinking took. */
  readonly executions: number;
  /** How many sequences showed it. */
  readonly seen: number;
  /** The first of them: `sequence N` of the run, or `regression FILE`. */
  readonly origin: string;
  /** How many of so many further executions failed in the same way; `null` where nobody asked. */
  readonly confirmed: { readonly agreed: number; readonly of: number } | null;
  readonly explanation: readonly string[];
  readonly minimal: readonly Op[];
  /** Why each op of it is needed, and how far its quantities may move; `null` where nobody asked. */
  readonly certificate: Certificate | null;
  /** A command that shows it again. */
  readonly repro: string | null;
  /** The known failure that it is; `null` for one that nobody has declared. */
  readonly known: { readonly req: string; readonly status: KnownStatus; readonly issue: string } | null;
}

/** True for a failure that further executions of its log did not all show: it was not shrunk. */
export const isUnstable = ({ confirmed }: Pick<FailureReport, 'confirmed'>): boolean =>
  confirmed !== null && confirmed.agreed < confirmed.of;

/** What a report is made from: the head of a run's log, the sum of its events, and how it ended. */
export interface FinishedRun {
  readonly head: RunHead;
  readonly tally: Tally;
  readonly seconds: number;
  readonly interrupted: boolean;
}

const ruleIds = new Set<string>(RULE_IDS);
const levelOf = (id: string | undefined): string | null =>
  id !== undefined && ruleIds.has(id) ? RULES[id as RuleId].level : null;

/** True unless everything that a failure blames is only a SHOULD or INFO. */
const countsAgainstMust = ({ first }: KnownFailure): boolean => {
  const { rules } = first.failure;
  return rules.length === 0 || rules.some(id => levelOf(id) === 'MUST' || levelOf(id) === null);
};

/** Seen once, and in no further execution of the same log. */
const neverAgain = ({ confirmed }: KnownFailure): boolean => confirmed?.agreed === 0;

const failureReport = (
  known: KnownFailure,
  rule: string | undefined,
  target: string,
  excuse: Decided | undefined,
): FailureReport => {
  const { first, shrunk, seen, file } = known;
  const ops = shrunk?.ops ?? first.ops;
  const failure = shrunk?.failure ?? first.failure;
  return {
    signature: failure.signature,
    kind: failure.kind,
    rule: rule ?? null,
    level: levelOf(rule),
    rules: failure.rules,
    ops: ops.length,
    shrunkFrom: first.ops.length,
    executions: shrunk?.executions ?? 0,
    seen,
    origin: sourceName(first.source),
    confirmed: known.confirmed ?? null,
    explanation: failure.explanation,
    minimal: ops,
    certificate: known.certificate ?? null,
    repro:
      file === undefined
        ? null
        : `npx binder-spec replay ${file} ${target.startsWith('-- ') ? target : `--target ${target}`}`,
    known:
      excuse === undefined ? null : { req: excuse.entry.req, status: excuse.entry.status, issue: excuse.entry.issue },
  };
};

/** A table in the order of its names, so that it does not depend on which of several workers spoke first. */
const byName = <Value>(table: Readonly<Record<string, Value>>, inside = (value: Value): Value => value) =>
  Object.fromEntries(
    Object.entries(table)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => [name, inside(value)]),
  );

/** The failures in the order in which one run meets them, however many workers and shards there were. */
export const failuresOf = ({ failures }: Tally): readonly KnownFailure[] =>
  [...failures.values()].sort((a, b) => compareSources(a.first.source, b.first.source));

/** The failures that nothing excuses. */
const openOf = (tally: Tally): readonly KnownFailure[] =>
  [...tally.failures.values()].filter(({ first }) => tally.excuseOf(first.failure.core) === undefined);

/** What the verdict of a run hangs on. */
const evidenceOf = (run: FinishedRun, record: CoverageRecord, rows: readonly RuleRow[]): Evidence => ({
  ops: record.ops,
  failures: openOf(run.tally).filter(known => countsAgainstMust(known) && !neverAgain(known)).length,
  unstable: openOf(run.tally).filter(neverAgain).length,
  disowned: run.tally.known.filter(({ outcome }) => COUNTS.has(outcome)).length,
  known: run.tally.known.filter(each => each.outcome === 'known' && !isDeviation(each)).length,
  deviations: run.tally.known.filter(isDeviation).length,
  unexercised: unexercised(rows).length,
  unseen: run.head.witnesses.filter(id => !((record.witnesses[id] ?? 0) > 0)).length,
  errors: run.tally.errors.length,
  interrupted: run.interrupted,
});

/** What a run covered of what can be reached, where it was counted and the denominators are there. */
const coverageReport = ({ reached }: CoverageRecord): CoverageReport | null => {
  const all = reached === undefined ? undefined : readDenominators();
  return reached === undefined || all === undefined ? null : coverageOfReached(reached, all);
};

/** The report of a run and what its verdict hangs on. */
export const runReport = (run: FinishedRun): { readonly report: RunReport; readonly evidence: Evidence } => {
  const { head, tally, seconds, interrupted } = run;
  const { target, profile, seed } = head;
  const record = tally.coverage.record();
  const failures = failuresOf(tally).map(known => ({
    known,
    rule: likeliestRule((known.shrunk?.failure ?? known.first.failure).rules, record.rules),
  }));
  const excuseOf = ({ first }: KnownFailure): Decided | undefined => tally.excuseOf(first.failure.core);
  const rows = ruleRows({
    profile,
    target: target.kind,
    fired: record.rules,
    snapshots: record.checkpoints,
    capable: capableOf(head.adapter),
    blamed: new Set(failures.flatMap(({ known, rule }) => (excuseOf(known) === undefined ? (rule ?? []) : []))),
    known: new Set(failures.flatMap(({ known }) => excuseOf(known)?.entry.req ?? [])),
  });
  const evidence = evidenceOf(run, record, rows);
  const report: RunReport = {
    format: 'binder-spec/report',
    formatVersion: 1,
    ...judge(evidence),
    interrupted,
    target,
    adapter: head.adapter ?? null,
    profile,
    seed,
    sequences: record.sequences,
    regressions: tally.regressions,
    ops: record.ops,
    seconds: Math.round(seconds * 1000) / 1000,
    opsPerSecond: seconds > 0 ? Math.round(record.ops / seconds) : 0,
    snapshots: record.checkpoints,
    rules: gapsFirst(rows),
    unexercised: unexercised(rows),
    invariants: head.invariants.map(id => ({
      id,
      weight: record.weights[id] ?? 0,
      breaches: tally.breaches.get(id) ?? 0,
    })),
    witnesses: head.witnesses.map(id => ({ id, seen: Math.min(ENOUGH, record.witnesses[id] ?? 0) })),
    outcomes: byName(record.outcomes, byName),
    commands: byName(record.commands),
    returns: byName(record.returns),
    coverage: coverageReport(record),
    failures: failures.map(({ known, rule }) => failureReport(known, rule, head.chosen, excuseOf(known))),
    known: tally.known.map(({ excuses, ...decided }) => ({
      ...decided,
      seen: excuses === null ? 0 : (tally.failures.get(excuses)?.seen ?? 0),
    })),
    errors: tally.errors,
  };
  return { report, evidence };
};
