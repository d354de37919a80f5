/**
 * The specification: `step(state, call)` answers everything that the driver may do. Pure and total.
 *
 * This is the only file that others import. The reading order: state, turn, work; node, ref, buffer; object,
 * transaction, dispatch, reply; read, delivery, write; thread, exit, process; death, freeze, context, ioctl.
 */
import type { Call } from '../abi/call.ts';
import type { FdIndex, ProcIndex } from '../abi/ids.ts';
import type { Completion, Done, Result } from '../abi/observation.ts';
import type { History } from '../abi/journal.ts';
import type { Chapter, Historian, Outcome, Specification } from '../abi/specification.ts';
import { control, dropSets, interruptWait, isReadable, sleepsInEpoll, wait } from './epoll.ts';
import { BEGINNING, afterTurn } from './journal/history.ts';
import { journalOf } from './journal/journal.ts';
import { newNotes, type Notes } from './journal/note.ts';
import { looks, shown } from './look.ts';
import { peek } from './memory.ts';
import { activePages, commonPages } from './page.ts';
import { close, fileIo, flush, fork, kill, madvise, mmap, mprotect, munmap, open, release, share } from './process.ts';
import { ioctl, writeRead } from './ioctl.ts';
import { withArena, withFile } from './record.ts';
import { runAllWoken, runConcerned, runWoken } from './read.ts';
import { snapshotOf } from './snapshot.ts';
import {
  FILES,
  HOLDERS,
  OPENER,
  emptyState,
  fileOf,
  holderOf,
  indexOf,
  threadKey,
  type Arena,
  type File,
  type State,
  type ThreadKey,
} from './state.ts';
import { changeTask, hasFreeFd, limitFds, niceWith, taskOf } from './task.ts';
import { NOBODY, Turn, taskKey, type Deferred } from './turn.ts';

export { AREAS, RULES, type RuleId } from './rules.ts';
export type { Layout } from './pack/naming.ts';
export { packer } from './pack/pack.ts';
export { PARKED_OP } from './pack/read-process.ts';
export { unpacker } from './pack/unpack.ts';
export { fileOf, indexOf, threadKey, type State } from './state.ts';

/** The open file that the process itself opened under that number. */
const openedAs = (files: readonly File[], proc: ProcIndex, fd: FdIndex): File | undefined => {
  for (const file of files) if (file.proc === proc && file.fd === fd) return file;
  return undefined;
};

/** The open file of another process of which the process has that descriptor (TXN-46). */
const heldAs = ({ tasks, files }: Pick<State, 'tasks' | 'files'>, proc: ProcIndex, fd: FdIndex): File | undefined => {
  for (const task of tasks) {
    if (task.proc !== proc || task.held.length === 0) continue;
    const held = task.held.find(other => other.fd === fd);
    return held === undefined ? undefined : files.find(({ key }) => key === held.file);
  }
  return undefined;
};

/** What is asked of a mapping, which may outlive its descriptor. */
const MAPPED: ReadonlySet<Call['op']> = new Set(['munmap', 'mprotect', 'madvise']);

/** A call can be made when its process lives, its descriptor is open and its thread is free. */
const applicable = (state: State, call: Call): boolean => {
  if (call.op === 'reclaim') return true;
  const task = state.tasks.find(other => other.proc === call.proc);
  if (task?.alive === false) return false;
  const file = 'fd' in call ? openedAs(state.files, call.proc, call.fd) : undefined;
  if (call.op === 'open') {
    const isNamed = file !== undefined || heldAs(state, call.proc, call.fd) !== undefined;
    if (isNamed || state.nextFile >= FILES || call.device >= state.devices.length) return false;
    return isFree(state, call.proc, call.thread);
  }
  if (call.op === 'kill' || call.op === 'set_euid' || call.op === 'limit_fds') return task !== undefined;
  if (call.op === 'signal') return task !== undefined && task.ended.every(thread => thread !== call.thread);
  if (!isFree(state, call.proc, call.thread)) return false;
  if (call.op === 'fork' && (call.child >= HOLDERS || state.tasks.some(({ proc }) => proc === call.child)))
    return false;
  if (MAPPED.has(call.op)) return file !== undefined && file.arena.mapped > 0;
  if (!('fd' in call)) return task !== undefined;
  const used = file ?? heldAs(state, call.proc, call.fd);
  if (used === undefined || file?.open === false) return false;
  return call.op !== 'share' || canGet(state, call, used);
};

/** A living process, or a new one, that has no descriptor of the file yet, and has nothing of that name. */
const canGet = (state: State, { proc, to, as }: Call & { readonly op: 'share' }, file: File): boolean => {
  if (to === proc || to === file.proc || to >= HOLDERS || openedAs(state.files, to, as) !== undefined) return false;
  const task = state.tasks.find(other => other.proc === to);
  return task === undefined || (task.alive && task.held.every(held => held.fd !== as && held.file !== file.key));
};

