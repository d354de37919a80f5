/**
 * Leaps: logs that are told in another way, ranked by the specification. A log that cannot get shorter by single steps
 * needs all that happens in it; so of all ways to tell it with fewer ops, those come first in which most of it still happens.
 */
import type { Op } from '../../abi/op.ts';
import { repair } from './edit.ts';
import type { Guide } from './guide.ts';
import { isSetup, type Pass } from './pass.ts';
import { fill, refuse, retell } from './retell.ts';
import { dropChunks, dropCommands } from './removals.ts';
import { acquireManager, bringForward, postpone, turn } from './rewrites.ts';
import { endings, loud, ownWork, ownWorkAlone, ownWorkFirst, shownSooner, together, twice } from './causes.ts';
import { byNumber, countsByCommand, theManagers, toTheManager } from './handles.ts';
import { holeAtTheEnd, replacedWhileFrozen } from './rooms.ts';
import type { Shortcut } from './shortcut.ts';

const ofPass = (pass: Pass): Shortcut =>
  function* shortcut(ops) {
    for (const candidate of pass.candidates(ops, { at: 0 })) yield candidate.ops;
  };

const SHORTCUTS: readonly Shortcut[] = [
  ...[dropChunks(1), refuse, retell, fill, turn, acquireManager, bringForward, postpone].map(ofPass),
  toTheManager,
  byNumber,
  countsByCommand,
  holeAtTheEnd,
  replacedWhileFrozen,
  shownSooner,
  together,
  ownWorkAlone,
];

/** Ways to tell a log that bring nothing by themselves, but make another op superfluous. */
const EXCHANGES: readonly Shortcut[] = [
  theManagers,
  ownWork,
  ownWorkFirst,
  endings,
  twice,
  loud,
  together,
  ofPass(dropCommands),
  toTheManager,
  countsByCommand,
];

/** What a log is worth where what the failure is about cannot be seen: as much as so many rules that fire no more. */
const HOPELESS = 3;

interface Ranked {
  readonly ops: readonly Op[];
  /** Rules that fire no more for each op that is saved. */
  readonly price: number;
}

/** Leaps of a log, at most `most`: the best of each way to tell it, then the second best, and so on. */
export const leaps = (guide: Guide, most: number): Pass => ({
  name: 'leaps',
  bold: true,
  *candidates(ops, from) {
    const { rules: wanted } = guide.told(ops);
    const seen = new Set<string>();
    const judged = (candidate: readonly Op[]): readonly Ranked[] => {
      const { performed, rules } = guide.told(repair(candidate));
      const next = repair(performed);
      const saved = ops.length - next.length;
      if (next.length === 0 || saved <= 0) return [];
      const key = JSON.stringify(next);
      if (seen.has(key)) return [];
      seen.add(key);
      let lost = guide.isHopeless(next) ? HOPELESS : 0;
      for (const rule of wanted) if (!rules.has(rule)) lost++;
      return [{ ops: next, price: (lost + 1) / saved }];
    };
    const ranked = [
      ...SHORTCUTS.map(shortcut => [...shortcut(ops)].flatMap(judged)),
      ...EXCHANGES.map(exchange => [...exchange(ops)].flatMap(next => fewer(next, ops.length).flatMap(judged))),
    ].flatMap(group => group.sort((a, b) => a.price - b.price).map((each, rank) => ({ ...each, rank })));
    ranked.sort((a, b) => a.rank - b.rank || a.price - b.price);
    for (const each of ranked.slice(from.at, most)) yield { ops: each.ops, position: { at: 0 } };
  },
});

/** A log, or, where it has `length` ops, the logs without one of them. */
const fewer = (ops: readonly Op[], length: number): readonly (readonly Op[])[] => {
  if (ops.length !== length) return ops.length < length ? [ops] : [];
  return ops.flatMap(gone => (isSetup(gone) && gone.op !== 'mmap' ? [] : [ops.filter(op => op !== gone)]));
};
