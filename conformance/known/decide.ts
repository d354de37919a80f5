/** What became of a known failure: decided by its own log, before anything is generated. */
import type { OpLog } from '../../abi/op.ts';
import type { Failure } from '../../properties/failure.ts';
import type { Facts } from './condition.ts';
import { lookUp } from '../rulebook.ts';
import { NO_RULE, type KnownEntry, type ReadyEntry } from './file.ts';

/**
 * `known`: it fails as recorded. `changed`: it fails otherwise. `stale`: it does not fail. `ignored`: the condition does
 * not hold here. `expired`: it fails as recorded (or
 * comes and goes), and is excused no longer. `unseen`: an intermittent one that did not
 * happen this time.
 */
export const OUTCOMES = ['known', 'changed', 'stale', 'ignored', 'expired', 'unseen'] as const;
export type KnownOutcome = (typeof OUTCOMES)[number];

/** An entry with what became of it. */
export interface Decided {
  readonly entry: KnownEntry;
  readonly outcome: KnownOutcome;
  /** The signature of what its log showed; `null` when it showed no failure or was not run. */
  readonly saw: string | null;
  /** The bug that is excused by it; `null` when none is. */
  readonly excuses: string | null;
}

/** Executions of the log of an intermittent failure, at most. */
const TURNS = 10;

/** The rules that an id stands for: itself, or those that it restates. */
const rulesOf = (req: string): readonly string[] => {
  const found = lookUp(req);
  return found !== undefined && 'aliasOf' in found ? found.aliasOf : [found?.id ?? req];
};

const asRecorded = ({ req, signature }: KnownEntry, { signature: saw, rules }: Failure): boolean =>
  saw === signature && (req === NO_RULE ? rules.length === 0 : rulesOf(req).some(id => rules.includes(id)));

/** Decides one entry by performing its log. `today` is a day: `2026-12-31`. */
export const decide = async (
  ready: ReadyEntry,
  facts: Facts,
  today: string,
  perform: (log: OpLog, signature: string) => Promise<Failure | undefined>,
): Promise<Decided> => {
  const { condition, log, ...entry } = ready;
  if (!condition(facts)) return { entry, outcome: 'ignored', saw: null, excuses: null };
  // The last day is a whole one.
  const expired = entry.expires !== undefined && entry.expires < today;
  let other: Failure | undefined;
  for (let turn = 0; turn < (entry.status === 'intermittent' ? TURNS : 1); turn++) {
    const failure = await perform(log, entry.signature);
    if (failure === undefined) continue;
    if (!asRecorded(entry, failure)) {
      other ??= failure;
      continue;
    }
    const { signature: saw, core } = failure;
    return { entry, outcome: expired ? 'expired' : 'known', saw, excuses: expired ? null : core };
  }
  if (other !== undefined) return { entry, outcome: 'changed', saw: other.signature, excuses: null };
  const outcome = entry.status !== 'intermittent' ? 'stale' : expired ? 'expired' : 'unseen';
  return { entry, outcome, saw: null, excuses: null };
};

/** The outcomes that keep a run from being conformant. */
export const COUNTS: ReadonlySet<KnownOutcome> = new Set<KnownOutcome>(['changed', 'stale', 'expired']);
/** Whether a failure that is known has been declared to stay. */
export const isDeviation = ({ entry, outcome }: Decided): boolean =>
  outcome === 'known' && (entry.status === 'wontfix' || entry.status === 'quirk');
