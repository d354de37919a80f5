/**
 * Leaps: logs that are told in another way, ranked by the specification. A log that cannot get shorter by single steps
 * needs all that happens in it; so of all ways to tell it with fewer ops, those come first in which most of it still happens.
 */
import type { Op } from '../../abi/op.ts';
import { keyOf } from './cost.ts';
import { repair } from './edit.ts';
import type { Guide } from './guide.ts';
import { otherThreads } from './moves.ts';
import { accepting, isSetup, type Pass } from './pass.ts';
import { refuse, retell } from './retell.ts';
import { dropChunks, dropCommands } from './removals.ts';
import { acquireManager, bringForward, postpone, turn } from './rewrites.ts';
import { endings, loud, ownWork, ownWorkAlone, ownWorkFirst, sooner, together, twice } from './causes.ts';
import { byNumber, countsByCommand, theManagers, toTheManager } from './handles.ts';
import { holeAtTheEnd, replacedWhileFrozen } from './rooms.ts';
import { alone, received, receivedAndGone, unreceived } from './scenes.ts';
import type { Shortcut } from './shortcut.ts';

/** A way to tell a log. */
interface Way {
  readonly tell: Shortcut;
  /** Logs of it that are executed, at most: beyond the one that keeps most of what happens few fail. */
  readonly most: number;
  /** It brings nothing by itself, but makes another op superfluous. */
  readonly exchanges: boolean;
}

const shortcut = (tell: Shortcut, most = 1): Way => ({ tell, most, exchanges: false });
const exchange = (tell: Shortcut, most = 1): Way => ({ tell, most, exchanges: true });

const ofPass = (pass: Pass): Shortcut =>
  function* told(ops) {
    for (const candidate of pass.candidates(ops, { at: 0 })) yield candidate.ops;
  };

/** The same, to a manager that takes what is sent. */
const taken = (tell: Shortcut): Shortcut =>
  function* told(ops) {
    for (const each of tell(ops)) yield accepting(each);
  };

const WAYS: readonly Way[] = [
  shortcut(ofPass(dropChunks(1)), 3),
  shortcut(ofPass(refuse), 3),
  shortcut(taken(ofPass(retell)), 2),
  shortcut(taken(ofPass(turn))),
  shortcut(ofPass(acquireManager)),
  shortcut(ofPass(bringForward)),
  shortcut(ofPass(postpone)),
  shortcut(toTheManager, 3),
  shortcut(byNumber),
  shortcut(holeAtTheEnd, 2),
  shortcut(replacedWhileFrozen),
  shortcut(ownWorkAlone),
  shortcut(alone),
  shortcut(unreceived, 5),
  shortcut(received, 4),
  shortcut(receivedAndGone, 3),
  exchange(theManagers),
  exchange(ownWork),
  exchange(ownWorkFirst),
  exchange(endings, 2),
  exchange(twice),
  exchange(sooner),
  exchange(loud),
  exchange(together),
  exchange(ofPass(dropCommands)),
  exchange(toTheManager),
  exchange(countsByCommand),
  exchange(otherThreads),
  exchange(ofPass(refuse), 3),
  exchange(taken(ofPass(retell))),
  exchange(taken(ofPass(turn))),
];

/** What a log is worth where what the failure is about cannot be seen: as much as so many rules that fire no more. */
const HOPELESS = 3;

/** A shorter log, told in some way. */
interface Leap {
  readonly ops: readonly Op[];
  readonly way: Way;
  /** Rules that fire no more for each op that is saved. */
  readonly price: number;
  /** How many of its way are cheaper. */
  readonly rank: number;
}

/** Every leap of a log: the best of each way to tell it, then the second best, and so on. */
export const allLeaps = (guide: Guide, ops: readonly Op[]): readonly Leap[] => {
  const { rules: wanted } = guide.told(ops);
  const seen = new Set<string>();
  const isSeen = (log: readonly Op[]): boolean => {
    const key = keyOf(log);
    const known = seen.has(key);
    seen.add(key);
    return known;
  };
  const base = wide(ops);
  const judged = (candidate: readonly Op[]): readonly Pick<Leap, 'ops' | 'price'>[] => {
    const whole = repair(candidate);
    if (isSeen(whole)) return [];
    const { performed, rules } = guide.told(whole);
    const next = repair(performed);
    const saved = ops.length - next.length;
    if (next.length === 0 || saved <= 0 || (next.length < whole.length && isSeen(next))) return [];
    let lost = guide.isHopeless(next) ? HOPELESS : 0;
    for (const rule of wanted) if (!rules.has(rule)) lost++;
    return [{ ops: next, price: (lost + 1) / saved }];
  };
  const leaps = WAYS.flatMap(way => {
    const { tell, exchanges } = way;
    const told = [...tell(base)];
    const all = (exchanges ? told.flatMap(each => fewer(each, ops.length)) : told).flatMap(judged);
    return all.sort((a, b) => a.price - b.price).map((each, rank): Leap => ({ ...each, way, rank }));
  });
  return leaps.sort((a, b) => a.rank - b.rank || a.price - b.price);
};

/** Of longer logs twice as many leaps are worth it: more of their ops are there for the sake of others. */
const MANY = 7;
/** Longer logs have too many. */
const LONGEST = 32;

/** The leaps of a log that are worth an execution, at most `most`. */
export const leaps = (guide: Guide, most: number): Pass => ({
  name: 'leaps',
  bold: true,
  *candidates(ops, from) {
    if (ops.length > LONGEST) return;
    const times = ops.length > MANY ? 2 : 1;
    const worth = allLeaps(guide, ops).filter(({ rank, way }) => rank < way.most * times);
    for (const each of worth.slice(from.at, most)) {
      yield { ops: each.ops, position: { at: 0 } };
    }
  },
});

/** A log, or, where it has `length` ops, the logs without one of them. */
const fewer = (ops: readonly Op[], length: number): readonly (readonly Op[])[] => {
  if (ops.length !== length) return ops.length < length ? [ops] : [];
  return ops.flatMap(gone => (isSetup(gone) && gone.op !== 'mmap' ? [] : [ops.filter(op => op !== gone)]));
};

/** What a look at memory shows, at most. */
const WIDE = 256;

/** The log with looks at more of the memory: told in another way, what was seen in one place may be in another. */
const wide = (ops: readonly Op[]): readonly Op[] =>
  ops.some(({ op }) => op === 'peek')
    ? ops.map(op => (op.op === 'peek' ? { ...op, offset: 0, length: WIDE } : op))
    : ops;
