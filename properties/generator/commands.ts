/** One command of a write buffer: chosen for the thread's situation, and done to the mirror. */
import type { CommandSpec } from '../../abi/op.ts';
import type { Draft } from './draft.ts';
import { drawMessage } from './message.ts';
import { REGISTERED, ENTERED, type LiteMessage, type LiteThread } from './lite.ts';
import { NO_SLOTS, type LiteNode, type LiteRef } from './lite-node.ts';

/** Makes command number `cmd` of the op under construction, or nothing where the situation has no use for it. */
export type CommandMaker = (draft: Draft, thread: LiteThread, cmd: number) => CommandSpec | undefined;

/** A strong ref to call, recent ones first; `undefined` means the context manager. */
const target = (draft: Draft, thread: LiteThread): LiteRef | undefined => {
  const { refs } = thread.file;
  if (refs.length === 0) return undefined;
  const manager = draft.model.managers[thread.file.device];
  if (manager !== undefined && manager.owner.process !== thread.file.process && draft.dice.chance(38)) return undefined;
  const ref = draft.dice.recent(refs);
  return ref.callable ? ref : refs.find(each => each.callable);
};

const CODES = [0, 1, 2, 3] as const;

/** TF_* of a call beside TF_ONE_WAY. */
const callFlags = (draft: Draft): number => {
  const { dice } = draft;
  const roll = dice.below(20);
  if (roll < 9) return 0;
  if (roll < 15) return draft.full ? 0x10 : 0;
  if (roll < 17) return draft.full ? 0x20 : 0x04;
  return dice.pick([0x08, 0x04, 0x80, 0x80000000, draft.full ? 0x30 : 0x0c]);
};

const send = (draft: Draft, thread: LiteThread, cmd: number, oneway: boolean): CommandSpec | undefined => {
  const { dice, model } = draft;
  const ref = target(draft, thread);
  // Nobody to call: no manager, or the manager's own process (TXN-06, TXN-07); rarely is enough.
  if (ref === undefined && dice.chance(96)) {
    const manager = model.managers[thread.file.device];
    if (manager === undefined || manager.owner.process === thread.file.process) return undefined;
  }
  const node: LiteNode | undefined = ref === undefined ? model.managers[thread.file.device] : ref.node;
  const { spec, slots, size, good } = drawMessage(draft, thread.file, node?.owner, node?.takesFds ?? false);
  // Updates of one kind must agree in code and flags to supersede each other (TXN-32).
  const update = oneway && draft.full && dice.chance(node?.owner.frozen === true ? 60 : 4);
  const flags = update ? 0x41 : callFlags(draft) | (oneway ? 1 : 0);
  const code = update ? (dice.chance(80) ? 1 : 2) : dice.pick(CODES);
  model.send(thread, draft.id, cmd, node, flags, size, slots, good);
  return {
    bc: 'BC_TRANSACTION',
    target: ref === undefined ? 0 : draft.handle(ref),
    code,
    flags: flags >>> 0,
    message: spec,
  };
};

export const call: CommandMaker = (draft, thread, cmd) => {
  // A waiting thread calls only to be refused (TXN-10); rarely is enough.
  if (thread.top?.from === thread && draft.dice.chance(80)) return send(draft, thread, cmd, true);
  return send(draft, thread, cmd, false);
};

export const oneway: CommandMaker = (draft, thread, cmd) => send(draft, thread, cmd, true);

export const reply: CommandMaker = (draft, thread, cmd) => {
  const { dice, model } = draft;
  const { top } = thread;
  const caller = top === undefined || top.from === thread ? undefined : top.from;
  const takesFds = ((top?.flags ?? 0) & 0x10) !== 0;
  const { spec, slots, size, good } = drawMessage(draft, thread.file, caller?.file, takesFds);
  const flags = dice.chance(80) ? 0 : dice.pick([1, 0x08, 0x20, 0xfffffff1, 0x10]);
  model.reply(thread, draft.id, cmd, flags, size, slots, good);
  return { bc: 'BC_REPLY', code: dice.pick(CODES), flags, message: spec };
};

export const free: CommandMaker = (draft, thread) => {
  const { file } = thread;
  if (file.buffers.length === 0) return undefined;
  const message: LiteMessage = draft.dice.chance(50)
    ? (file.buffers[0] as LiteMessage)
    : draft.dice.recent(file.buffers);
  const command: CommandSpec = { bc: 'BC_FREE_BUFFER', buffer: draft.buffer(message) };
  if (!thread.error) draft.model.free(file, message);
  return command;
};

