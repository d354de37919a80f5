/** The HTML report: everything that the page needs, gathered from a run and written into one file. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import type { OpLog } from '../../abi/op.ts';
import { AREAS, RULES } from '../../model/model.ts';
import { INVARIANTS, WITNESSES } from '../../properties/all.ts';
import { distance } from '../../properties/failure.ts';
import type { KnownFailure } from '../campaign/tally.ts';
import { formatOpLog } from '../oplog-file.ts';
import type { PageData, RuleCard, Story } from './html/data.ts';
import { documentOf } from './html/document.tsx';
import { failuresOf, runReport, type FailureReport, type FinishedRun, type RunReport } from './run-report.ts';
import { tell } from './story.ts';

/** Allowed outcomes that the page shows of a step; there may be thousands. */
const MOST_ALLOWED = 8;

const logText = (report: RunReport, { minimal, signature, origin }: FailureReport, devices: number): string => {
  const log: OpLog = {
    format: 'binder-spec/op-log',
    version: 1,
    profile: report.profile,
    title: signature,
    origin: { target: report.target.name, seed: report.seed, origin, devices },
    ops: [...minimal],
  };
  return formatOpLog(log);
};

const storyOf = (report: RunReport, known: KnownFailure, told: FailureReport): Story => {
  const failure = known.shrunk?.failure ?? known.first.failure;
  const { steps, messages, failing } =
    known.trace === undefined
      ? { steps: [], messages: [], failing: -1 }
      : tell(known.trace.sequence, known.trace.exactIds);
  const { signature, kind, rule, level, seen, origin, shrunkFrom, executions, confirmed, explanation } = told;
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
    failing: failing >= 0 ? failing : steps.findIndex(({ op }) => op.id === failure.op.id),
    observed: failure.observed ?? null,
    allowed: near,
    allowedCount: failure.allowed.length,
    certificate: told.certificate,
    log: logText(report, told, known.first.devices),
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
    inState: firesIn === 'snapshot',
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
    errors: report.errors,
    environment: [...tally.environment],
    failures: failuresOf(tally).map((known, at) => storyOf(report, known, report.failures[at] as FailureReport)),
  };
};

let bundled: string | undefined;

/** The script of the page, in one piece: bundled once in the life of a process, from the files that lie beside this one. */
const pageScript = (): string => {
  if (bundled !== undefined) return bundled;
  const compiled = fileURLToPath(new URL('./html/page.js', import.meta.url));
  const { outputFiles } = buildSync({
    entryPoints: [existsSync(compiled) ? compiled : compiled.replace(/js$/, 'tsx')],
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    charset: 'ascii',
    logLevel: 'silent',
  });
  bundled = outputFiles[0]?.text ?? '';
  return bundled;
};

/** The page of a run: one file without a single address of another. */
export const htmlPage = (run: FinishedRun): string => {
  const script = pageScript();
  return documentOf(pageData(run), script, createHash('sha256').update(script).digest('base64'));
};
