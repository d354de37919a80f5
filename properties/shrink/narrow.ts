/**
 * The first part of shrinking: the specification's guess at the part of a log that matters, mended with what the guess
 * has left out.
 *
 * The guess is executed; while it passes, a binary search finds one more op that it needs. So the executions grow with
 * the number of ops that the guess missed, and not with the length of the log.
 */
import type { Op } from '../../abi/op.ts';
import { producersOf, repair } from './edit.ts';
import { isSetup } from './pass.ts';

/** A log to be executed now, and those that may have to be executed next. */
export interface Question {
  readonly ops: readonly Op[];
  readonly next: readonly (readonly Op[])[];
}

/** Ops that a guess may miss; more, and it is no guess. */
const MOST_MISSED = 12;

/** The ops of `part` and those of `more`, in the order of the whole log. */
const together = (ops: readonly Op[], ids: ReadonlySet<number>): readonly Op[] =>
  repair(ops.filter(({ id }) => ids.has(id)));

const withProducers = (ops: readonly Op[], ids: Set<number>): Set<number> => {
  for (let at = ops.length - 1; at >= 0; at--) {
    const op = ops[at] as Op;
    if (ids.has(op.id)) for (const of of producersOf(op)) ids.add(of);
  }
  return ids;
};

/** Asks about logs, one after the other, until one fails in the same way. */
export function* anyOf(logs: readonly (readonly Op[])[]): Generator<Question, boolean, boolean> {
  for (const [at, ops] of logs.entries()) if (yield { ops, next: logs.slice(at + 1) }) return true;
  return false;
}

/**
 * Asks about parts of a failing log, the smallest of the guesses first, and is told of each whether it fails in the
 * same way. Ends when a part that is as small as the guesses allow has failed, or nothing helps.
 */
export function* narrow(whole: readonly Op[], guesses: readonly (readonly Op[])[]): Generator<Question, void, boolean> {
  let guess: readonly Op[] = [];
  let ops = whole;
  for (const [at, larger] of guesses.entries()) {
    if (yield { ops: larger, next: guesses.slice(at + 1) }) {
      if (at === 0) return;
      ops = larger;
      break;
    }
    guess = larger;
  }
  const core = withProducers(ops, new Set(guess.map(({ id }) => id)));
  // What most logs need comes first, then what happened last.
  const missing = ops.filter(({ id }) => !core.has(id));
  let rest = [...missing.filter(isSetup), ...missing.filter(op => !isSetup(op)).reverse()];
  for (let missed = 0; missed < MOST_MISSED && rest.length > 0; missed++) {
    const upTo = (count: number): readonly Op[] =>
      together(ops, new Set([...core, ...rest.slice(0, count).map(({ id }) => id)]));
    if (missed > 0 && (yield { ops: upTo(0), next: [upTo(rest.length >> 1)] })) return;
    let passes = 0;
    let fails = rest.length;
    while (fails - passes > 1) {
      const middle = passes + ((fails - passes) >> 1);
      const next = [upTo(passes + ((middle - passes) >> 1)), upTo(middle + ((fails - middle) >> 1))];
      if (yield { ops: upTo(middle), next }) fails = middle;
      else passes = middle;
    }
    core.add((rest[fails - 1] as Op).id);
    withProducers(ops, core);
    rest = rest.slice(0, fails - 1).filter(({ id }) => !core.has(id));
  }
}