/** The four count changes; keeps the number of explicit counts small. */
export const refs: CommandMaker = (draft, thread) => {
  const { dice, model } = draft;
  const { file } = thread;
  if (file.refs.length === 0 || dice.chance(12)) {
    const manager = model.managers[file.device];
    if (manager === undefined || manager.owner === file) return undefined;
    const ref = file.ref(manager, -1, 0, 0);
    if (ref.of < 0) {
      if (ref.strong + ref.weak > 0) return decrement(draft, thread, ref);
      const strong = dice.chance(70);
      if (strong) ref.strong++;
      else ref.weak++;
      return { bc: strong ? 'BC_ACQUIRE' : 'BC_INCREFS', handle: 0 };
    }
  }
  if (file.refs.length === 0) return undefined;
  const ref = dice.recent(file.refs);
  const held = ref.strong + ref.weak;
  if (held > 0 && dice.chance(held > 2 || !ref.node.owner.alive || file.refs.length > 8 ? 90 : 45))
    return decrement(draft, thread, ref);
  const handle = draft.handle(ref);
  if (dice.chance(65)) {
    if (ref.callable) ref.strong++;
    return { bc: 'BC_ACQUIRE', handle };
  }
  ref.weak++;
  return { bc: 'BC_INCREFS', handle };
};

const decrement = (draft: Draft, thread: LiteThread, ref: LiteRef): CommandSpec => {
  const handle = draft.handle(ref);
  const strong = ref.strong > 0 && (ref.weak === 0 || draft.dice.chance(60));
  if (strong) ref.strong--;
  else ref.weak--;
  draft.model.dropIfGone(thread.file, ref);
  return { bc: strong ? 'BC_RELEASE' : 'BC_DECREFS', handle };
};

/** Acknowledges an announcement of an own node. */
export const done: CommandMaker = (draft, thread) => {
  const { dice } = draft;
  const { nodes } = thread.file;
  if (nodes.length === 0) return undefined;
  const start = dice.below(nodes.length);
  for (let at = 0; at < nodes.length; at++) {
    const node = nodes[(start + at) % nodes.length];
    if (node === undefined || node.owes === 0) continue;
    const bit = node.owes === 3 ? dice.between(1, 2) : node.owes;
    node.owes ^= bit;
    draft.model.releaseIfUnheld(node);
    return { bc: bit === 2 ? 'BC_ACQUIRE_DONE' : 'BC_INCREFS_DONE', ptr: node.ptr, cookie: node.cookie };
  }
  return undefined;
};

export const looper: CommandMaker = (draft, thread) => {
  const roll = draft.dice.below(10);
  if (roll < 5) {
    thread.looper |= ENTERED;
    return { bc: 'BC_ENTER_LOOPER' };
  }
  if (roll < 9) {
    thread.looper |= REGISTERED;
    return { bc: 'BC_REGISTER_LOOPER' };
  }
  return { bc: 'BC_EXIT_LOOPER' };
};

/** Registers for, clears, or acknowledges a death. */
export const death: CommandMaker = (draft, thread) => {
  const { dice, model } = draft;
  const { file } = thread;
  if (file.deaths.length > 0 && dice.chance(60)) {
    const cookie = dice.chance(70) ? (file.deaths.shift() as number) : dice.pick(file.deaths);
    return { bc: 'BC_DEAD_BINDER_DONE', cookie };
  }
  if (file.refs.length === 0) return undefined;
  const ref = dice.recent(file.refs);
  const handle = draft.handle(ref);
  if (ref.death !== 0 && dice.chance(75)) {
    const cookie = ref.death;
    ref.death = 0;
    if (thread.looper !== 0) thread.ready = true;
    else model.wake(file);
    return { bc: 'BC_CLEAR_DEATH_NOTIFICATION', handle, cookie };
  }
  // Few cookies, so that two registrations sometimes share one (DEATH-11).
  const cookie = 0xd0 + (model.nextCookie++ % 12);
  if (ref.death === 0) {
    ref.death = cookie;
    if (!ref.node.owner.alive) {
      file.deaths.push(cookie);
      model.wake(file);
    }
  }
  return { bc: 'BC_REQUEST_DEATH_NOTIFICATION', handle, cookie };
};

/** The makers that a batch mixes. */
const MIXED: readonly CommandMaker[] = [free, free, refs, refs, done, oneway, oneway, call, reply, looper, death];
const MIXED_SLICE: readonly CommandMaker[] = [free, free, refs, refs, done, oneway, oneway, call, reply, looper];

/** Two to five commands in one write. */
export const batch = (draft: Draft, thread: LiteThread): CommandSpec[] => {
  const { dice } = draft;
  const commands: CommandSpec[] = [];
  const count = dice.between(2, 5);
  for (let at = 0; at < count; at++) {
    const make = dice.pick(draft.full ? MIXED : MIXED_SLICE);
    if (make === reply && (thread.top === undefined || thread.top.from === thread)) continue;
    const command = make(draft, thread, commands.length);
    if (command !== undefined) commands.push(command);
  }
  return commands;
};

/** A plain small call or oneway to a node, for scripts. */
export const sendTo = (
  draft: Draft,
  thread: LiteThread,
  ref: LiteRef | undefined,
  flags: number,
  size: number,
): CommandSpec => {
  const node = ref === undefined ? draft.model.managers[thread.file.device] : ref.node;
  draft.model.send(thread, draft.id, 0, node, flags, size, NO_SLOTS);
  return {
    bc: 'BC_TRANSACTION',
    target: ref === undefined ? 0 : draft.handle(ref),
    code: 1,
    flags,
    message: size === 0 ? { size } : { size, fill: 7 },
  };
};

/** The makers of single-command steps, by feature. */
export const MAKERS = { call, oneway, reply, free, refs, done, looper, death } as const;
