/** The log of a run whose target and adapter say the worst that they can in every string. */
import type { Op } from '../../abi/op.ts';
import { parseRunLog, tallyOf } from '../../conformance/run-log/reader.ts';
import type { FinishedRun } from '../../conformance/report/run-report.ts';
import { Coverage } from '../../properties/coverage.ts';

/** Ends elements, begins others, ends lines, strings and comments, and holds what XML and terminals cannot carry. */
export const HOSTILE =
  '</script><img src=x onerror="document.title=\'owned\'"><!--</style>\u2028\u0000\u0001\u001b[31m\ud800`|*[x](javascript:owned)\r\n]]>&amp;"\'# SKIP\nok 1 owned\n```\n<script>document.title="owned"</script>';

const ops: readonly Op[] = [
  { op: 'open', id: 1, proc: 0, thread: 0, fd: 0 },
  { op: 'poll', id: 2, proc: 0, thread: 0, fd: 0 },
];

const failure = (number: number, rules: readonly string[]) => ({
  kind: 'crash',
  signature: `${HOSTILE} signature ${number}`,
  core: `${HOSTILE} core ${number}`,
  commands: [HOSTILE],
  op: ops[1],
  observed: { [HOSTILE]: HOSTILE, long: HOSTILE.repeat(40) },
  allowed: [{ [HOSTILE]: [HOSTILE] }, HOSTILE],
  rules,
  explanation: [HOSTILE, HOSTILE],
  skipped: [],
});

/** The run as it is read from its log; `failures` of them, the first blamed on a rule. */
export const hostileRun = (failures = 2): FinishedRun => {
  const target = { name: HOSTILE, kind: 'process', version: HOSTILE };
  const counted = (number: number, rules: readonly string[]) => {
    const told = failure(number, rules);
    const { core } = told;
    const steps = ops.map(({ id }, at) => ({
      op: ops[at],
      observation: { op: id, result: { status: 'OK', ...(at === 1 ? { readable: true } : {}) }, completions: [] },
    }));
    return [
      { event: 'failure', failure: told, ops, source: { recorded: HOSTILE }, devices: 2 },
      { event: 'shrunk', core, ops, failure: told, executions: 3 },
      { event: 'trace', core, exactIds: true, trace: { source: HOSTILE, devices: 2, steps } },
      { event: 'saved', core, file: HOSTILE },
    ];
  };
  const lines = [
    {
      ...{ event: 'head', format: 'binder-spec/run', version: 1, tool: { name: HOSTILE, version: HOSTILE }, target },
      ...{ chosen: HOSTILE, profile: 'linux-6.1', level: 'full', seed: 1, devices: 2, budget: { failures: 5 } },
      ...{ invariants: [], witnesses: [] },
    },
    { event: 'environment', facts: { [HOSTILE]: HOSTILE } },
    { event: 'sequences', regressions: 0, coverage: new Coverage().record() },
    ...Array.from({ length: failures }, (_, number) => counted(number, number === 0 ? ['TXN-44'] : [])).flat(),
    { event: 'error', message: HOSTILE },
    { event: 'footer', seconds: 1, interrupted: false },
  ];
  const log = parseRunLog('hostile', lines.map(line => `${JSON.stringify({ at: 0, ...line })}\n`).join(''));
  return { head: log.head, tally: tallyOf(log), seconds: log.seconds, interrupted: log.interrupted };
};
