/** Each difference of `core` is one: a driver that has it is wrong where it is not allowed, and right where it is. */
import { describe, expect, test } from 'vitest';
import type { Driver } from '../../abi/driver.ts';
import { specification } from '../../model/model.ts';
import { seederOf } from '../../conformance/campaign/seeds.ts';
import { INVARIANTS } from '../../properties/all.ts';
import { Coverage } from '../../properties/coverage.ts';
import type { Failure } from '../../properties/failure.ts';
import { OpLogArbitrary } from '../../properties/generator/arbitrary.ts';
import { runLockstep } from '../../properties/lockstep.ts';
import type { FlagId } from '../../properties/profile/flags.ts';
import { prepared } from '../../properties/profile/prepare.ts';
import { CORE, LINUX, type Profile } from '../../properties/profile/profile.ts';
import { different, DIFFERENT, type Different } from './differences.ts';

const arbitrary = new OpLogArbitrary();
const SEED = 3;

/** Runs a log that was given and generated sequences, until one fails or so many ops were performed. */
const search = (driver: Driver, profile: Profile, ops: number, { log, from = 0 }: Different): Failure | undefined => {
  const coverage = new Coverage();
  const logs = function* () {
    if (log !== undefined) yield log;
    for (let sequence = from; ; sequence++) yield arbitrary.draw(seederOf(SEED, sequence));
  };
  for (const each of logs()) {
    const options = { specification, driver, profile, invariants: INVARIANTS, coverage };
    const { failure } = runLockstep(options, prepared(profile, each));
    if (failure !== undefined || coverage.ops >= ops) return failure;
  }
  return undefined;
};

/** `core` with fewer differences. */
const without = (...flags: readonly FlagId[]): Profile => ({
  name: `core without ${flags.join(' and ')}`,
  says: CORE.says,
  flags: new Set([...CORE.flags].filter(id => !flags.includes(id))),
});

describe.each(DIFFERENT)('a driver that $does', each => {
  test('is wrong under linux-6.1', async () => {
    expect(search(await different(each), LINUX, 20_000, each)).toBeDefined();
  });

  test('is wrong under core without its flag', async () => {
    const profile = without(each.flag, ...(each.also ?? []));
    expect(search(await different(each), profile, 10_000, each)).toBeDefined();
  });

  test('is right under core', async () => {
    expect(search(await different(each), CORE, 400, each)?.explanation).toBeUndefined();
  });
});
