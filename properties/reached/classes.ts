/**
 * Classes of states: what there is in a state, thing by thing, without names and numbers.
 *
 * A class is a kind of thing and what is the case with one of them: `ref: weak, of a dead node, death told`. They are
 * few on purpose, and each is something that a reader of the rules would call another situation.
 */
import { fileOf, threadKey, type State } from '../../model/model.ts';

type File = State['files'][number];
type Thread = State['threads'][number];
type Node = State['nodes'][number];
type Buffer = NonNullable<File['arena']['regions'][number]['buffer']>;

/** Bits of `looper`: registered, entered, exited, invalid. */
const LOOPERS = [
  [8, 'invalid'],
  [4, 'exited'],
  [1, 'registered'],
  [2, 'entered'],
] as const;

/** `process`: its role and its mapping. `freezer`: what FREEZE and GET_FROZEN_INFO look at. `pool`: who waits. */
const addFile = (classes: Set<string>, state: State, file: File): void => {
  const { arena, frozen, outstanding, syncRecv, asyncRecv } = file;
  const managed = state.devices.some(({ manager }) =>
    state.nodes.some(({ id, owner }) => id === manager && owner === file.key),
  );
  const mapping = arena.size === 0 ? 'never mapped' : arena.live ? 'mapped' : 'unmapped';
  classes.add(`process: ${managed ? 'manager' : 'client'}, ${file.open ? '' : 'closed, '}${mapping}`);
  const marks = `${syncRecv ? ', was called' : ''}${asyncRecv ? ', got oneways' : ''}`;
  classes.add(`freezer: ${frozen ? 'frozen' : 'running'}, ${outstanding > 0 ? 'owes answers' : 'owes none'}${marks}`);
  const pool = file.requested > 0 ? 'a thread is asked for' : file.started > 0 ? 'threads came' : 'nobody asked for';
  classes.add(`pool: ${pool}, ${file.waiting.length > 0 ? 'somebody waits' : 'nobody waits'}`);
  for (const { work } of file.todo) classes.add(`process todo: ${work}`);
  const free = arena.regions.filter(({ buffer }) => buffer === null).length;
  if (arena.size > 0) {
    classes.add(`space: ${free === 0 ? 'full' : free === 1 ? 'one gap' : 'gaps'}${arena.spamDetected ? ', spam' : ''}`);
  }
  for (const { buffer } of arena.regions) if (buffer !== null) addBuffer(classes, buffer);
};

const HELD = { node: 'a node', handle: 'a handle', fds: 'descriptors' } as const;

/** `buffer`: whose message, how far it is, what it holds. */
const addBuffer = (classes: Set<string>, { async, userMayFree, transaction, held }: Buffer): void => {
  const far = userMayFree ? (transaction === 0 ? 'delivered' : 'delivered and unanswered') : 'on its way';
  const buffer = `buffer: ${async ? 'of a oneway' : 'of a call or reply'}, ${far}, holds`;
  if (held.length === 0) classes.add(`${buffer} nothing`);
  for (const each of held) classes.add(`${buffer} ${HELD[each.held]}`);
};

/** Whether a thread calls, serves, or does one inside the other. */
const stackOf = ({ transactions }: State, { key, stack }: Thread): string => {
  let calls = false;
  let serves = false;
  let first = '';
  for (let id = stack; id !== 0;) {
    const transaction = transactions.find(each => each.id === id);
    if (transaction === undefined) break;
    const incoming = transaction.toThread === key;
    if (incoming) serves = true;
    else calls = true;
    first ||= incoming ? 'serves' : 'calls';
    id = incoming ? transaction.toParent : transaction.fromParent;
  }
  if (first === '') return 'idle';
  return calls && serves ? `${first} inside another` : first;
};

