/** `same` is `equal` for observations, whatever differs. */
import { describe, expect, test } from 'vitest';
import { equal } from '../../abi/equal.ts';
import type { Observation } from '../../abi/observation.ts';
import { same } from '../../abi/same.ts';
import { seederOf } from '../../conformance/campaign/seeds.ts';
import { specification } from '../../model/model.ts';
import { OpLogArbitrary } from '../../properties/generator/arbitrary.ts';
import { Judge } from '../../properties/judge.ts';

/** What the specification shows of some generated logs. */
const observations = (): Observation[] => {
  const arbitrary = new OpLogArbitrary({ length: 60, devices: 2 });
  const shown: Observation[] = [];
  for (let sequence = 0; sequence < 25; sequence++) {
    const judge = new Judge(specification, { devices: 2 }, 'canonical');
    for (const op of arbitrary.draw(seederOf(3, sequence))) {
      const call = judge.call(op);
      if (!judge.applicable(call)) continue;
      const [outcome] = specification.step(judge.hypotheses[0]?.state as never, call);
      if (outcome === undefined) continue;
      shown.push(outcome.observation);
      judge.observe(call, outcome.observation);
    }
  }
  return shown;
};

/** Every copy of a value in which one leaf is another one, or one item of a list is gone. */
const changed = function* (value: unknown): Generator<unknown> {
  if (typeof value === 'string') yield `${value}00`;
  else if (typeof value === 'number') yield value + 1;
  else if (typeof value === 'boolean') yield !value;
  else if (value === null) yield 7;
  else if (Array.isArray(value)) {
    if (value.length > 0) yield value.slice(1);
    for (let at = 0; at < value.length; at++) for (const other of changed(value[at])) yield value.with(at, other);
  } else if (typeof value === 'object') {
    for (const [key, item] of Object.entries(value)) {
      for (const other of changed(item)) yield { ...value, [key]: other };
    }
  }
};

describe('two observations', () => {
  const shown = observations();

  test('are the same when they are equal, and when any leaf differs they are not', () => {
    let leaves = 0;
    for (const observation of shown) {
      expect(same(observation, structuredClone(observation))).toBe(true);
      for (const other of changed(observation)) {
        leaves++;
        const answer = same(observation, other as Observation);
        if (answer !== equal(observation, other)) expect.fail(JSON.stringify([observation, other]));
      }
    }
    expect(leaves).toBeGreaterThan(5_000);
  });
});
