/** Which sequences a run has: decided by its plan alone, so that workers and shards need not speak to each other. */
import { OpLogArbitrary } from '../../properties/generator/arbitrary.ts';
import type { Plan } from './plan.ts';
import { seederOf } from './seeds.ts';

/** The generator of a run. */
export const arbitraryOf = ({ level, devices, length }: Plan): OpLogArbitrary =>
  new OpLogArbitrary({ level, devices, ...(length === undefined ? {} : { length }) });

/** Ops that are surely performed of a sequence meant to be so long: some find their file closed or their thread parked. */
const performed = (length: number): number => (length > 400 ? 0.75 : 0.875) * length;
/** Setting a sequence up takes so many ops, however short it is meant to be. */
const SETUP = 12;

/** The number of the first sequence that is not part of a run: the budget's ops are performed before it. */
export const sequencesOf = (plan: Plan): number => {
  const { ops } = plan.budget;
  if (ops === undefined) return Infinity;
  const arbitrary = arbitraryOf(plan);
  let sum = 0;
  let sequence = 0;
  for (; sum < ops; sequence++) {
    sum += performed(Math.max(SETUP, arbitrary.meantLength(seederOf(plan.seed, sequence))));
  }
  return sequence;
};
