/** Where no rule marks a difference: conditions on what an op would do, by the difference that they are about. */
import { TF_ONE_WAY } from '../../abi/constants.ts';
import type { Call } from '../../abi/call.ts';
import type { Return } from '../../abi/observation.ts';
import type { ProcSnapshot, Snapshot, ThreadSnapshot } from '../../abi/snapshot.ts';
import type { Outcome } from '../../abi/specification.ts';
import type { FlagId } from './flags.ts';
import { fileIn } from './names.ts';

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
  'thread' in call ? file?.threads.find(({ thread }) => thread === call.thread) : undefined;

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
    caller === null || made.to?.thread !== caller.thread || made.to.proc !== caller.proc || made.to.fd !== caller.fd
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

/** Whether drivers may differ in an op, beside what the rules that fire tell. */
export const CONDITIONS: readonly (readonly [FlagId, (look: Look) => boolean])[] = [
  ['unregistered-reader', pollsUnregistered],
  ['async-limit', floods],
  ['deep-nesting', nestsDeeply],
  ['clear-queue', confirmsElsewhere],
];