/** The native thread has not ended, and does not sleep in the driver. */
const isFree = (state: State, proc: number, thread: number): boolean => {
  for (const task of state.tasks) if (task.proc === proc && task.ended.includes(thread)) return false;
  if (sleepsInEpoll(state.epolls, proc, thread)) return false;
  for (const { thread: key } of state.parked) {
    if (indexOf(key) === thread && isThreadOf(state.files, key, proc)) return false;
  }
  return true;
};

/** Whether it is the process's own thread whose record that is. */
const isThreadOf = (files: readonly File[], key: ThreadKey, proc: ProcIndex): boolean => {
  const holder = holderOf(key);
  if (holder !== OPENER) return holder === proc;
  const file = fileOf(key);
  for (const { key: other, proc: owner } of files) if (other === file) return owner === proc;
  return false;
};

const OK: Done = { status: 'OK' };

/** What the call itself does, before those whom it woke go on. */
const perform = (t: Turn, call: Call): Result => {
  if ('fd' in call && call.op !== 'open') {
    return performOn(t, call, openedAs(t.files, call.proc, call.fd) ?? (heldAs(t, call.proc, call.fd) as File));
  }
  switch (call.op) {
    case 'open':
      return { status: open(t, call) };
    case 'kill':
      kill(t, call.proc);
      return OK;
    case 'signal':
      interrupt(t, call.proc, call.thread);
      return OK;
    case 'exit_task':
      t.fire('THR-49', 'THR-15');
      dropSets(t, call.proc, call.thread);
      changeTask(t, call.proc, { ended: [...taskOf(t, call.proc).ended, call.thread] });
      return OK;
    case 'fork':
      fork(t, call);
      return OK;
    case 'set_nice':
      changeTask(t, call.proc, { nice: niceWith(taskOf(t, call.proc).nice, call.thread, call.nice) });
      return OK;
    case 'get_nice':
      return { status: 'OK', nice: taskOf(t, call.proc).nice[call.thread] ?? 0 };
    case 'set_euid':
      changeTask(t, call.proc, { euid: call.euid });
      return OK;
    case 'reclaim':
      t.fire('ALLOC-31');
      t.files = t.files.map(file => withFile(file, { arena: reclaimed(file.arena) }));
      return OK;
    case 'limit_fds':
      limitFds(t, call.proc, call.free);
      return OK;
    case 'epoll_wait':
      return wait(t, call);
    default:
      throw new Error(`the model is wrong: no such op ${String(call satisfies never)}`);
  }
};

type FileCall = Exclude<Extract<Call, { readonly fd: number }>, { readonly op: 'open' }>;

const performOn = (t: Turn, call: FileCall, file: File): Result => {
  const isOwn = call.proc === file.proc;
  switch (call.op) {
    case 'write_read':
      return writeRead(t, call, threadKey(file, call.proc, call.thread));
    case 'ioctl':
      return ioctl(t, call, threadKey(file, call.proc, call.thread));
    case 'mmap':
      return { status: mmap(t, call, file) };
    case 'munmap':
      return { status: munmap(t, call, file) };
    case 'share':
      return { status: share(t, call, file) };
    case 'close':
      close(t, call, file);
      return OK;
    case 'flush':
      if (!hasFreeFd(t, call.proc)) return { status: 'EMFILE' };
      t.deferred.push({ file: file.key, what: 'flush' });
      return OK;
    case 'poll':
      return { status: 'OK', readable: isReadable(t, threadKey(file, call.proc, call.thread)) };
    case 'set_nonblock':
      t.changeFile(file.key, { nonblock: call.nonblock });
      return OK;
    case 'peek':
      // A mapping is its opener's; that of a parent is not copied either.
      if (!isOwn && file.arena.mapped > 0) t.fire('ALLOC-05');
      return { status: 'OK', bytes: isOwn ? peek(t, file.key, call.offset, call.length) : null };
    case 'file_io':
      return { status: fileIo(t, call, file) };
    case 'mprotect':
      return { status: mprotect(t, call, file) };
    case 'madvise':
      return { status: madvise(t, call, file) };
    case 'epoll_ctl':
      return control(t, call, threadKey(file, call.proc, call.thread));
  }
};

/** ALLOC-31: only pages under messages are left, and what user space let go of among the others is forgotten. */
const reclaimed = (arena: Arena): Arena => {
  const populated = activePages(arena);
  return withArena(arena, { populated, hidden: commonPages(arena.hidden, populated) });
};

