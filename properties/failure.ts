/** What went wrong in one run, and the signature by which two failures are the same bug. */
import { firstDifference } from '../abi/equal.ts';
import type { OpId } from '../abi/ids.ts';
import type { Op } from '../abi/op.ts';
import { classOf, lookup, nearest, sortAlong } from './difference.ts';

export type FailureKind = 'observation' | 'snapshot' | 'journal' | 'invariant' | 'crash' | 'timeout' | 'capability';

/** What can differ from what is allowed, leaf by leaf. */
export type Compared = 'observation' | 'snapshot' | 'journal';

/** Whether a failure shows in what a driver tells of itself, and may have begun long before the op that showed it. */
export const isAboutState = (failure: Pick<Failure, 'kind'> | undefined): boolean =>
  failure?.kind === 'snapshot' || failure?.kind === 'journal' || failure?.kind === 'invariant';

export interface Failure {
  readonly kind: FailureKind;
  /** Kind, op kind with its commands, first differing field, and the names that differ there; never raw numbers. */
  readonly signature: string;
  /** The signature without what depends on the op that shows it: what shrinking must keep. */
  readonly core: string;
  /** BC_* names of the failing write_read, or the ioctl. */
  readonly commands: readonly string[];
  /** The op at which it showed. */
  readonly op: Op;
  readonly observed: unknown;
  /** Every observation or snapshot that the rules allow. */
  readonly allowed: readonly unknown[];
  /** Rules of the nearest allowed outcome, or the id of the invariant. */
  readonly rules: readonly string[];
  /** For people. */
  readonly explanation: readonly string[];
  /** Ops before the failing one that were inapplicable and not performed. */
  readonly skipped: readonly OpId[];
}

/** The BC_* names of a write, or the ioctl, in a fixed order without repetition. */
export const commandsOf = (op: Op): readonly string[] => {
  if (op.op === 'ioctl') return [typeof op.cmd === 'string' ? op.cmd : 'unknown'];
  if (op.op !== 'write_read') return [];
  return [...new Set((op.write ?? []).map(({ bc }) => bc))].sort();
};

const inBrackets = (commands: readonly string[]): string => (commands.length === 0 ? '' : `[${commands.join('+')}]`);

const show = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 600 ? `${text.slice(0, 600)}…` : text;
};

/**
 * Where a difference is, whichever op shows it: a snapshot differs long after what spoiled it, and a read tells the
 * same whether it had to wait or not. Only a bare outcome means little without its op.
 */
const placeOf = (kind: Compared, op: Op, general: string): string => {
  if (kind !== 'observation') return general;
  const place = general.replace(/^(?:completions\.\*\.done|result)(?=\.|$)/, 'done');
  if (place !== 'done' && place !== 'done.status') return place;
  return `${op.op === 'ioctl' ? String(commandsOf(op)[0]) : op.op} ${place}`;
};

/** A difference between what a target showed and the nearest that was allowed. */
export const differs = (
  kind: Compared,
  op: Op,
  observed: unknown,
  allowed: readonly unknown[],
  rules: readonly string[],
  skipped: readonly OpId[],
): Failure => {
  const best = nearest(observed, allowed, item => item);
  const found = firstDifference(best, observed);
  const path = found?.path ?? '';
  const general = path.replace(/\d+/g, '*');
  const commands = commandsOf(op);
  const values = `${classOf(found?.left)}!=${classOf(found?.right)}`;
  const sort = sortAlong(best, path.split('.'));
  const core = `${kind} ${placeOf(kind, op, general)} ${values}${sort === undefined ? '' : ` of ${sort}`}`;
  const parent = path.includes('.') ? path.slice(0, path.lastIndexOf('.')) : '';
  return {
    kind,
    core,
    signature: `${kind} ${op.op}${inBrackets(commands)} ${general} ${values}`,
    commands,
    op,
    observed,
    allowed,
    rules,
    skipped,
    explanation: [
      `op ${op.id}: ${show(op)}`,
      `differs at ${path === '' ? '(everything)' : path}`,
      `  allowed  ${show(found?.left)}`,
      `  observed ${show(found?.right)}`,
      ...(parent === ''
        ? []
        : [
            `  within ${parent}: allowed ${show(lookup(best, parent))}`,
            `  within ${parent}: observed ${show(lookup(observed, parent))}`,
          ]),
      ...(allowed.length > 1 ? [`  (${allowed.length} outcomes are allowed; the nearest is shown)`] : []),
      ...(rules.length === 0 ? [] : [`rules: ${rules.join(' ')}`]),
    ],
  };
};

/** A broken invariant. */
export const breaks = (
  id: string,
  says: string,
  breaches: readonly string[],
  op: Op,
  skipped: readonly OpId[],
): Failure => ({
  kind: 'invariant',
  core: `invariant ${id}`,
  signature: `invariant ${id}`,
  commands: commandsOf(op),
  op,
  observed: breaches,
  allowed: [],
  rules: [id],
  skipped,
  explanation: [
    `op ${op.id}: ${show(op)}`,
    `${id}: ${says}`,
    ...breaches.slice(0, 5).map(breach => `  But ${breach}.`),
  ],
});

/** Something was thrown, or a remote target died, fell silent, or does not offer what it declares. */
export const crashes = (
  kind: 'crash' | 'timeout' | 'capability',
  who: string,
  error: unknown,
  op: Op,
  skipped: readonly OpId[],
): Failure => {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const general = text.split('\n', 1)[0]?.replace(/-?\d+/g, '#').slice(0, 120) ?? '';
  const commands = commandsOf(op);
  return {
    kind,
    core: `${kind} ${who} ${general}`,
    signature: `${kind} ${who} ${op.op}${inBrackets(commands)} ${general}`,
    commands,
    op,
    observed: text,
    allowed: [],
    rules: [],
    skipped,
    explanation: [`op ${op.id}: ${show(op)}`, `${who}: ${error instanceof Error ? (error.stack ?? text) : text}`],
  };
};

/** Whether a failure met while shrinking is the one being shrunk. */
export const sameBug = (pinned: Failure, met: Failure): boolean => pinned.core === met.core;
