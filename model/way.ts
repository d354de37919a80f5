/**
 * Ways through a call. Where the driver is free a turn asks for an answer; each sequence of answers is one way, with one
 * outcome.
 */
import type { Call } from '../abi/call.ts';
import type { Completion } from '../abi/observation.ts';
import type { Outcome } from '../abi/specification.ts';
import type { Notes } from './journal/note.ts';
import { perform } from './perform.ts';
import { flush, release } from './end.ts';
import { runAllWoken, runConcerned } from './read.ts';
import type { State } from './state.ts';
import { taskOf } from './task.ts';
import { NOBODY, Turn, taskKey, type Deferred } from './turn.ts';

/**
 * Ways through one call that are enumerated, the canonical one first. Only the end of a process among very many
 * sleepers has more; what lies beyond is not known to be allowed.
 */
const MOST_OUTCOMES = 32_768;

/** The next sequence of answers in order, given how many answers each question had. */
const nextAnswers = (answers: readonly number[], asked: readonly number[]): readonly number[] | null => {
  for (let at = asked.length - 1; at >= 0; at--) {
    const answer = (answers[at] ?? 0) + 1;
    if (answer < (asked[at] as number)) return [...asked.slice(0, at).map((_, index) => answers[index] ?? 0), answer];
  }
  return null;
};

/** One way through the call; `answers` say what to choose where the driver is free. */
export const run = (
  state: State,
  call: Call,
  answers: readonly number[],
  notes: Notes | null = null,
): { turn: Turn; outcome: Outcome<State> } => {
  const turn = new Turn(state, call.id, answers, notes);
  if (call.op !== 'reclaim') taskOf(turn, call.proc);
  if (call.op === 'share') taskOf(turn, call.to);
  if ('thread' in call && call.thread !== undefined) turn.current = taskKey(call.proc, call.thread);
  const result = perform(turn, call);
  runAllWoken(turn);
  turn.current = NOBODY;
  for (let next = turn.deferred[0]; next !== undefined; next = turn.deferred[0]) {
    turn.deferred = turn.deferred.slice(1);
    if (turn.fileIfAny(next.file) === undefined) continue;
    if (next.what === 'flush') flush(turn, next.file);
    else release(turn, next.file);
    if (isMixed(turn, next) && turn.choose(2) === 1) turn.beside = runConcerned;
    else runAllWoken(turn);
  }
  // An op that parked and was released within its own turn has simply returned.
  const own = turn.completions.find(({ op }) => op === call.id);
  const others = own === undefined ? turn.completions : turn.completions.filter(other => other !== own);
  const completions = others.length > 1 ? others.toSorted(byOp) : others;
  return {
    turn,
    outcome: {
      state: turn.state(),
      observation: { op: call.id, result: own?.done ?? result, completions },
      delivered: turn.delivered,
      rules: turn.rules(),
    },
  };
};

/** The worker goes on with another file, and one of the two is flushed: who was woken runs before that, or beside it. */
const isMixed = (t: Turn, done: Deferred): boolean => {
  const [next] = t.deferred;
  if (next === undefined || next.file === done.file || t.woken.length === 0) return false;
  return done.what === 'flush' || next.what === 'flush';
};

const byOp = (a: Completion, b: Completion): number => a.op - b.op;

/** The outcome in which every choice is answered with its first answer. */
export const canonical = (state: State, call: Call): { readonly outcome: Outcome<State>; readonly alone: boolean } => {
  const { turn, outcome } = run(state, call, NO_ANSWERS);
  return { outcome, alone: turn.asked.length === 0 };
};

export const NO_ANSWERS: readonly number[] = [];

/** Every way through a call, the canonical one first. */
export const everyWay = <Way extends { readonly turn: Turn }>(
  walk: (answers: readonly number[]) => Way,
): readonly Way[] => {
  const first = walk(NO_ANSWERS);
  const ways = [first];
  let answers = nextAnswers([], first.turn.asked);
  while (answers !== null && ways.length < MOST_OUTCOMES) {
    const way = walk(answers);
    ways.push(way);
    answers = nextAnswers(answers, way.turn.asked);
  }
  return ways;
};

/** Every outcome, the canonical one first. */
export const step = (state: State, call: Call): readonly Outcome<State>[] =>
  everyWay(answers => run(state, call, answers)).map(({ outcome }) => outcome);

/** The outcomes in which so many choices, or fewer, are not answered with their first answer. */
export const near = (state: State, call: Call, choices: number): readonly Outcome<State>[] => {
  const found: Outcome<State>[] = [];
  const walk = (answers: readonly number[], left: number): void => {
    const { turn, outcome } = run(state, call, answers);
    if (answers.length > 0) found.push(outcome);
    if (left === 0) return;
    turn.asked.slice(answers.length).forEach((count, skipped) => {
      const before = [...answers, ...Array.from({ length: skipped }, () => 0)];
      for (let answer = 1; answer < count; answer++) walk([...before, answer], left - 1);
    });
  };
  walk(NO_ANSWERS, choices);
  return found;
};
