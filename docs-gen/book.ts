/** The rule book as Markdown: the registry, with the places in the specification that name each rule. */
import {
  ALIASES,
  ALIAS_IDS,
  AREAS,
  type Area,
  CANONICAL,
  type Level,
  RULE_IDS,
  type Rule,
  type RuleId,
  areaOf,
} from '../model/rules.ts';
import type { Place, Places } from './places.ts';

const PREFACE = `# Rule book

What the Binder driver does, rule by rule. Generated from \`model/rules/\` by \`npm run docs\`; do not edit.

* **Level.** MUST: visible through the system calls. SHOULD: drivers are known to differ here, or only debugfs shows it.
  INFO: layouts, definitions, and statements without a consequence of their own.
* **Profile.** \`linux-6.1\`: exactly what that driver does. \`core\`: what every Binder driver must do.
* **Determinism.** exact: one outcome, given the history of calls. set: several outcomes are legal.
* **Evidence.** seen: executed on a live kernel of this version. derived: read from the source of the functions named.
* **Status.** modelled: the specification decides by it. not applicable: this suite cannot show it, for the reason given.
  Rules marked *snapshot* are exercised by comparing the state that debugfs shows, not by a step.
* **Where.** The places in the specification that name the rule.

An *open file* is the kernel's proc: what one open of the device made. A *queue* is a todo list; a thread has one, an open
file has one (*the queue of the process*), and a node has one for oneways that are held back. Error params are negative
errnos in the extended error.`;

const LEVELS = ['MUST', 'SHOULD', 'INFO'] as const satisfies readonly Level[];
const areas = Object.keys(AREAS) as readonly Area[];

const link = (id: string): string => `[${id}](#${id.toLowerCase()})`;
const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;

const rulesOf = (area: Area): readonly RuleId[] => RULE_IDS.filter(id => areaOf(id) === area);
const aliasesOf = (area: Area) => ALIAS_IDS.filter(id => areaOf(id) === area);

/** The numbers of one line of the table: every level, modelled, not applicable, core, seen, aliases. */
const counts = (rules: readonly RuleId[], aliases: number): readonly number[] => {
  const count = (test: (rule: Rule) => boolean): number => rules.filter(id => test(CANONICAL[id])).length;
  return [
    ...LEVELS.map(level => count(rule => rule.level === level)),
    count(rule => rule.status.kind === 'modelled'),
    count(rule => rule.status.kind === 'not-applicable'),
    count(rule => rule.profiles.includes('core')),
    count(rule => rule.evidence.seen),
    aliases,
  ];
};

const overview = (): string =>
  [
    row(['area', 'about', ...LEVELS, 'modelled', 'not applicable', 'in core', 'seen', 'aliases']),
    row(['---', '---', ...Array.from({ length: 8 }, () => '--:')]),
    ...areas.map(area => row([link(area), AREAS[area], ...counts(rulesOf(area), aliasesOf(area).length)])),
    row(['', '**all**', ...counts(RULE_IDS, ALIAS_IDS.length)]),
  ].join('\n');

const wherePrefix = 'Where: ';

const where = (rule: Rule, places: readonly Place[] | undefined): readonly string[] => {
  if (places !== undefined)
    return [wherePrefix + places.map(({ file, lines }) => `${file}:${lines.join(',')}`).join('; ')];
  return rule.status.kind === 'modelled' ? [`${wherePrefix}not yet`] : [];
};

const facts = (rule: Rule): string =>
  [
    rule.level,
    rule.profiles.join(', '),
    rule.determinism,
    ...(rule.firesIn === undefined ? [] : [rule.firesIn]),
    ...(rule.applies === undefined ? [] : [`${rule.applies} only`]),
    `${rule.evidence.seen ? 'seen' : 'derived'}: ${rule.evidence.kernel.map(name => `\`${name}\``).join(', ')}`,
  ].join(' · ');

const article = (id: RuleId, places: Places): string => {
  const rule: Rule = CANONICAL[id];
  const status = rule.status.kind === 'modelled' ? [] : [`Not applicable: ${rule.status.why}`];
  return [`### ${id}`, rule.says, [facts(rule), ...status, ...where(rule, places.get(id))].join('  \n')].join('\n\n');
};

const chapter = (area: Area, places: Places): string =>
  [
    `## ${area}`,
    `${AREAS[area]}.`,
    ...rulesOf(area).map(id => article(id, places)),
    ...aliasesOf(area).map(id => `### ${id}\n\nThe same as ${ALIASES[id].aliasOf.map(link).join(', ')}.`),
  ].join('\n\n');

/** The whole rule book, ending in a newline. */
export const ruleBook = (places: Places): string =>
  `${[PREFACE, overview(), ...areas.map(area => chapter(area, places))].join('\n\n')}\n`;

/** The book without what moves when code moves: two books that agree here have the same rules. */
export const withoutPlaces = (book: string): string =>
  book
    .split('\n')
    .filter(line => !line.startsWith(wherePrefix))
    .map(line => line.trimEnd())
    .join('\n');
