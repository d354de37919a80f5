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
import { different, DIFFERENT } from './differences.ts';

const arbitrary = new OpLogArbitrary();
const SEED = 3;

interface Found {
  readonly sequence: number;
  readonly failure: Failure;
}

/** Runs generated sequences until one fails, or so many ops were performed. */
const search = (driver: Driver, profile: Profile, ops: number, from = 0): Found | undefined => {
  const coverage = new Coverage();
  for (let sequence = from; coverage.ops < ops; sequence++) {
    const log = prepared(profile, arbitrary.draw(seederOf(SEED, sequence)));
    const { failure } = runLockstep({ specification, driver, profile, invariants: INVARIANTS, coverage }, log);
    if (failure !== undefined) return { sequence, failure };
  }
  return undefined;
};

/** `core` with one difference less. */
const without = (flag: FlagId): Profile => ({
  name: `core without ${flag}`,
  says: CORE.says,
  flags: new Set([...CORE.flags].filter(id => id !== flag)),
});

describe.each(DIFFERENT)('a driver that $does', each => {
  test('is wrong under linux-6.1, and under core without its flag', async () => {
    const driver = await different(each);
    const missed = search(driver, without(each.flag), 20_000, each.from);

    expect(missed).toBeDefined();
    expect(search(driver, LINUX, 20_000, missed?.sequence)).toBeDefined();
  });

  test('is right under core', async () => {
    const driver = await different(each);
    expect(search(driver, CORE, 400, each.from)?.failure.explanation).toBeUndefined();
  });
});
