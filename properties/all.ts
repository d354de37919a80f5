/** The lists: every invariant and every witness. */
import type { Invariant } from './invariant.ts';
import * as buffer from './invariants/buffer.ts';
import * as census from './invariants/census.ts';
import * as node from './invariants/node.ts';
import * as ref from './invariants/ref.ts';
import * as thread from './invariants/thread.ts';
import * as transaction from './invariants/transaction.ts';
import type { Witness } from './witness.ts';
import { operations } from './witnesses/operations.ts';
import { states } from './witnesses/states.ts';

const isInvariant = (value: unknown): value is Invariant =>
  typeof value === 'object' && value !== null && 'breaches' in value;

/** Every invariant, in the order of its id. */
export const INVARIANTS: readonly Invariant[] = [buffer, census, node, ref, thread, transaction]
  .flatMap(concept => Object.values(concept).filter(isInvariant))
  .sort((a, b) => (a.id < b.id ? -1 : 1));

/** Every witness. */
export const WITNESSES: readonly Witness[] = [...operations, ...states];
