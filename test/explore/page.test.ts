/** The explorer page: a part of the graph that is true, and stored so that nothing of it is lost or run. */
import { describe, expect, test } from 'vitest';
import { Environment, resolve } from '../../abi/resolve.ts';
import { specification } from '../../model/model.ts';
import { explorerData, explorerPage } from '../../conformance/explore/page.ts';
import { enabledIn, opsTo, placesOf } from '../../conformance/report/html/explorer/graph.ts';
import { hashOf, routeOf } from '../../conformance/report/html/explorer/route.ts';
import { shelve, unshelve, type Shelf } from '../../conformance/report/html/explorer/shelf.ts';
import type { Configuration } from '../../properties/explore/configuration.ts';
import { deaf } from './configurations.ts';

const dataOf = (configuration: Configuration, most = 2000) =>
  explorerData({ configuration, progress: { distinct: 330 }, ended: 'complete', found: [] }, { most });

const whole = dataOf(deaf);

describe('the graph of the page', () => {
  test('has the states and the steps that the explorer counts', () => {
    expect(whole.states.length).toBe(330);
    expect(whole.states.reduce((sum, { steps }) => sum + steps.length, 0)).toBe(1307);
    expect(whole.cut).toBe(false);
  });

  test('is in breadth-first order, and each shortest log is as long as the depth says', () => {
    whole.states.forEach(({ depth }, at) => {
      expect(depth).toBeGreaterThanOrEqual(whole.states[at - 1]?.depth ?? 0);
      expect(opsTo(whole, at).length).toBe(whole.begins.ops.length + depth);
    });
  });

  test('shows each state as its shortest log leaves it', () => {
    for (let at = 0; at < whole.states.length; at += 7) {
      const env = new Environment();
      let possible = [specification.initial({ devices: 1 })];
      for (const op of opsTo(whole, at)) {
        const call = resolve(env, op);
        possible = possible.flatMap(state =>
          specification.step(state, call).map(outcome => {
            env.learn(outcome.delivered);
            return outcome.state;
          }),
        );
      }
      expect(possible.map(state => specification.snapshot(state))).toContainEqual(whole.states[at]?.snapshot);
    }
  });

  test('ends where it is told to, and says so', () => {
    const part = dataOf(deaf, 20);
    expect(part.states.length).toBe(20);
    expect(part.cut).toBe(true);
    expect(part.states.some(({ steps }) => steps.some(({ to }) => to === null))).toBe(true);
    expect(part.states.map(({ depth }) => depth)).toEqual(whole.states.slice(0, 20).map(({ depth }) => depth));
  });

  test('finds every place of a rule', () => {
    const count = whole.states.flatMap(({ steps }) => steps).filter(({ rules }) => rules.includes('READ-41')).length;
    expect(count).toBeGreaterThan(0);
    expect(placesOf(whole, 'READ-41').length).toBe(count);
  });
});

describe('a shelf', () => {
  test('gives back what was put on it, and holds what is equal once', () => {
    const value = { a: [1, '1', null, true, { b: [] }], c: { b: [] }, __proto__x: -0.5, '<': '</script>' };
    const shelf = JSON.parse(JSON.stringify(shelve(value))) as Shelf;
    const back = unshelve(shelf) as typeof value;
    expect(back).toEqual(value);
    expect(back.a[4]).toBe(back.c);
  });

  test('keeps the outcomes of one op together', () => {
    const back = unshelve(shelve(whole)) as typeof whole;
    expect(back).toEqual(whole);
    const state = whole.states[0]!;
    const step = state.steps[0]!;
    const twice = { ...state, steps: [step, { ...step, op: structuredClone(step.op), rules: [] }] };
    const [first, ...others] = enabledIn(unshelve(shelve(twice)) as typeof state);
    expect(others).toEqual([]);
    expect(first?.outcomes.map(each => each.step)).toEqual([0, 1]);
  });
});

describe('the file', () => {
  test('names no other address and has one data element and one script, whatever the configuration is called', () => {
    const text = explorerPage({ ...dataOf(deaf, 5), title: '</script><img src=x onerror=alert(1)>' });
    expect(text.match(/<script/g)).toHaveLength(2);
    expect(text.match(/<\/script>/g)).toHaveLength(2);
    expect(text).not.toContain('<img');
    expect(text).not.toMatch(/\b(?:src|href)="(?!#)/);
    expect(text).toMatch(/script-src (?:'|&#39;|&apos;)sha256-[A-Za-z0-9+/=]{44}/);
  });

  test.each([{ state: 0 }, { state: 12, from: { state: 4, step: 1 } }, { state: 3, find: 'INV-BUFFER-01' }])(
    'has an address for %o',
    route => {
      expect(routeOf(hashOf(route))).toEqual(route);
    },
  );
});
