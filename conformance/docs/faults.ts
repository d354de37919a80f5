/** docs/faults.md: the track record. Every seeded fault with its story, and the historical bugs among them. */
import { FAULTS } from '../faults/all.ts';
import { AREAS, type Area, type Fault } from '../faults/fault.ts';

const PREFACE = `# Faults

Is the suite any good? Each line below is a bug that it must find by generated sequences alone: one line of the optimised driver,
edited when it is loaded. Generated from \`conformance/faults/\` by \`npm run docs\`; do not edit.

\`\`\`sh
npx binder-spec self-test                                # hunts them all: runs, ops and seconds to find, the shrunk length
npx binder-spec self-test --fault ID                     # one of them
npx binder-spec self-test --foreign                      # each in a driver behind the adapter protocol, in a process of its own
npx binder-spec run --target mutant:ID                   # the same as a run, with a report
npx binder-spec replay test/faults/ID.json --target mutant:ID   # the shortest log known to show it
\`\`\`

*Shortest* is the number of operations of the shortest log known to show the fault; the log is \`test/faults/ID.json\`.
It is the shortest that anybody knows, whatever found it (other seeds, other signs, the explorer), so it only ever gets shorter.

A driver with a fault in it has that fault only, so a hunt takes every difference for a sign of it: a shorter log that fails in another way is
taken, and while the log is longer than six operations further failing logs are shrunk, until two or three agree on a length. (\`run\`, which knows
nothing of the kind, pins the sign that it saw first.) \`executions\` counts every log that was executed for all of that, the generated ones that
passed included; \`pinned\` counts those for the log that was found first. A log that the driver without the fault fails as well is never taken for
a sign of it.`;

/** Known bugs that no edit of one line can be here, and why. */
const ABSENT: readonly (readonly [bug: string, why: string])[] = [
  [
    'CVE-2020-0041, 16981742717b (2019)',
    'a later object as a parent is refused by a second check as well: the edit is equivalent here',
  ],
  ['3ce00bb7e91c (2022)', 'a process keeps its address space as long as it lives in an op log'],
  ['2a9edd056ed4 (2019)', 'no mapping begins at address 0'],
  [
    '0567461a7a6e (2022), CVE-2024-56553 to -56556, ca63c66935b9 (2024)',
    'the driver of Linux 6.1 has no freeze notifications',
  ],
  [
    'CVE-2019-2215 (2019), CVE-2020-0030 (2020)',
    'a wait queue freed under epoll shows in memory only; poll is asked anew here',
  ],
  ['CVE-2019-2000 (2018), CVE-2018-9465 (2018)', 'the descriptor table is the environment’s, not the driver’s'],
  [
    'CVE-2019-1999, -2213, CVE-2020-0423, CVE-2022-20421, CVE-2023-52438, CVE-2026-64468, -64469 and other races',
    'the harness drives one call at a time; the sequential part is here where there is one',
  ],
  ['CVE-2025-40028 (2025) and other failed kernel allocations', 'memory does not run out here'],
];

const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
const ruleLink = (rule: string): string => `[${rule}](rules.md#${rule.toLowerCase()})`;

const table = (area: Area): string =>
  [
    `## ${AREAS[area]}`,
    '',
    row(['fault', 'what goes wrong', 'rule', 'shortest']),
    row(['---', '---', '---', '--:']),
    ...FAULTS.filter(fault => fault.area === area).map(({ id, story, needs, rule, shortestKnown }) =>
      row([`\`${id}\``, needs === undefined ? story : `${story} (needs ${needs})`, ruleLink(rule), shortestKnown]),
    ),
  ].join('\n');

const hasHistory = (fault: Fault): fault is Fault & { readonly history: string } => fault.history !== undefined;

const trackRecord = (): string =>
  [
    '## Track record',
    '',
    'Bugs that Binder drivers really had. Where a bug needs what is out of reach here, the fault is its nearest sequential relative.',
    '',
    row(['historical bug', 'what goes wrong', 'rule', 'found by']),
    row(['---', '---', '---', '---']),
    ...FAULTS.filter(hasHistory).map(({ id, story, rule, history }) =>
      row([history, story, ruleLink(rule), `\`npx binder-spec self-test --fault ${id}\``]),
    ),
    '',
    'Not here, and why:',
    '',
    ...ABSENT.map(([bug, why]) => `* ${bug}: ${why}.`),
  ].join('\n');

/** The text of docs/faults.md. */
export const faultsText = (): string => {
  const areas = (Object.keys(AREAS) as readonly Area[]).map(table);
  const historical = FAULTS.filter(hasHistory).length;
  return `${[PREFACE, `${FAULTS.length} faults in ${areas.length} areas; ${historical} are historical bugs.`, trackRecord(), ...areas].join('\n\n')}\n`;
};
