/**
 * Aspects of a state: what a group of invariants reads of it, as a row of small numbers without the names of the rest.
 *
 * States have few arenas and few webs of references, in many combinations. Invariants that read one aspect hold in
 * every state that looks the same in it, so they are asked once for each row.
 */
import type { Aspect } from './aspects/aspect.ts';
import { arena, existence, threads } from './aspects/file.ts';
import { counter, node, references } from './aspects/reference.ts';
import { transactions } from './aspects/transaction.ts';

/** Every aspect; an invariant that none of them names is asked of every state. */
export const ASPECTS: readonly Aspect[] = [arena, threads, node, references, transactions, existence, counter];
