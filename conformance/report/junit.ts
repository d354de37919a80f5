/** JUnit XML: a test case for each rule. `failure` is a divergence, `error` the adapter or the environment. */
import { XMLBuilder } from 'fast-xml-parser';
import { printable } from './printable.ts';
import { failureLines, suitesOf, type Check, type Suite } from './checks.ts';
import { runReport, type FinishedRun } from './run-report.ts';

/** An attribute has no lines of its own. */
const oneLine = (text: string): string => printable(text).replaceAll(/\s+/g, ' ').trim();

const attributes = (pairs: Readonly<Record<string, string | number>>): Record<string, string> =>
  Object.fromEntries(Object.entries(pairs).map(([name, value]) => [`@${name}`, oneLine(String(value))]));

const properties = (facts: Readonly<Record<string, string>>) => ({
  property: Object.entries(facts).map(([name, value]) => attributes({ name, value })),
});

const body = ({ failures, why }: Check): string =>
  printable(failures.length === 0 ? why : failures.map(each => failureLines(each).join('\n')).join('\n\n'));

const told = (check: Check): object => {
  const message = { '@message': oneLine(check.why) };
  switch (check.outcome) {
    case 'pass':
      return {};
    case 'fail':
      return { failure: { ...message, '@type': check.failures[0]?.kind ?? 'verdict', '#text': body(check) } };
    case 'error':
      return { error: { ...message, '@type': 'environment', '#text': body(check) } };
    case 'known':
      return { skipped: { '@message': oneLine(`known failure: ${check.why}`) } };
    case 'skip':
      return { skipped: message };
  }
};

const testcase = (check: Check, suite: Suite, profile: string): object => {
  const repro = check.failures.flatMap(each => (each.repro === null ? [] : [each.repro]));
  return {
    ...attributes({ name: check.name, classname: `binder-spec.${suite.name}`, time: 0 }),
    properties: properties({
      ...check.facts,
      profile,
      ...(repro.length === 0 ? {} : { repro: repro.join('; ') }),
    }),
    ...told(check),
  };
};

const totals = (checks: readonly Check[], seconds: number) => {
  const count = (...outcomes: readonly Check['outcome'][]): number =>
    checks.filter(({ outcome }) => outcomes.includes(outcome)).length;
  return {
    tests: checks.length,
    failures: count('fail'),
    errors: count('error'),
    skipped: count('skip', 'known'),
    time: seconds,
  };
};

/** The report of a run as JUnit XML. */
export const junit = (run: FinishedRun): string => {
  const { report } = runReport(run);
  const suites = suitesOf(report);
  const { name, kind, version } = report.target;
  const about = {
    verdict: report.verdict,
    target: name,
    kind,
    version,
    profile: report.profile,
    seed: `${report.seed}`,
  };
  const builder = new XMLBuilder({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    suppressEmptyNode: true,
    format: true,
    processEntities: true,
  });
  return builder.build({
    '?xml': { '@version': '1.0', '@encoding': 'UTF-8' },
    testsuites: {
      ...attributes({
        name: 'binder-spec',
        ...totals(
          suites.flatMap(({ checks }) => checks),
          report.seconds,
        ),
      }),
      testsuite: suites.map(suite => ({
        ...attributes({ name: suite.name, ...totals(suite.checks, suite.name === 'run' ? report.seconds : 0) }),
        ...(suite.name === 'run' ? { properties: properties(about) } : {}),
        testcase: suite.checks.map(check => testcase(check, suite, report.profile)),
      })),
    },
  }) as string;
};
