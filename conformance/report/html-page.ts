/** The HTML report: everything that the page needs, gathered from a run and written into one file. */
import { formatOpLog } from '../../abi/op-log-text.ts';
import type { OpLog } from '../../abi/op.ts';
import { AREAS, RULES } from '../../model/model.ts';
import { INVARIANTS, WITNESSES } from '../../properties/all.ts';
import { distance } from '../../properties/difference.ts';
import { cProgram } from '../export/c.ts';
import type { PageData, RuleCard, Story } from './html/data.ts';
import { runDocument } from './html/run-document.tsx';
import { pageScript } from './page-script.ts';
import { runReport, type FailureReport, type FinishedRun, type RunReport } from './run-report.ts';
import { toldFailures, type ToldFailure } from './story.ts';

/** Allowed outcomes that the page shows of a step; there may be thousands. */
const MOST_ALLOWED = 8;

const logOf = (report: RunReport, { minimal, signature, origin }: FailureReport, devices: number): OpLog => ({
  format: 'binder-spec/op-log',
  version: 1,
  profile: report.profile,
  title: signature,
  origin: { target: report.target.name, seed: report.seed, origin, devices },
  ops: [...minimal],
});

/** The log as a C program; nothing where it has none, because a broken log must not cost the page. */
const programOf = (log: OpLog, op: number, rules: readonly string[]): { readonly c?: string } => {
  try {
    return { c: cProgram(log, { failing: { op, rules } }) };
  } catch {
    return {};
  }
};

const pageStory = (report: RunReport, { known, report: told, told: story }: ToldFailure): Story => {
  const failure = known.shrunk?.failure ?? known.first.failure;
  const { steps, messages, failing } = story;
  const { signature, kind, rule, level, seen, origin, shrunkFrom, executions, confirmed, explanation } = told;
  const log = logOf(report, told, known.first.devices);
  const near = [...failure.allowed]
    .map(value => ({ value, far: distance(failure.observed, value) }))
    .sort((a, b) => a.far - b.far)
    .slice(0, MOST_ALLOWED)
    .map(({ value }) => value);
  return {
    ...{ signature, kind, rule, level, seen, origin, shrunkFrom, executions, confirmed, explanation },
    ops: told.minimal,
    steps,
    messages,
    failing,
    observed: failure.observed ?? null,
    allowed: near,
    allowedCount: failure.allowed.length,
    certificate: told.certificate,
    log: formatOpLog(log),
    ...programOf(log, failure.op.id, failure.rules),
    ...(told.repro === null ? {} : { command: told.repro }),
  };
};

const cardOf = ({ id, level, status, exercised, why }: RunReport['rules'][number]): RuleCard => {
  const { says, profiles, evidence, determinism, firesIn } = RULES[id];
  return {
    id,
    area: id.slice(0, id.lastIndexOf('-')),
    level,
    status,
    exercised,
    says,
    ...(why === undefined ? {} : { why }),
    profiles,
    kernel: evidence.kernel,
    seen: evidence.seen,
    several: determinism === 'set',
    inState: firesIn !== undefined,
  };
};

const byId = (a: { readonly id: string }, b: { readonly id: string }): number =>
  a.id.localeCompare(b.id, 'en', { numeric: true });

/** What the page of a run says. */
export const pageData = (run: FinishedRun): PageData => {
  const { report } = runReport(run);
  const { head, tally } = run;
  const invariant = new Map<string, string>(INVARIANTS.map(({ id, says }) => [id, says]));
  const witness = new Map<string, string>(WITNESSES.map(({ id, says }) => [id, says]));
  const { verdict, reasons, interrupted, target, profile, seed, sequences, regressions, ops, seconds } = report;
  return {
    ...{ verdict, reasons, interrupted, target, profile, seed, sequences, regressions, ops, seconds },
    shard: head.shard === undefined ? null : `${head.shard.index}/${head.shard.of}`,
    tool: `${head.tool.name} ${head.tool.version}`,
    opsPerSecond: report.opsPerSecond,
    snapshots: report.snapshots,
    areas: Object.entries(AREAS).map(([id, about]) => ({ id, about })),
    rules: [...report.rules].sort(byId).map(cardOf),
    invariants: report.invariants.map(each => ({ ...each, says: invariant.get(each.id) ?? '' })),
    witnesses: report.witnesses.map(each => ({ ...each, says: witness.get(each.id) ?? '' })),
    known: report.known.map(({ entry, outcome }) => ({
      req: entry.req,
      signature: entry.signature,
      outcome,
      issue: entry.issue,
      bad: outcome === 'changed' || outcome === 'stale' || outcome === 'expired',
    })),
    errors: report.errors,
    environment: [...tally.environment],
    failures: toldFailures(run).map(each => pageStory(report, each)),
  };
};

/** The page of a run: one file without a single address of another. */
export const htmlPage = (run: FinishedRun): string => runDocument(pageData(run), pageScript('page'));
