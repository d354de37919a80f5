/** Profiles: a driver that differs where it may is right under `core`, and what is wrong stays wrong. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Driver } from '../../abi/driver.ts';
import { OpLogSchema, OpSchema } from '../../abi/op.ts';
import { RULES } from '../../model/model.ts';
import { specification } from '../../model/model.ts';
import { seederOf } from '../../conformance/campaign/seeds.ts';
import { faultNamed } from '../../conformance/faults/all.ts';
import { loadDriver } from '../../conformance/targets/faulty.ts';
import { ImplTarget } from '../../conformance/targets/impl.ts';
import { INVARIANTS, WITNESSES } from '../../properties/all.ts';
import { Coverage } from '../../properties/coverage.ts';
import type { Failure } from '../../properties/failure.ts';
import { OpLogArbitrary } from '../../properties/generator/arbitrary.ts';
import { runLockstep } from '../../properties/lockstep.ts';
import { DIFFERENCES, FLAGS, UNFLAGGED } from '../../properties/profile/flags.ts';
import { prepared } from '../../properties/profile/prepare.ts';
import { CORE, hiddenBy, LINUX, type Profile } from '../../properties/profile/profile.ts';
import { variant } from './variant.ts';

const arbitrary = new OpLogArbitrary();

/** Runs sequences until one fails. */
const firstFailure = (
  driver: Driver,
  profile: Profile,
  ops: number,
  seed = 3,
  coverage = new Coverage(),
): Failure | undefined => {
  for (let sequence = 0; coverage.ops < ops; sequence++) {
    const log = prepared(profile, arbitrary.draw(seederOf(seed, sequence)));
    const { failure } = runLockstep({ specification, driver, profile, invariants: INVARIANTS, coverage }, log);
    if (failure !== undefined) return failure;
  }
  return undefined;
};

describe('a driver that places, numbers and reads in another way', () => {
  test('is wrong under linux-6.1', async () => {
    expect(firstFailure(await variant(), LINUX, 2000)).toBeDefined();
  });

  test('is right under core, states and invariants included', async () => {
    const coverage = new Coverage(WITNESSES);
    expect(firstFailure(await variant(), CORE, 1500, 3, coverage)?.explanation).toBeUndefined();
    expect(coverage.rulesFired).toBeGreaterThan(200);
    expect(coverage.checkpoints).toBeGreaterThan(15);
  });

  test.each(['br-dead-reply', 'node-cookie', 'failure-keeps-objects', 'object-any-cookie', 'empty-shares-address'])(
    'is wrong under core with the fault %s',
    async fault => {
      expect(firstFailure(await variant(faultNamed(fault)), CORE, 40_000)).toBeDefined();
    },
  );
});

describe('under core', () => {
  test('the optimised driver is right', () => {
    expect(firstFailure(new ImplTarget(), CORE, 1000, 9)?.explanation).toBeUndefined();
  });

  test('most of a dozen faults of all kinds show in the shortest log that shows them under linux-6.1', async () => {
    const faults = [
      ...['array-not-closed', 'br-dead-reply', 'dead-caller-reported', 'exit-fails-caller'],
      ...['forwarding-announced', 'freeze-ignores-messages', 'new-handle-each-time', 'oneway-parallel'],
      ...['oneway-stuck', 'pieces-overrun', 'reply-over-call', 'refused-keeps-count'],
    ];
    let found = 0;
    for (const id of faults) {
      const file = new URL(`../faults/${id}.json`, import.meta.url);
      const log = OpLogSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
      const driver = new ImplTarget(await loadDriver(faultNamed(id)));
      const options = { specification, driver, profile: CORE, invariants: INVARIANTS, checkpointEvery: 1 };
      if (runLockstep(options, prepared(CORE, log.ops)).failure !== undefined) found++;
    }
    // A log that gets shorter may come to hang on an allowed difference.
    expect(found).toBeGreaterThan(8);
  });

  test('sequences are op logs that hold nothing of what is avoided', () => {
    const kinds = new Set<string>();
    for (let sequence = 0; sequence < 60; sequence++) {
      for (const op of prepared(CORE, arbitrary.draw(seederOf(1, sequence)))) {
        OpSchema.parse(op);
        kinds.add(op.op);
        if (op.op === 'write_read') {
          expect([undefined, 0, 4096]).toContain(op.read?.size);
          for (const { bc } of op.write ?? []) expect(bc).not.toBe('RAW');
        }
      }
    }
    for (const avoided of ['set_nice', 'get_nice', 'set_euid', 'peek', 'reclaim']) expect(kinds).not.toContain(avoided);
    expect(kinds).toContain('kill');
  });

  test('linux-6.1 changes nothing', () => {
    const log = arbitrary.draw(seederOf(1, 1));
    expect(prepared(LINUX, log)).toBe(log);
  });
});

describe('the flags', () => {
  test('have ids of their own and sentences, hide what exists, and cover every known difference', () => {
    expect(new Set(FLAGS.map(({ id }) => id)).size).toBe(FLAGS.length);
    const known = new Set([...Object.keys(RULES), ...[...WITNESSES, ...INVARIANTS].map(({ id }) => id)]);
    for (const { says, relaxes, hides } of FLAGS) {
      expect(says).toMatch(/\.$/);
      expect(relaxes).toMatch(/\.$/);
      for (const id of hides) expect(known).toContain(id);
    }
    const rows = [...FLAGS.flatMap(each => each.rows), ...UNFLAGGED.map(({ row }) => row)];
    expect([...new Set(rows)].sort((a, b) => a - b)).toEqual(Array.from({ length: DIFFERENCES }, (_, at) => at + 1));
    expect(hiddenBy(CORE, 'TXN-20')?.id).toBe('odd-sizes');
    expect(hiddenBy(LINUX, 'TXN-20')).toBeUndefined();
  });
});
