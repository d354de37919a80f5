/** The outcomes near the canonical one are outcomes; with as many choices as there are, they are all the others. */
import { expect, it } from 'vitest';
import { equal } from '../../abi/equal.ts';
import { Environment, resolve } from '../../abi/resolve.ts';
import { seederOf } from '../../conformance/campaign/seeds.ts';
import { specification } from '../../model/model.ts';
import { OpLogArbitrary } from '../../properties/generator/arbitrary.ts';

const arbitrary = new OpLogArbitrary({ length: 200, devices: 2 });

it('what goes another way in few things is a part of all that may happen, and in many it is the rest of it', () => {
  let free = 0;
  let fewer = 0;
  for (let sequence = 0; sequence < 60; sequence++) {
    const env = new Environment();
    let state = specification.initial({ devices: 2 });
    for (const op of arbitrary.draw(seederOf(7, sequence))) {
      const call = resolve(env, op);
      if (!specification.applicable(state, call)) continue;
      const all = specification.step(state, call);
      const [canonical, ...others] = all;
      if (canonical === undefined) throw new Error('nothing is allowed');
      const one = specification.near?.(state, call, 1) ?? [];
      expect(one.length === 0).toBe(all.length === 1);
      if (all.length > 1 && all.length < 200) {
        free++;
        if (one.length < others.length) fewer++;
        expect(one.every(each => others.some(other => equal(each, other)))).toBe(true);
        const every = specification.near?.(state, call, Infinity) ?? [];
        expect(every).toHaveLength(others.length);
        expect(others.every(other => every.some(each => equal(each, other)))).toBe(true);
      }
      env.learn(canonical.delivered);
      ({ state } = canonical);
    }
  }
  expect(free).toBeGreaterThan(20);
  expect(fewer).toBeGreaterThan(0);
});
