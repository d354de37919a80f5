/** A failure told step by step: what its trace holds, with the specification's states beside the driver's. */
import { equal } from '../../abi/equal.ts';
import type { Delivery, Observation, Return } from '../../abi/observation.ts';
import type { Snapshot } from '../../abi/snapshot.ts';
import type { Outcome } from '../../abi/specification.ts';
import type { TraceSequence, TraceStep } from '../../abi/trace.ts';
import { specification, type State } from '../../model/model.ts';
import { comparable } from '../../properties/agree.ts';
import { distance, nearest } from '../../properties/difference.ts';
import { Judge } from '../../properties/judge.ts';
import type { KnownFailure } from '../campaign/tally.ts';
import type { MessageArrow, StoryStep } from './html/data.ts';
import { failuresOf, runReport, type FailureReport, type FinishedRun } from './run-report.ts';

/** A trace with the specification's opinion of every step. */
export interface Told {
  readonly steps: readonly StoryStep[];
  readonly messages: readonly MessageArrow[];
  /** Number of the step that the specification does not allow; -1: it allows all of them. */
  readonly failing: number;
}

/** One of the states in which the driver may be, and what it may have shown on the way there. */
interface Possible {
  readonly state: State;
  readonly outcome?: Outcome<State>;
}

/** Looking at more states than this for the nearest one is not worth the time. */
const MOST_STATES = 64;

const show = (snapshot: Snapshot | undefined): Snapshot | null => snapshot ?? null;

/** The possible state that is nearest to what the driver shows, and the two in the form in which they compare. */
const beside = (
  possible: readonly Possible[],
  seen: Snapshot | undefined,
  exactIds: boolean,
): Pick<StoryStep, 'model' | 'driver'> => {
  const expected = possible.slice(0, MOST_STATES).map(({ state }) => specification.snapshot(state));
  if (seen === undefined) return { model: show(expected[0]), driver: null };
  let best: readonly [Snapshot, Snapshot] | undefined;
  let least = Infinity;
  for (const each of expected) {
    const pair = comparable(each, seen, exactIds);
    const far = distance(pair[0], pair[1], least);
    if (far < least) [best, least] = [pair, far];
  }
  return { model: show(best?.[0]), driver: best?.[1] ?? seen };
};

const returnsOf = ({ op, result, completions }: Observation): readonly (readonly [number, readonly Return[]])[] => [
  [op, result === 'pending' ? [] : (result.returns ?? [])],
  ...completions.map(each => [each.op, each.done.returns ?? []] as const),
];

const kindOf = ({ br, flags }: Delivery): MessageArrow['kind'] => {
  if (br === 'BR_REPLY') return 'reply';
  return (flags & 1) === 0 ? 'call' : 'oneway';
};

/** The messages that arrived with an observation, as the outcome that agrees with it tells them. */
const arrivals = (outcome: Outcome<State> | undefined, observation: Observation): MessageArrow[] =>
  (outcome?.delivered ?? []).flatMap(({ origin, delivery }) => {
    const reader = returnsOf(observation).find(([, returns]) => returns.some(each => equal(each, delivery)));
    return reader === undefined ? [] : [{ from: origin.op, to: reader[0], kind: kindOf(delivery) }];
  });

const agreeing = (judge: Judge<State>, call: ReturnType<Judge<State>['call']>, { observation }: TraceStep) =>
  judge.hypotheses
    .flatMap(({ state }) => specification.step(state, call))
    .find(outcome => equal(outcome.observation, observation));

/** Tells a trace. Never throws: a step that cannot have been made ends the story. */
export const tell = ({ steps, devices }: TraceSequence, exactIds: boolean): Told => {
  const judge = new Judge<State>(specification, { devices });
  const told: StoryStep[] = [];
  const messages: MessageArrow[] = [];
  for (const step of steps) {
    const { op, observation, snapshot } = step;
    const call = judge.call(op);
    if (!judge.applicable(call)) break;
    const outcome = agreeing(judge, call, step);
    const divergence = judge.observe(call, observation);
    messages.push(...arrivals(outcome, observation));
    if (divergence !== undefined) {
      const { allowed } = divergence;
      const best = nearest(observation, allowed, each => each.observation);
      const possible = best === undefined ? allowed : [best, ...allowed.filter(each => each !== best)];
      const states = beside(possible.slice(0, snapshot === undefined ? 1 : MOST_STATES), snapshot, exactIds);
      told.push({ op, observation, rules: best?.rules ?? [], ...states, possible: allowed.length, diverges: true });
      return { steps: told, messages, failing: told.length - 1 };
    }
    const possible = judge.hypotheses.length;
    const states = beside(judge.hypotheses, snapshot, exactIds);
    const refused = snapshot !== undefined && judge.observeSnapshot(snapshot, exactIds) !== undefined;
    told.push({ op, observation, rules: judge.rules, ...states, possible, diverges: refused });
    if (refused) return { steps: told, messages, failing: told.length - 1 };
  }
  return { steps: told, messages, failing: -1 };
};

const UNTOLD: Told = { steps: [], messages: [], failing: -1 };

/** The story of a failure; without steps where its execution could not be recorded. */
export const storyOf = ({ first, shrunk, trace }: KnownFailure): Told => {
  if (trace === undefined) return UNTOLD;
  const told = tell(trace.sequence, trace.exactIds);
  // An invariant may be broken in a state that the specification allows.
  const { op } = (shrunk ?? first).failure;
  return told.failing >= 0 ? told : { ...told, failing: told.steps.findIndex(step => step.op.id === op.id) };
};

/** Every failure with its story, in the order of the report. */
export interface ToldFailure {
  readonly known: KnownFailure;
  readonly report: FailureReport;
  readonly told: Told;
}

/** The failures of a run with their stories; `only` (from 1) picks one. */
export const toldFailures = (run: FinishedRun, only?: number): readonly ToldFailure[] => {
  const { report } = runReport(run);
  return failuresOf(run.tally).flatMap((known, at) =>
    only === undefined || only === at + 1
      ? [{ known, report: report.failures[at] as FailureReport, told: storyOf(known) }]
      : [],
  );
};
