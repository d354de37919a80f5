/**
 * The specification: `step(state, call)` answers everything that the driver may do. Pure and total.
 *
 * This is the only file that others import. The reading order: state, turn, work; node, ref, buffer; object, copy,
 * target, transaction, dispatch, reply; read, delivery, write; thread, exit, process, mapping, end; death, freeze,
 * context, ioctl; perform, way.
 */
import type { Call } from '../abi/call.ts';
import type { History } from '../abi/journal.ts';
import type { Chapter, Historian, Specification } from '../abi/specification.ts';
import { applicable } from './applicable.ts';
import { BEGINNING, afterTurn } from './journal/history.ts';
import { journalOf } from './journal/journal.ts';
import { newNotes } from './journal/note.ts';
import { looks, shown } from './look.ts';
import { snapshotOf } from './snapshot.ts';
import { emptyState, type State } from './state.ts';
import type { Turn } from './turn.ts';
import { NO_ANSWERS, canonical, everyWay, near, run, step } from './way.ts';

export { AREAS, RULES, type RuleId } from './rules.ts';
export type { Layout } from './pack/naming.ts';
export { packer } from './pack/pack.ts';
export { PARKED_OP } from './pack/read-process.ts';
export { unpacker } from './pack/unpack.ts';
export { fileOf, indexOf, threadKey, type State } from './state.ts';

/** One way through the call with the history behind it. */
const tell = (
  state: State,
  history: History,
  call: Call,
  answers: readonly number[],
): { turn: Turn; chapter: Chapter<State> } => {
  const notes = newNotes();
  const { turn, outcome } = run(state, call, answers, notes);
  return { turn, chapter: { ...outcome, history: afterTurn(history, state, outcome.state, notes) } };
};

/** Keeps the history that the state does not hold. */
const historian: Historian<State> = {
  begin: BEGINNING,
  step: (state, history, call) =>
    everyWay(answers => tell(state, history, call, answers)).map(({ chapter }) => chapter),
  canonical: (state, history, call) => {
    const { turn, chapter } = tell(state, history, call, NO_ANSWERS);
    return { chapter, alone: turn.asked.length === 0 };
  },
  journal: journalOf,
  looks,
};

/** The specification of Linux 6.1's driver. */
export const specification: Specification<State> = {
  initial: world => emptyState(world.devices),
  applicable,
  step,
  canonical,
  near,
  snapshot: snapshotOf,
  shown,
  historian,
};
