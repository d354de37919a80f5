/** KTAP, the kernel's form of test results: a test for each area, with a test inside for each of its rules. */
import { failureLines, suitesOf, type Check, type Suite } from './checks.ts';
import { printable } from './printable.ts';
import { runReport, type FinishedRun } from './run-report.ts';

/** One line, without what would end a description or begin a directive. */
const plain = (text: string): string =>
  printable(text)
    .replaceAll(/[\s#]+/g, ' ')
    .trim();

const directive = ({ outcome, why, failures }: Check): string => {
  switch (outcome) {
    case 'pass':
      return '';
    case 'skip':
      return ` # SKIP ${plain(why)}`;
    case 'known':
      return ` # XFAIL ${plain(why)}`;
    case 'error':
      return ` # ERROR ${plain(why)}`;
    case 'fail':
      return failures.some(({ kind }) => kind === 'timeout') ? ' # TIMEOUT the driver fell silent' : '';
  }
};

const isOk = ({ outcome }: Check): boolean => outcome === 'pass' || outcome === 'skip';

const diagnostics = (check: Check): readonly string[] => {
  if (check.outcome !== 'fail') return [];
  const lines = check.failures.length === 0 ? [check.why] : check.failures.flatMap(failureLines);
  return lines.flatMap(line => line.split(/\r\n|[\r\n\u2028\u2029]/)).map(line => `# ${printable(line)}`.trimEnd());
};

const checkLines = (check: Check, number: number): readonly string[] => [
  ...diagnostics(check),
  `${isOk(check) ? 'ok' : 'not ok'} ${number} ${plain(check.name)}${directive(check)}`,
];

const indented = (lines: readonly string[]): readonly string[] => lines.map(line => `  ${line}`);

const suiteLines = ({ name, about, checks }: Suite, number: number): readonly string[] => {
  const bad = checks.some(({ outcome }) => outcome === 'fail' || outcome === 'error');
  const all = checks.every(({ outcome }) => outcome === 'skip');
  return [
    ...indented([
      'KTAP version 1',
      `# Subtest: ${name}`,
      `# ${about}`,
      `1..${checks.length}`,
      ...checks.flatMap((check, at) => checkLines(check, at + 1)),
    ]),
    `${bad ? 'not ok' : 'ok'} ${number} ${name}${!bad && all ? ' # SKIP nothing of it was exercised' : ''}`,
  ];
};

/** The report of a run as KTAP. */
export const ktap = (run: FinishedRun): string => {
  const { report } = runReport(run);
  const suites = suitesOf(report);
  const { name, version } = report.target;
  return [
    'KTAP version 1',
    `1..${suites.length}`,
    ...suites.flatMap((suite, at) => suiteLines(suite, at + 1)),
    `# ${plain(`${name} ${version}, profile ${report.profile}, seed ${report.seed}`)}`,
    `# ${plain(`${report.verdict} ${report.reasons.join('; ')}`)}`,
    '',
  ].join('\n');
};
