/**
 * What mutation testing kills with: the corpus, then generated sequences, in lockstep with the specification.
 *
 * No part of the usual tests: `npm run mutation` alone finds it. Bounded, the same for every mutant, quick to fail.
 */
import { expect, test } from 'vitest';
import { devicesOf } from '../../conformance/campaign/log.ts';
import { seederOf } from '../../conformance/campaign/seeds.ts';
import { readCorpus } from '../../conformance/corpus.ts';
import { ImplTarget } from '../../conformance/targets/impl.ts';
import type { Op } from '../../abi/op.ts';
import { specification } from '../../model/model.ts';
import { INVARIANTS } from '../../properties/all.ts';
import { OpLogArbitrary } from '../../properties/generator/arbitrary.ts';
import { runLockstep } from '../../properties/lockstep.ts';

const SEED = 20_240_608;
/** Sequences of each test: one that fails early spares the others. */
const ROUNDS = [10, 30, 80];
const DEVICES = 2;

const driver = new ImplTarget();

const keepsStep = (devices: number, ops: readonly Op[], checkpointEvery: number): void => {
  const { failure } = runLockstep(
    { specification, driver, world: { devices }, checkpointEvery, journal: true, invariants: INVARIANTS },
    ops,
  );
  if (failure !== undefined) expect.fail(failure.signature);
};

test('impl does what the corpus says', () => {
  for (const { log } of readCorpus()) keepsStep(devicesOf(log, DEVICES), log.ops, 1);
});

ROUNDS.forEach((sequences, round) => {
  const first = ROUNDS.slice(0, round).reduce((sum, count) => sum + count, 0);
  test(`impl keeps step with the specification from sequence ${first}`, () => {
    const arbitrary = new OpLogArbitrary({ level: 'full', devices: DEVICES });
    for (let at = 0; at < sequences; at++) keepsStep(DEVICES, arbitrary.draw(seederOf(SEED, first + at)), 24);
  });
});
