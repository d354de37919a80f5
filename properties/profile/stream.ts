/**
 * What a thread reads is a stream: a driver that delivered fewer returns than there are is read again, and what it
 * delivered then is joined to what it delivered before.
 */
import type { Call } from '../../abi/call.ts';
import type { OpId } from '../../abi/ids.ts';
import type { Done, Observation, Result, Return } from '../../abi/observation.ts';

/** Whoever knows what there is to read. */
export interface Reading {
  /** The read to make of the driver next; `undefined` when it showed all that there is, or something else. */
  further?(call: Call, observation: Observation): Call | undefined;
}

/** Returns that are delivered for a reason, unlike the two that may stand anywhere. */
export const essential = (returns: readonly Return[] = []): readonly Return[] =>
  returns.filter(({ br }) => br !== 'BR_NOOP' && br !== 'BR_SPAWN_LOOPER');

const reads = ({ op, result, completions }: Observation): ReadonlyMap<OpId, Done> =>
  new Map([
    ...(result === 'pending' ? [] : [[op, result] as const]),
    ...completions.map(each => [each.op, each.done] as const),
  ]);

/** How far an observation got towards another one: 'all', 'other', or the op of the first read that is not complete. */
export const progress = (allowed: Observation, shown: Observation): 'all' | 'other' | { readonly op: OpId } => {
  const theirs = reads(shown);
  let short: OpId | undefined;
  for (const [op, ours] of reads(allowed)) {
    const wanted = essential(ours.returns);
    const done = theirs.get(op);
    if (done?.status !== ours.status) return 'other';
    const got = essential(done.returns);
    if (got.some(({ br }, at) => br !== wanted[at]?.br)) return 'other';
    if (got.length < wanted.length) short ??= op;
  }
  return short === undefined ? 'all' : { op: short };
};

const longer = (first: Done, next: Done): Done => ({
  ...first,
  read: (first.read ?? 0) + (next.read ?? 0),
  returns: [...(first.returns ?? []), ...(next.returns ?? [])],
});

/** The observation with what a further read of op `at` showed; `undefined` where that read delivered nothing. */
const joined = (shown: Observation, at: OpId, next: Observation): Observation | undefined => {
  const { result } = next;
  if (result === 'pending' || result.status !== 'OK' || essential(result.returns).length === 0) return undefined;
  const grown = (op: OpId, done: Done): Done => (op === at ? longer(done, result) : done);
  const own: Result = shown.result === 'pending' ? 'pending' : grown(shown.op, shown.result);
  const completions = shown.completions.map(each => ({ op: each.op, done: grown(each.op, each.done) }));
  return {
    op: shown.op,
    result: own,
    completions: [...completions, ...next.completions].sort((a, b) => a.op - b.op),
  };
};

/** All that a driver of this process has to read for an op that was performed. */
export const readOn = (
  reading: Reading,
  call: Call,
  first: Observation,
  perform: (call: Call) => Observation,
): Observation => {
  let shown = first;
  for (let next = reading.further?.(call, shown); next !== undefined; next = reading.further?.(call, shown)) {
    const more = joined(shown, next.id, perform(next));
    if (more === undefined) break;
    shown = more;
  }
  return shown;
};

/** The same of a remote driver; no answer ends it. */
export const readOnRemotely = async (
  reading: Reading,
  call: Call,
  first: Observation,
  perform: (call: Call) => Promise<Observation | undefined>,
): Promise<Observation> => {
  let shown = first;
  for (let next = reading.further?.(call, shown); next !== undefined; next = reading.further?.(call, shown)) {
    // Each read is made for what the ones before it left.
    const answer = await perform(next);
    const more = answer === undefined ? undefined : joined(shown, next.id, answer);
    if (more === undefined) break;
    shown = more;
  }
  return shown;
};
