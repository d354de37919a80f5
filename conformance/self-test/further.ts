/** Further logs that show a fault: other generated sequences first, then parts of the log that showed it. */
import type { Op } from '../../abi/op.ts';
import { OpLogArbitrary } from '../../properties/generator/arbitrary.ts';
import type { Seeder } from '../../properties/generator/dice.ts';
import { repair } from '../../properties/shrink/edit.ts';
import { isSetup } from '../../properties/shrink/pass.ts';
import type { Finding } from '../../properties/shrink/shrink.ts';
import { seederOf } from '../campaign/seeds.ts';
import { WORLD, type Suspect } from './suspect.ts';

/** One more failing log, if there was one, and the logs that were executed to find it. */
export interface Next {
  readonly finding?: Finding;
  readonly executions: number;
}

/** Sequences in a row that may pass before it is told that there was nothing in them. */
const STRETCH = 30;
/** Such stretches in a row before no more sequences are generated. */
const PATIENCE = 4;
/** Parts of the first log that are tried. */
const PARTS = 24;
/** Of 100 ops of the first log, so many are left in a part. */
const LEFT = 80;

const part = (ops: readonly Op[], dice: Seeder): readonly Op[] => {
  const last = ops.at(-1);
  return repair(ops.filter(op => op === last || isSetup(op) || dice.nextInt(1, 100) <= LEFT));
};

/** Where to look for further logs. */
export interface Source {
  readonly suspect: Suspect;
  readonly seed: number;
  /** Number of the sequence that showed the fault. */
  readonly sequence: number;
  readonly pause: () => Promise<void>;
}

/** Logs that show the fault besides `first`, one after the other. */
export async function* furtherLogs(
  { suspect, seed, sequence, pause }: Source,
  first: Finding,
): AsyncGenerator<Next, void> {
  const arbitrary = new OpLogArbitrary({ level: 'full', devices: WORLD.devices });
  let executions = 0;
  const tried = async (ops: readonly Op[]): Promise<Next | undefined> => {
    await pause();
    executions++;
    const { failure } = await suspect.run(ops, false, undefined, first.failure.kind === 'journal');
    if (failure === undefined) return undefined;
    const next = { finding: { ops, failure }, executions };
    executions = 0;
    return next;
  };
  const nothing = (): Next => {
    const next = { executions };
    executions = 0;
    return next;
  };
  for (let number = sequence + 1, passed = 0; passed < STRETCH * PATIENCE; number++) {
    const next = await tried(arbitrary.draw(seederOf(seed, number)));
    passed = next === undefined ? passed + 1 : 0;
    if (next !== undefined) yield next;
    else if (passed % STRETCH === 0) yield nothing();
  }
  for (let number = 0; number < PARTS; number++) {
    const next = await tried(part(first.ops, seederOf(seed, number)));
    if (next !== undefined) yield next;
  }
  yield nothing();
}
