/** A run as a list of checks with stable names: what JUnit, KTAP and everything that counts tests are made from. */
import { AREAS } from '../../model/model.ts';
import { INVARIANTS, WITNESSES } from '../../properties/all.ts';
import { RULE_IDS, lookUp } from '../rulebook.ts';
import type { Verdict } from '../verdict.ts';
import type { FailureReport, KnownReport, RunReport } from './run-report.ts';

/** What became of a check. `error` is the adapter's or the environment's fault, never the driver's. */
export type Outcome = 'pass' | 'fail' | 'known' | 'skip' | 'error';

/** One check. */
export interface Check {
  readonly name: string;
  readonly outcome: Outcome;
  /** Why, in one line; empty for what passed. */
  readonly why: string;
  /** The divergences that it stands for. */
  readonly failures: readonly FailureReport[];
  /** Facts about it by name. */
  readonly facts: Readonly<Record<string, string>>;
}

/** Checks that belong together. */
export interface Suite {
  readonly name: string;
  readonly about: string;
  readonly checks: readonly Check[];
}

const areaOf = (id: string): string => id.slice(0, id.lastIndexOf('-'));

const whyFailed = (failures: readonly FailureReport[]): string =>
  failures.map(({ signature }) => signature).join('; ') || 'blamed by a failure';

const ruleChecks = (report: RunReport): readonly Check[] => {
  const rows = new Map<string, RunReport['rules'][number]>(report.rules.map(row => [row.id, row]));
  return RULE_IDS.flatMap((id): Check[] => {
    const row = rows.get(id);
    if (row === undefined) return [];
    const failures = report.failures.filter(({ rule }) => rule === id);
    const common = { name: id, failures, facts: { level: row.level, exercised: String(row.exercised) } };
    switch (row.status) {
      case 'pass':
        return [{ ...common, outcome: 'pass', why: '' }];
      case 'fail':
        return [{ ...common, outcome: 'fail', why: whyFailed(failures) }];
      case 'known':
        return [{ ...common, outcome: 'known', why: whyFailed(failures) }];
      case 'not-exercised':
        return [{ ...common, outcome: 'skip', why: 'not exercised by this run' }];
      case 'not-applicable':
        return [{ ...common, outcome: 'skip', why: `not applicable: ${row.why ?? 'not here'}` }];
    }
  });
};

const invariantChecks = (report: RunReport): readonly Check[] => {
  const counted = new Map(report.invariants.map(each => [each.id, each]));
  return INVARIANTS.flatMap(({ id }): Check[] => {
    const row = counted.get(id);
    if (row === undefined) return [];
    const failures = report.failures.filter(({ rule }) => rule === id);
    const common = { name: id, failures, facts: { level: 'MUST', weight: String(row.weight) } };
    if (failures.some(({ known }) => known === null)) {
      return [{ ...common, outcome: 'fail', why: whyFailed(failures) }];
    }
    if (failures.length > 0) return [{ ...common, outcome: 'known', why: whyFailed(failures) }];
    if (row.weight === 0) return [{ ...common, outcome: 'skip', why: 'it spoke about nothing' }];
    return [{ ...common, outcome: 'pass', why: '' }];
  });
};

const witnessChecks = (report: RunReport): readonly Check[] => {
  const counted = new Map(report.witnesses.map(each => [each.id, each]));
  return WITNESSES.flatMap(({ id }): Check[] => {
    const row = counted.get(id);
    if (row === undefined) return [];
    const common = { name: id, failures: [], facts: { level: 'MUST', seen: String(row.seen) } };
    return [
      row.seen === 0 ? { ...common, outcome: 'skip', why: 'never seen' } : { ...common, outcome: 'pass', why: '' },
    ];
  });
};

const OF_KNOWN: Readonly<Record<KnownReport['outcome'], Outcome>> = {
  known: 'known',
  changed: 'fail',
  stale: 'fail',
  expired: 'fail',
  ignored: 'skip',
  unseen: 'skip',
};

const knownCheck = ({ entry, outcome, saw }: KnownReport): Check => ({
  name: `${entry.req} ${entry.signature}`,
  outcome: OF_KNOWN[outcome],
  why: `${outcome.toUpperCase()}${saw === null ? '' : `: ${saw}`} (${entry.issue})`,
  failures: [],
  facts: { status: entry.status, issue: entry.issue },
});

const OF_VERDICT: Readonly<Record<Verdict, Outcome>> = {
  CONFORMANT: 'pass',
  'CONFORMANT WITH DEVIATIONS': 'pass',
  'NOT CONFORMANT': 'fail',
  // A thin run can never look green.
  INCONCLUSIVE: 'error',
};

/** What no rule answers for: the verdict itself, failures that blame no rule, and the environment. */
const runChecks = (report: RunReport): readonly Check[] => {
  const lost = report.failures.filter(
    ({ rule }) => rule === null || (lookUp(rule) === undefined && !isInvariant(rule)),
  );
  const facts = { level: 'MUST' };
  return [
    {
      name: 'verdict',
      outcome: OF_VERDICT[report.verdict],
      why: report.verdict === 'CONFORMANT' ? '' : `${report.verdict}: ${report.reasons.join('; ')}`,
      failures: [],
      facts,
    },
    {
      name: 'failures-without-a-rule',
      outcome: lost.length === 0 ? 'pass' : 'fail',
      why: lost.map(({ signature }) => signature).join('; '),
      failures: lost,
      facts,
    },
    {
      name: 'environment',
      outcome: report.errors.length === 0 ? 'pass' : 'error',
      why: report.errors.join('; '),
      failures: [],
      facts,
    },
  ];
};

const isInvariant = (id: string): boolean => INVARIANTS.some(each => each.id === id);

/** Every check of a run: the run as a whole, the rules by area, invariants, witnesses, known failures. */
export const suitesOf = (report: RunReport): readonly Suite[] => {
  const rules = ruleChecks(report);
  return [
    { name: 'run', about: 'The run as a whole', checks: runChecks(report) },
    ...Object.entries(AREAS).map(([name, about]) => ({
      name,
      about,
      checks: rules.filter(({ name: id }) => areaOf(id) === name),
    })),
    { name: 'invariants', about: 'Sentences about every state', checks: invariantChecks(report) },
    { name: 'witnesses', about: 'Things that must sometimes happen', checks: witnessChecks(report) },
    { name: 'known', about: 'Known failures', checks: report.known.map(knownCheck) },
  ].filter(({ checks }) => checks.length > 0);
};

/** A failure as lines for people. */
export const failureLines = (failure: FailureReport): readonly string[] => [
  failure.signature,
  ...failure.explanation,
  `seen in ${failure.seen} sequences; ${failure.ops} ops, shrunk from ${failure.shrunkFrom}; first in ${failure.origin}`,
  ...failure.minimal.map(op => JSON.stringify(op)),
  ...(failure.repro === null ? [] : [failure.repro]),
];