/** READ-09: a sleeping reader returns with EINTR. */
const interrupt = (t: Turn, proc: number, thread: number): void => {
  interruptWait(t, proc, thread);
  const parked = t.parked.find(({ thread: key }) => indexOf(key) === thread && isThreadOf(t.files, key, proc));
  if (parked === undefined) return;
  t.woken.push(parked.thread);
  runWoken(t, parked.thread, true);
};

/** One way through the call; `answers` say what to choose where the driver is free. */
const run = (
  state: State,
  call: Call,
  answers: readonly number[],
  notes: Notes | null = null,
): { turn: Turn; outcome: Outcome<State> } => {
  const turn = new Turn(state, call.id, answers, notes);
  if (call.op !== 'reclaim') taskOf(turn, call.proc);
  if (call.op === 'share') taskOf(turn, call.to);
  if ('thread' in call) turn.current = taskKey(call.proc, call.thread);
  const result = perform(turn, call);
  runAllWoken(turn);
  turn.current = NOBODY;
  for (let next = turn.deferred.shift(); next !== undefined; next = turn.deferred.shift()) {
    if (turn.fileIfAny(next.file) === undefined) continue;
    if (next.what === 'flush') flush(turn, next.file);
    else release(turn, next.file);
    if (isMixed(turn, next) && turn.choose(2) === 1) turn.beside = runConcerned;
    else runAllWoken(turn);
  }
  // An op that parked and was released within its own turn has simply returned.
  const own = turn.completions.find(({ op }) => op === call.id);
  const others = own === undefined ? turn.completions : turn.completions.filter(other => other !== own);
  const completions = others.length > 1 ? [...others].sort(byOp) : others;
  return {
    turn,
    outcome: {
      state: turn.state(),
      observation: { op: call.id, result: own?.done ?? result, completions },
      delivered: turn.delivered,
      rules: turn.rules,
    },
  };
};

/** The worker goes on with another file, and one of the two is flushed: who was woken runs before that, or beside it. */
const isMixed = (t: Turn, done: Deferred): boolean => {
  const [next] = t.deferred;
  if (next === undefined || next.file === done.file || t.woken.length === 0) return false;
  return done.what === 'flush' || next.what === 'flush';
};

const byOp = (a: Completion, b: Completion): number => a.op - b.op;

/** The outcome in which every choice is answered with its first answer. */
const canonical = (state: State, call: Call): { readonly outcome: Outcome<State>; readonly alone: boolean } => {
  const { turn, outcome } = run(state, call, NO_ANSWERS);
  return { outcome, alone: turn.asked.length === 0 };
};

const NO_ANSWERS: readonly number[] = [];

/** Every way through a call, the canonical one first. */
const everyWay = <Way extends { readonly turn: Turn }>(walk: (answers: readonly number[]) => Way): readonly Way[] => {
  const first = walk(NO_ANSWERS);
  const ways = [first];
  let answers = nextAnswers([], first.turn.asked);
  while (answers !== null && ways.length < MOST_OUTCOMES) {
    const way = walk(answers);
    ways.push(way);
    answers = nextAnswers(answers, way.turn.asked);
  }
  return ways;
};

/** Every outcome, the canonical one first. */
const step = (state: State, call: Call): readonly Outcome<State>[] =>
  everyWay(answers => run(state, call, answers)).map(({ outcome }) => outcome);

/** The outcomes in which so many choices, or fewer, are not answered with their first answer. */
const near = (state: State, call: Call, choices: number): readonly Outcome<State>[] => {
  const found: Outcome<State>[] = [];
  const walk = (answers: readonly number[], left: number): void => {
    const { turn, outcome } = run(state, call, answers);
    if (answers.length > 0) found.push(outcome);
    if (left === 0) return;
    turn.asked.slice(answers.length).forEach((count, skipped) => {
      const before = [...answers, ...Array.from({ length: skipped }, () => 0)];
      for (let answer = 1; answer < count; answer++) walk([...before, answer], left - 1);
    });
  };
  walk(NO_ANSWERS, choices);
  return found;
};

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

/**
 * Ways through one call that are enumerated, the canonical one first. Only the end of a process among very many
 * sleepers has more; what lies beyond is not known to be allowed.
 */
const MOST_OUTCOMES = 32_768;

/** The next sequence of answers in order, given how many answers each question had. */
const nextAnswers = (answers: readonly number[], asked: readonly number[]): readonly number[] | null => {
  for (let at = asked.length - 1; at >= 0; at--) {
    const answer = (answers[at] ?? 0) + 1;
    if (answer < (asked[at] as number)) return [...asked.slice(0, at).map((_, index) => answers[index] ?? 0), answer];
  }
  return null;
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