/** `thread`: its stack, and whether it sleeps. `looper`: what it said it is. `thread todo`, `error`: what it will read. */
const addThread = (classes: Set<string>, state: State, thread: Thread): void => {
  const { key, looper, todo, returnError, replyError } = thread;
  const asleep = state.parked.some(parked => parked.thread === key) ? 'asleep' : 'awake';
  classes.add(`thread: ${stackOf(state, thread)}, ${asleep}`);
  const said = LOOPERS.find(([bit]) => (looper & bit) !== 0)?.[1] ?? 'none';
  classes.add(`looper: ${said}, ${asleep}${(looper & 32) === 0 ? '' : ', polls'}`);
  for (const { work } of todo) classes.add(`thread todo: ${work}`);
  if (returnError !== 0) classes.add('error: of a command');
  if (replyError !== 0) classes.add('error: of a call');
};

/** `node`: who holds it, and what its owner was told. `async`: its queue of oneways, and whether its owner is frozen. */
const addNode = (classes: Set<string>, state: State, node: Node): void => {
  const { owner, internalStrong, localStrong, localWeak, refs, hasStrong, hasWeak, hasAsync, asyncTodo } = node;
  const file = state.files.find(({ key }) => key === owner);
  const held = internalStrong > 0 || localStrong > 0 ? 'strongly' : refs.length > 0 || localWeak > 0 ? 'weakly' : 'not';
  const told = hasStrong ? 'strongly' : hasWeak ? 'weakly' : 'not';
  const unread = node.pendingStrong || node.pendingWeak ? ', not acknowledged' : '';
  classes.add(
    `node: ${file === undefined ? 'of the dead' : 'of the living'}, held ${held}, owner told ${told}${unread}`,
  );
  const queue = asyncTodo.length > 0 ? 'queued' : hasAsync ? 'in flight' : 'idle';
  classes.add(`async: ${queue}${file?.frozen === true ? ', owner frozen' : ''}`);
};

/** `ref`: how strong, of whom, and what was asked about the death of its node. */
const addRef = (classes: Set<string>, state: State, { strong, node, death }: State['refs'][number]): void => {
  const owner = state.nodes.find(({ id }) => id === node)?.owner ?? -1;
  const asked = death === null ? 'death not asked for' : `death ${DEATHS[death.at]}`;
  classes.add(`ref: ${strong > 0 ? 'strong' : 'weak'}, ${owner < 0 ? 'of the dead' : 'of the living'}, ${asked}`);
};

const DEATHS = { idle: 'asked for', queued: 'queued', delivered: 'told' } as const;

/** `transaction`: its kind, and what became of its ends. */
const addTransaction = (classes: Set<string>, state: State, each: State['transactions'][number]): void => {
  const kind = each.reply ? 'reply' : each.needsReply ? 'call' : 'oneway';
  const waits = kind === 'oneway' && state.nodes.some(({ asyncTodo }) => asyncTodo.includes(each.id));
  const taken = waits ? 'at its node' : each.toThread >= 0 ? 'with a thread' : 'with a process';
  const orphaned = kind === 'call' && each.from < 0 ? ', its caller is gone' : '';
  classes.add(`transaction: ${kind}, ${each.to < 0 ? 'its receiver is gone' : taken}${orphaned}`);
};

/** The classes of a state. */
export const classesOf = (state: State): ReadonlySet<string> => {
  const classes = new Set<string>();
  for (const file of state.files) addFile(classes, state, file);
  for (const thread of state.threads) addThread(classes, state, thread);
  for (const node of state.nodes) addNode(classes, state, node);
  for (const ref of state.refs) addRef(classes, state, ref);
  for (const each of state.transactions) addTransaction(classes, state, each);
  for (const { proc, alive, ended } of state.tasks) {
    if (!alive) classes.add('task: dead');
    for (const thread of ended) {
      const left = state.files.some(file => has(state, threadKey(file, proc, thread)));
      if (left) classes.add('task: a native thread is gone, its record stays');
    }
  }
  return classes;
};

const has = ({ threads }: State, key: number): boolean =>
  threads.some(thread => thread.key === key && fileOf(key) >= 0);
