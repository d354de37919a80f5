/** The capability `journal`: what a driver tells of its history crosses the protocol as it is, or is not asked for. */
import { describe, expect, test } from 'vitest';
import { Environment, resolve } from '../../abi/resolve.ts';
import { readCorpus } from '../../conformance/corpus.ts';
import { attempt } from '../../conformance/campaign/attempt.ts';
import { faultNamed } from '../../conformance/faults/all.ts';
import { claims } from '../../conformance/doctor/checks.ts';
import { CAPABILITY_NAMES } from '../../conformance/protocol/capabilities.ts';
import { RULE_IDS, whyUndeclared } from '../../conformance/rulebook.ts';
import { loadDriver } from '../../conformance/targets/faulty.ts';
import { ImplTarget } from '../../conformance/targets/impl.ts';
import { ProcessSession } from '../../conformance/targets/process/session.ts';
import { RULES } from '../../model/model.ts';
import { Coverage } from '../../properties/coverage.ts';
import { streamed } from './streamed.ts';

const telling = readCorpus().find(({ file }) => file.includes('more-messages-than-a-log-holds'));
const ops = telling?.log.ops ?? [];

describe('a journal', () => {
  test('crosses the protocol as the driver tells it', async () => {
    const driver = new ImplTarget();
    const target = await streamed(() => driver);
    try {
      const session = await target.begin({ devices: 2 });
      const environment = new Environment();
      await session.perform(ops.slice(0, 8).map(op => ({ call: resolve(environment, op), expected: [] })));
      const told = await session.journal();
      expect(told).toEqual(driver.journal());
      expect(told?.stats.length).toBeGreaterThan(0);
      await session.end();
    } finally {
      await target.stop();
    }
  });

  test('exercises the rules that only a journal shows', async () => {
    const target = await streamed(() => new ImplTarget());
    const coverage = new Coverage();
    const { failure } = await attempt(target, 2, ops, coverage);
    await target.stop();
    expect(failure?.explanation).toBeUndefined();
    const { rules } = coverage.record();
    for (const id of ['WR-10', 'READ-43', 'DBG-10', 'DBG-12', 'DBG-09']) expect(rules[id], id).toBeGreaterThan(0);
  });

  test('that is wrong is a failure of kind journal', async () => {
    const Driver = await loadDriver(faultNamed('log-newest-first'));
    const target = await streamed(() => new ImplTarget(Driver));
    const { failure } = await attempt(target, 2, ops, new Coverage());
    await target.stop();
    expect(failure?.kind).toBe('journal');
  });
});

describe('an adapter that does not declare it', () => {
  test('is not asked', async () => {
    const target = await streamed(() => new ImplTarget());
    const { connection } = target;
    const capable = new Set(CAPABILITY_NAMES.filter(name => name !== 'journal'));
    const session = new ProcessSession({
      ...{ connection, gen: 1, devices: 1, maxLine: 1 << 20, budgetMs: 0, capable },
      explain: error => Promise.resolve(error),
      over: () => {},
    });
    // It has not even begun: whatever is asked of it would be an error.
    expect(await session.journal()).toBeUndefined();
    await target.stop();
  });

  test('has the rules that only a journal shows not applicable, with the reason', () => {
    const capable = new Set(CAPABILITY_NAMES.filter(name => name !== 'journal'));
    const hidden = RULE_IDS.filter(id => whyUndeclared(id, RULES[id], capable) === 'not declared: journal');
    expect(hidden).toEqual(RULE_IDS.filter(id => RULES[id].firesIn === 'journal'));
    expect(hidden.length).toBeGreaterThan(5);
  });
});

test('doctor finds nothing wrong with the claim of the adapter of the optimised driver', async () => {
  const target = await streamed(() => new ImplTarget());
  const findings = await claims(target);
  await target.stop();
  expect(findings.filter(({ verdict }) => verdict === 'wrong')).toEqual([]);
});
