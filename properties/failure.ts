/** What went wrong in one run, and the signature by which two failures are the same bug. */
import { equal, firstDifference } from '../abi/equal.ts';
import type { OpId } from '../abi/ids.ts';
import type { Op } from '../abi/op.ts';

export type FailureKind = 'observation' | 'snapshot' | 'journal' | 'invariant' | 'crash' | 'timeout' | 'capability';

/** What can differ from what is allowed, leaf by leaf. */
export type Compared = 'observation' | 'snapshot' | 'journal';

/** Whether a failure shows in what a driver tells of itself, and may have begun long before the op that showed it. */
export const isAboutState = (failure: Pick<Failure, 'kind'> | undefined): boolean =>
  failure?.kind === 'snapshot' || failure?.kind === 'journal' || failure?.kind === 'invariant';

/**
 * What the rules allow at the place of a difference. A log whose run, as the specification has it, shows nothing of
 * the kind cannot fail in the same way.
 */
export interface Expectation {
  /** Names from the finished op (or the snapshot) down to the place; `*` stands for any item of a list. */
  readonly place: readonly string[];
  readonly value: unknown;
  /** Items of the innermost list around it; 0 where that is the list of returns, or there is none. */
  readonly among: number;
  /** Class of the value: its name where it has one, its type otherwise. */
  readonly is: string;
  /** What sort of return it is a part of, where it is part of one. */
  readonly within: string | undefined;
  /** The plain values beside it that count something: what is no address and no name of anything. */
  readonly beside: Readonly<Record<string, unknown>>;
}

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

const size = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? Object.values(value).reduce<number>((sum, item) => sum + size(item), 1)
    : 1;

/** Number of leaves in which two plain values differ, up to `limit`. */
export const distance = (a: unknown, b: unknown, limit = 1000): number => {
  if (a === b) return 0;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Math.max(size(a), size(b));
  let count = 0;
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    count += distance(left[key], right[key], limit - count);
    if (count >= limit) return limit;
  }
  return count;
};

const NAME = /^[A-Za-z_]+$/;

/** The class of a value: its name where it has one, its type otherwise. */
const classOf = (value: unknown): string => {
  if (value === undefined) return 'absent';
  if (value === null) return 'null';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return NAME.test(value) && !/^[0-9a-f]+$/.test(value) ? value : 'text';
  if (typeof value !== 'object') return typeof value;
  for (const key of ['br', 'work', 'status', 'direction']) {
    const name = (value as Record<string, unknown>)[key];
    if (typeof name === 'string') return name;
  }
  return Array.isArray(value) ? 'list' : 'record';
};

/** The nearest of the allowed values, by number of differing leaves. */
export const nearest = <Item>(
  observed: unknown,
  allowed: readonly Item[],
  view: (item: Item) => unknown,
): Item | undefined => {
  let best: Item | undefined;
  let least = Infinity;
  for (const item of allowed) {
    const far = distance(observed, view(item), least);
    if (far < least) {
      least = far;
      best = item;
    }
  }
  return best;
};

/** The BC_* names of a write, or the ioctl, in a fixed order without repetition. */
export const commandsOf = (op: Op): readonly string[] => {
  if (op.op === 'ioctl') return [typeof op.cmd === 'string' ? op.cmd : 'unknown'];
  if (op.op !== 'write_read') return [];
  return [...new Set((op.write ?? []).map(({ bc }) => bc))].sort();
};

const inBrackets = (commands: readonly string[]): string => (commands.length === 0 ? '' : `[${commands.join('+')}]`);

const lookup = (value: unknown, path: string): unknown =>
  path === ''
    ? value
    : path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], value);

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

/** Returns that carry the same fields belong together: what goes wrong with one goes wrong with the others. */
const SORTS: Readonly<Record<string, string>> = {
  BR_TRANSACTION: 'delivery',
  BR_TRANSACTION_SEC_CTX: 'delivery',
  BR_REPLY: 'delivery',
  BR_INCREFS: 'node work',
  BR_ACQUIRE: 'node work',
  BR_RELEASE: 'node work',
  BR_DECREFS: 'node work',
};

