/** What a failing driver should have shown, and where a finished op or a snapshot shows the like. */
import { equal, firstDifference } from '../abi/equal.ts';
import { classOf, lookup, nearest, sortAlong, sortOf } from './difference.ts';
import type { Failure } from './failure.ts';

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
