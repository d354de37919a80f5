/**
 * Other beginnings: logs that the generator writes anew, in which the specification sees what the failing log does at
 * its end. Each is made small by the specification alone; only what came out shorter than the best log is executed.
 */
import type { Op } from '../../abi/op.ts';
import { OpLogArbitrary } from '../generator/arbitrary.ts';
import type { Seeder } from '../generator/dice.ts';
import { repair } from './edit.ts';
import { LIKENESSES, type Guide, type Likeness } from './guide.ts';
import { isWriteRead, type Pass } from './pass.ts';
import { STRUCTURE } from './passes.ts';
import { dropChunks } from './removals.ts';

/** Logs that are written, at most. */
const WRITTEN = 200;
/** Logs of one likeness that are made small. */
const OF_EACH = 4;
/** Shorter logs that are executed, at most: the shortest ones. */
const MOST = 12;
const LENGTH = 100;

const SMALLER: readonly Pass[] = [dropChunks(1), ...STRUCTURE];

/** The same integers for the same number, everywhere. */
const seeded = (number: number): Seeder => {
  let state = Math.imul(number + 1, 0x9e3779b1) | 1;
  return {
    nextInt(min, max) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return min + ((state >>> 0) % (max - min + 1));
    },
  };
};

const size = (ops: readonly Op[]): number =>
  ops.reduce((sum, op) => sum + 1000 + (isWriteRead(op) ? JSON.stringify(op).length : 0), 0);

/** The smallest log that the passes make of one while it stays alike. */
const reduced = (guide: Guide, ops: readonly Op[], by: Likeness): readonly Op[] => {
  let best = guide.core(ops, by) ?? ops;
  for (let changed = true; changed;) {
    changed = false;
    for (const pass of SMALLER) {
      let from = 0;
      for (let again = true; again;) {
        again = false;
        for (const { ops: candidate, position } of pass.candidates(best, { at: from })) {
          const next = repair(candidate);
          if (next.length === 0 || next.length > best.length || size(next) >= size(best)) continue;
          if (!guide.isAlike(next, by)) continue;
          best = next;
          from = position.at;
          changed = again = true;
          break;
        }
      }
    }
  }
  return best;
};

/** Logs of the generator, made small, that do at their end what the failing log does at its own; the shortest first. */
export const elsewhere = (guide: Guide): readonly (readonly Op[])[] => {
  const arbitrary = new OpLogArbitrary({ length: LENGTH });
  const wanted = LIKENESSES.map(by => ({ by, left: OF_EACH }));
  const found = new Map<string, readonly Op[]>();
  for (let number = 0; number < WRITTEN && wanted.some(({ left }) => left > 0); number++) {
    const ops = arbitrary.draw(seeded(number));
    // All of them are looked for before any is made small, while the specification still stands where the log ends.
    const seen = wanted.flatMap(each => {
      const part = each.left === 0 ? undefined : guide.upTo(ops, each.by);
      return part === undefined ? [] : [{ each, part }];
    });
    for (const { each, part } of seen) {
      each.left--;
      const small = reduced(guide, part, each.by);
      found.set(JSON.stringify(small), small);
    }
  }
  return [...found.values()].sort((a, b) => a.length - b.length).slice(0, MOST);
};
