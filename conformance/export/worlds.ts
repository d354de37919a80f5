/**
 * Everything that the specification allows a log to show, worked out before anybody runs it.
 *
 * Where the driver is free, the log goes on in several worlds: one for each set of states that the observations so far
 * leave possible, exactly as the checker narrows them. Most logs have one.
 */
import type { World } from '../../abi/driver.ts';
import { equal } from '../../abi/equal.ts';
import type { Observation } from '../../abi/observation.ts';
import type { Op } from '../../abi/op.ts';
import { Environment, resolve } from '../../abi/resolve.ts';
import type { Delivered, Outcome, Specification } from '../../abi/specification.ts';
import { distinct, type Hypothesis } from '../../properties/judge.ts';
import { observationText } from './text.ts';

/** Where a message arrived: in the returns of an op, counted from zero. */
export interface Arrived {
  /** The op that sent it, and the number of its command. */
  readonly of: number;
  readonly cmd: number;
  readonly op: number;
  readonly nth: number;
}

/** One thing that may be seen in one world, and the world it leads to. */
export interface Way {
  readonly from: number;
  readonly to: number;
  /** Absent where the op cannot be made: its thread still waits. */
  readonly observation?: Observation;
  readonly text: string;
  readonly arrived: readonly Arrived[];
  readonly rules: readonly string[];
}

/** One op with all that may be seen. */
export interface Expected {
  readonly op: Op;
  /** Empty: too many worlds to tell them apart, from this op on. */
  readonly ways: readonly Way[];
  /** It can be made in no world, and nobody tries. */
  readonly never: boolean;
}

/** What an op that cannot be made shows. */
export const NOT_APPLICABLE = 'not applicable';
/** Worlds that are told apart, at most. */
const MOST_WORLDS = 48;

type Hypotheses<State> = readonly Hypothesis<State>[];

/** The place of a delivered message in what was observed. */
const placeOf = ({ origin, delivery }: Delivered, { op, result, completions }: Observation): Arrived | undefined => {
  const all = [...(result === 'pending' ? [] : [{ op, done: result }]), ...completions];
  for (const { op: reader, done } of all) {
    const nth = (done.returns ?? []).findIndex(each => each === delivery || equal(each, delivery));
    if (nth >= 0) return { of: origin.op, cmd: origin.cmd, op: reader, nth };
  }
  return undefined;
};

/** Every way from a world through an op, without the numbers of worlds. */
const waysFrom = <State>(
  specification: Specification<State>,
  hypotheses: Hypotheses<State>,
  op: Op,
): readonly { readonly way: Omit<Way, 'from' | 'to'>; readonly next: Hypotheses<State> }[] => {
  const [first] = hypotheses;
  if (first === undefined) return [];
  const call = resolve(first.env, op);
  if (!hypotheses.every(({ state }) => specification.applicable(state, call))) {
    return [{ way: { text: NOT_APPLICABLE, arrived: [], rules: [] }, next: hypotheses }];
  }
  const groups = new Map<string, { readonly outcome: Outcome<State>; readonly next: Hypothesis<State>[] }>();
  for (const { state, env } of hypotheses) {
    for (const outcome of specification.step(state, call)) {
      const text = observationText(outcome.observation);
      const own = env.fork();
      own.learn(outcome.delivered);
      const group = groups.get(text) ?? { outcome, next: [] };
      groups.set(text, group);
      group.next.push({ state: outcome.state, env: own });
    }
  }
  return [...groups].map(([text, { outcome, next }]) => {
    const { observation, rules, delivered } = outcome;
    const arrived = delivered.flatMap(each => placeOf(each, observation) ?? []);
    return { way: { observation, text, arrived, rules }, next: distinct(next) };
  });
};

/** A message that some op names. */
export interface Sent {
  readonly of: number;
  readonly cmd: number;
}

/** Every message whose buffer, handles or descriptors the ops use, in the order of sending. */
export const namedMessages = (ops: readonly Op[]): readonly Sent[] => {
  const found = new Map<string, Sent>();
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const { of, cmd = 0 } = value as Partial<Sent>;
    if (typeof of === 'number') found.set(`${of} ${cmd}`, { of, cmd });
    Object.values(value).forEach(look);
  };
  ops.forEach(look);
  return [...found.values()].sort((a, b) => a.of - b.of || a.cmd - b.cmd);
};

/** Walks a log through every world. */
export const expectations = <State>(
  specification: Specification<State>,
  world: World,
  ops: readonly Op[],
): readonly Expected[] => {
  const named = namedMessages(ops);
  const keyOf = (hypotheses: Hypotheses<State>): string =>
    JSON.stringify([
      hypotheses.map(({ state }) => state),
      named.map(({ of, cmd }) => hypotheses[0]?.env.arrival(of, cmd)),
    ]);
  let worlds: Hypotheses<State>[] = [[{ state: specification.initial(world), env: new Environment() }]];
  return ops.map(op => {
    const numbers = new Map<string, number>();
    const next: Hypotheses<State>[] = [];
    const ways: Way[] = [];
    worlds.forEach((hypotheses, from) => {
      for (const { way, next: reached } of waysFrom(specification, hypotheses, op)) {
        const key = keyOf(reached);
        const to = numbers.get(key) ?? next.push(reached) - 1;
        numbers.set(key, to);
        ways.push({ ...way, from, to });
      }
    });
    worlds = next.length > MOST_WORLDS ? [] : next;
    const never = ways.length > 0 && ways.every(({ observation }) => observation === undefined);
    return { op, ways: worlds.length === 0 ? [] : ways, never };
  });
};
