/** Where no rule marks a difference: conditions on what an op would do, by the difference that they are about. */
import { TF_ONE_WAY } from '../../abi/constants.ts';
import type { Call } from '../../abi/call.ts';
import type { Done, Return } from '../../abi/observation.ts';
import type { ProcSnapshot, Snapshot, ThreadSnapshot } from '../../abi/snapshot.ts';
import type { Outcome } from '../../abi/specification.ts';
import type { FlagId } from './flags.ts';
import { fileIn } from './names.ts';
import { essential } from './stream.ts';

/** An op that may be performed, with what the specification says of it. */
export interface Look {
  readonly call: Call;
  readonly outcome: Pick<Outcome<unknown>, 'observation' | 'rules'>;
  /** The states before it and behind it: to be asked for seldom, telling a state takes longer than a step. */
  readonly before: Snapshot;
  readonly after: Snapshot;
}

/** Bytes of the oneway space that one message takes at most. */
const LARGEST = 8192;
/** Registered or entered. */
const LOOPS = 3;

const fileOf = ({ call }: Look, state: Snapshot): ProcSnapshot | undefined =>
  'fd' in call ? fileIn(state, call.proc, call.fd) : undefined;

const threadOf = ({ call }: Look, file: ProcSnapshot | undefined): ThreadSnapshot | undefined =>
  'thread' in call
    ? file?.threads.find(({ thread, holder }) => thread === call.thread && holder === undefined)
    : undefined;

/** A poll of a thread that is no looper, while work of the process waits and nothing else makes the file readable. */
const pollsUnregistered = (look: Look): boolean => {
  if (look.call.op !== 'poll') return false;
  const file = fileOf(look, look.after);
  const thread = threadOf(look, file);
  return thread !== undefined && (thread.looper & LOOPS) === 0 && !thread.needReturn && file?.todo.length !== 0;
};

/** A oneway to somebody whose oneway space may not suffice. */
const floods = ({ call, outcome, before }: Look): boolean => {
  if (call.op !== 'write_read' || !outcome.rules.includes('ALLOC-16')) return false;
  const oneways = call.write.filter(each => each.bc === 'BC_TRANSACTION' && (each.flags & TF_ONE_WAY) !== 0).length;
  return before.procs.some(({ arena, freeAsync }) => (arena ?? 0) > 0 && freeAsync < oneways * LARGEST);
};

/** A nested call to a thread further up than the one that made the call which is being handled. */
const nestsDeeply = (look: Look): boolean => {
  const { call, outcome, before, after } = look;
  if (!outcome.rules.includes('TXN-11') || call.op !== 'write_read') return false;
  // Behind a reply the stack is another one than before the op.
  if (call.write.some(({ bc }) => bc === 'BC_REPLY')) return true;
  const top = (state: Snapshot) => {
    const id = threadOf(look, fileOf(look, state))?.stack[0]?.id;
    return state.transactions?.find(each => each.id === id);
  };
  const [handled, made] = [top(before), top(after)];
  if (handled === undefined || made === undefined || handled.id === made.id) return false;
  const caller = handled.from;
  return (
    caller === null ||
    made.to?.thread !== caller.thread ||
    made.to.holder !== caller.holder ||
    made.to.proc !== caller.proc ||
    made.to.fd !== caller.fd
  );
};

const isConfirmation = ({ br }: Return): boolean =>
  br === 'BR_CLEAR_DEATH_NOTIFICATION_DONE' || br === 'BR_NOOP' || br === 'BR_SPAWN_LOOPER';

/** A clear whose confirmation another thread might read, or this one at another place among what it reads. */
const confirmsElsewhere = (look: Look): boolean => {
  const { outcome, before, after } = look;
  if (!outcome.rules.includes('DEATH-07')) return false;
  const { result } = outcome.observation;
  if (result === 'pending' || result.returns?.every(isConfirmation) !== true) return true;
  if (!result.returns.some(({ br }) => br === 'BR_CLEAR_DEATH_NOTIFICATION_DONE')) return true;
  const file = fileOf(look, before);
  const stack = threadOf(look, file)?.stack ?? [];
  return stack.length > 0 || file?.readyThreads !== 0 || file.todo.length > 0 || fileOf(look, after)?.todo.length !== 0;
};

/** Returns that no work of a process gives. */
const OF_A_THREAD: ReadonlySet<string> = new Set([
  'BR_TRANSACTION_COMPLETE',
  'BR_ONEWAY_SPAM_SUSPECT',
  'BR_REPLY',
  'BR_DEAD_REPLY',
  'BR_FAILED_REPLY',
  'BR_FROZEN_REPLY',
]);

/** What a thread may leave in its queue without being woken for it (THR-34). */
const DEFERRED: ReadonlySet<string> = new Set(['BR_INCREFS', 'BR_ACQUIRE', 'BR_TRANSACTION_COMPLETE']);

/**
 * Several items in one read of which the rest would not be had by another one: items of the queue of a process while
 * another thread waits, and deferred items in a read that ends only because the thread has to return (THR-04).
 */
const losesTheRest = ({ outcome: { observation, rules }, before }: Look): boolean => {
  const deferred = ({ returns }: Done): boolean => {
    const taken = essential(returns);
    return taken.length > 1 && taken.every(({ br }) => DEFERRED.has(br));
  };
  const several = ({ returns }: Done): boolean => {
    const taken = essential(returns);
    return taken.length > 1 && !taken.some(({ br }) => OF_A_THREAD.has(br));
  };
  const { result, completions } = observation;
  if (
    rules.includes('THR-04') &&
    [result, ...completions.map(({ done }) => done)].some(each => each !== 'pending' && deferred(each))
  )
    return true;
  const own = result !== 'pending' && several(result);
  const woken = completions.filter(({ done }) => several(done)).length;
  if (!own && woken === 0) return false;
  return before.procs.some(({ readyThreads }) => readyThreads > (own ? 0 : 1));
};

/** Whether drivers may differ in an op, beside what the rules that fire tell. */
export const CONDITIONS: readonly (readonly [FlagId, (look: Look) => boolean])[] = [
  ['batches', losesTheRest],
  ['unregistered-reader', pollsUnregistered],
  ['async-limit', floods],
  ['deep-nesting', nestsDeeply],
  ['clear-queue', confirmsElsewhere],
];
