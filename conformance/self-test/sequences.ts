/** Generated sequences on a suspect: as many at once as it takes, told in the order of their numbers. */
import type { Op } from '../../abi/op.ts';
import { Coverage } from '../../properties/coverage.ts';
import type { OpLogArbitrary } from '../../properties/generator/arbitrary.ts';
import type { RunResult } from '../../properties/lockstep.ts';
import { seederOf } from '../campaign/seeds.ts';
import type { Suspect } from './suspect.ts';

/** A sequence with what came of it. */
export interface Ran {
  readonly sequence: number;
  readonly log: readonly Op[];
  readonly result: RunResult;
}

/** One in so many sequences is gone through once more for its journal. */
const JOURNAL_EVERY = 16;

/** Runs the sequences of a seed until `isOver`. What they come to is counted into `coverage` as it is told. */
export async function* sequences(
  suspect: Suspect,
  arbitrary: OpLogArbitrary,
  seed: number,
  coverage: Coverage,
  isOver: () => boolean,
): AsyncGenerator<Ran, void> {
  const flying: Promise<Ran>[] = [];
  const own = suspect.parallel === 1 ? (): Coverage => coverage : (): Coverage => new Coverage();
  const begin = async (sequence: number): Promise<Ran> => {
    const log = arbitrary.draw(seederOf(seed, sequence));
    const journal = sequence % JOURNAL_EVERY === JOURNAL_EVERY - 1;
    return { sequence, log, result: await suspect.run(log, false, own(), journal) };
  };
  try {
    for (let next = 0; ;) {
      while (flying.length < suspect.parallel && !isOver()) {
        const flight = begin(next++);
        flight.catch(() => undefined);
        flying.push(flight);
      }
      const first = flying.shift();
      if (first === undefined) return;
      const ran = await first;
      if (ran.result.coverage !== coverage) coverage.merge(ran.result.coverage.record());
      yield ran;
    }
  } finally {
    // Whoever shrinks what was found wants the suspect for himself.
    await Promise.allSettled(flying);
  }
}