const sortOf = (one: unknown): string | undefined => {
  const br = typeof one === 'object' && one !== null ? (one as { readonly br?: unknown }).br : undefined;
  return typeof br === 'string' ? (SORTS[br] ?? br) : undefined;
};

/** The sort of the return that a path leads into; `undefined` where it leads into none, or to its name. */
const sortAlong = (value: unknown, path: readonly string[]): string | undefined => {
  const at = path.indexOf('returns');
  if (at < 0 || path.length < at + 3 || path[at + 2] === 'br') return undefined;
  return sortOf(lookup(value, path.slice(0, at + 2).join('.')));
};

/** Where the finished op begins in an observation: behind `result` or behind `completions`, a number and `done`. */
const withinDone = (path: readonly string[]): readonly string[] =>
  path[0] === 'completions' ? path.slice(3) : path.slice(1);

const lengthAround = (value: unknown, path: readonly string[]): number => {
  const at = path.findLastIndex(name => /^\d+$/.test(name));
  if (at < 0 || path[at - 1] === 'returns') return 0;
  const list = lookup(value, path.slice(0, at).join('.'));
  return Array.isArray(list) ? list.length : 0;
};

/** Fields that say which one something is, and nothing about it. */
const NAMING: ReadonlySet<string> = new Set([
  'id',
  'node',
  'ptr',
  'cookie',
  'buffer',
  'offset',
  'offsetsAt',
  'sender',
  'data',
]);

const valuesBeside = (value: unknown, path: readonly string[]): Readonly<Record<string, unknown>> => {
  const around = lookup(value, path.slice(0, -1).join('.'));
  if (typeof around !== 'object' || around === null || Array.isArray(around)) return {};
  const own = path.at(-1);
  return Object.fromEntries(
    Object.entries(around).filter(
      ([name, item]) => name !== own && !NAMING.has(name) && (typeof item !== 'object' || item === null),
    ),
  );
};

/** What a failure expected; `undefined` where nothing was allowed at the place of its difference, or it has none. */
export const expectationOf = ({ kind, observed, allowed: all }: Failure): Expectation | undefined => {
  if (kind !== 'observation' && kind !== 'snapshot') return undefined;
  const allowed = nearest(observed, all, item => item);
  const path = firstDifference(allowed, observed)?.path ?? '';
  const names = path.split('.');
  const value = lookup(allowed, path);
  if (value === undefined || path === '') return undefined;
  const inside = kind === 'snapshot' ? names : withinDone(names);
  return {
    place: inside.map(name => (/^\d+$/.test(name) ? '*' : name)),
    value,
    among: lengthAround(allowed, names),
    is: classOf(value),
    within: sortAlong(allowed, names),
    beside: valuesBeside(allowed, names),
  };
};

/** The same value as was allowed, one of its class beside the same others, in a list that is as long, or anywhere. */
export type Resemblance = 'value' | 'beside' | 'list' | 'class';

const meets = (expected: Expectation, by: Resemblance, value: unknown, at: number): boolean => {
  const { place, within, among } = expected;
  if (at === place.length) return by === 'value' ? equal(expected.value, value) : classOf(value) === expected.is;
  if (typeof value !== 'object' || value === null) return false;
  if (by === 'beside' && at === place.length - 1) {
    const others = value as Record<string, unknown>;
    if (Object.entries(expected.beside).some(([name, item]) => others[name] !== item)) return false;
  }
  const name = place[at] as string;
  if (name !== '*') return meets(expected, by, (value as Record<string, unknown>)[name], at + 1);
  const innermost = !place.includes('*', at + 1);
  if (innermost && by === 'list' && Object.values(value).length < among) return false;
  const isReturn = within !== undefined && place[at - 1] === 'returns';
  return Object.values(value).some(item => !(isReturn && sortOf(item) !== within) && meets(expected, by, item, at + 1));
};

/** Whether a finished op, or a snapshot, has what is expected. */
export const shows = (expected: Expectation, value: unknown, by: Resemblance = 'class'): boolean =>
  meets(expected, by, value, 0);

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
