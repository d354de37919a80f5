/** The rules as the command line sees them: which of them a run has to exercise, and what became of each. */
import { RULES, type RuleId } from '../model/model.ts';
import { hiddenBy, PROFILES } from '../properties/profile/profile.ts';
import { FULLY_CAPABLE, type Capable } from './protocol/capabilities.ts';
import { missingFor } from './protocol/behind.ts';
import type { ProfileName } from './options.ts';

/** A rule with a sentence of its own. */
export type Rule = (typeof RULES)[RuleId];
/** MUST, SHOULD or INFO. */
export type Level = Rule['level'];
/** A number of the catalogue that restates other rules. */
interface Alias {
  readonly aliasOf: readonly string[];
}

const BOOK = RULES as Readonly<Record<string, Rule | Alias>>;
const isAlias = (row: Rule | Alias): row is Alias => 'aliasOf' in row;

/** All rules that can fire, in the order of the rule book. */
export const RULE_IDS = Object.keys(BOOK).filter((id): id is RuleId => !isAlias(BOOK[id] as Rule | Alias));

/** What became of a rule in a run. */
export type RuleStatus = 'pass' | 'fail' | 'known' | 'not-exercised' | 'not-applicable';

/** One row of a report. */
export interface RuleRow {
  readonly id: RuleId;
  readonly level: Level;
  readonly status: RuleStatus;
  /** How often it fired. */
  readonly exercised: number;
  /** Why it is not applicable. */
  readonly why?: string;
}

/** Why a rule cannot be exercised here; `undefined` when it can. */
export const whyNotApplicable = (rule: Rule, profile: ProfileName, target: string): string | undefined => {
  if (rule.status.kind === 'not-applicable') return rule.status.why;
  if (!rule.profiles.includes(profile)) return `not part of the profile ${profile}`;
  if (rule.applies === 'linux-target' && target !== 'linux') return 'only the Linux target can show it';
  if (rule.applies === 'impl-only' && target === 'linux') return 'the Linux target cannot show it';
  return undefined;
};

/** Why a rule cannot be exercised on a driver whose adapter leaves things out; `undefined` when it can. */
export const whyUndeclared = (id: RuleId, rule: Rule, capable: Capable): string | undefined => {
  const { firesIn } = rule;
  const missing = firesIn !== undefined && !capable.has(firesIn) ? [firesIn] : missingFor(id, capable);
  if (missing.length === 0) return undefined;
  return `not declared: ${missing.join(', ')}`;
};

/** What happened to the rules of one run. */
export interface RulesOfRun {
  readonly profile: ProfileName;
  readonly target: string;
  /** How often each rule fired. */
  readonly fired: Readonly<Record<string, number>>;
  /** How many snapshots were compared: what exercises the rules that only the state shows. */
  readonly snapshots: number;
  /** What the driver has of all that an adapter may leave out; absent: everything. */
  readonly capable?: Capable;
  /** Rules blamed by a failure. */
  readonly blamed: ReadonlySet<string>;
  /** Rules with a known failure that was seen. */
  readonly known?: ReadonlySet<string>;
}

/** Every rule with what became of it, in the order of the rule book. */
export const ruleRows = ({
  profile,
  target,
  fired,
  snapshots,
  blamed,
  known,
  capable = FULLY_CAPABLE,
}: RulesOfRun): RuleRow[] =>
  RULE_IDS.map(id => {
    const rule = RULES[id];
    const { level } = rule;
    const exercised = (fired[id] ?? 0) + (rule.firesIn === 'snapshot' ? snapshots : 0);
    if (blamed.has(id)) return { id, level, status: 'fail', exercised };
    if (known?.has(id) === true) return { id, level, status: 'known', exercised };
    // A rule that fires in the specification alone is not seen: what it decides shows only where the capability is.
    const undeclared = whyUndeclared(id, rule, capable);
    if (undeclared !== undefined) return { id, level, status: 'not-applicable', exercised, why: undeclared };
    if (exercised > 0) return { id, level, status: 'pass', exercised };
    const hidden = hiddenBy(PROFILES[profile], id);
    const reason =
      whyNotApplicable(rule, profile, target) ??
      (hidden === undefined ? undefined : `${profile} avoids it (${hidden.id}): ${hidden.says}`);
    if (reason === undefined) return { id, level, status: 'not-exercised', exercised };
    return { id, level, status: 'not-applicable', exercised, why: reason };
  });

const LEVELS: readonly Level[] = ['MUST', 'SHOULD', 'INFO'];
const STATUSES: readonly RuleStatus[] = ['not-exercised', 'fail', 'known', 'pass', 'not-applicable'];

/** The rows as a table of coverage: gaps first, what fired seldom before what fired often, the inapplicable last. */
export const gapsFirst = (rows: readonly RuleRow[]): RuleRow[] =>
  [...rows].sort(
    (a, b) =>
      STATUSES.indexOf(a.status) - STATUSES.indexOf(b.status) ||
      (a.status === 'pass' ? a.exercised - b.exercised : 0) ||
      LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level),
  );

/**
 * The likeliest of the rules that a failure blames: the one that fired least often in the whole run, because the rules
 * that fire in every step are also in every step that goes well. `undefined` where nothing is blamed.
 */
export const likeliestRule = (
  blamed: readonly string[],
  fired: Readonly<Record<string, number>>,
): string | undefined => {
  const rarity = (id: string): number => fired[id] ?? 0;
  return [...blamed].reverse().sort((a, b) => rarity(a) - rarity(b))[0];
};

/** Ids of the applicable rules of a level that never fired. */
export const unexercised = (rows: readonly RuleRow[], level: Level = 'MUST'): RuleId[] =>
  rows.filter(row => row.status === 'not-exercised' && row.level === level).map(({ id }) => id);

/** What `explain` and `list` say about an id; `undefined` for an id that the catalogue does not have. */
export const lookUp = (
  word: string,
):
  | { readonly id: string; readonly rule: Rule }
  | { readonly id: string; readonly aliasOf: readonly string[] }
  | undefined => {
  const id = word.toUpperCase();
  const row = Object.hasOwn(BOOK, id) ? BOOK[id] : undefined;
  if (row === undefined) return undefined;
  return isAlias(row) ? { id, aliasOf: row.aliasOf } : { id, rule: row };
};

/** Every alias with the rules that it restates. */
export const aliases = (): { readonly id: string; readonly aliasOf: readonly string[] }[] =>
  Object.entries(BOOK).flatMap(([id, row]) => (isAlias(row) ? [{ id, aliasOf: row.aliasOf }] : []));
