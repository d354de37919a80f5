/**
 * Short openings that random steps rarely find by themselves: each leads to a deep state and leaves the rest to chance.
 */
import type { CommandSpec, ObjectSpec } from '../../abi/op.ts';
import { close, enableDetection, freeze, kill, leave, peek, reclaim } from './calls.ts';
import { death, free, reply, sendTo } from './commands.ts';
import { READ_SIZE, type Draft } from './draft.ts';
import { letGo } from './mapping.ts';
import { lend } from './sharing.ts';
import { calm, take, way } from './peers.ts';
import { sleepers } from './sleepers.ts';
import { starve } from './starve.ts';
import { JANITOR, type LiteFile, type LiteThread } from './lite.ts';
import { NO_SLOTS } from './lite-node.ts';
import { hugeSize } from './message.ts';

/** Whether the file can reach the peer at all. */
const reaches = (draft: Draft, file: LiteFile, peer: LiteFile): boolean => {
  if (way(file, peer) !== undefined) return true;
  return draft.model.managers[file.device]?.owner === peer && peer.process !== file.process;
};

type Script = (draft: Draft, file: LiteFile, peer: LiteFile) => void;

const idle = (draft: Draft, file: LiteFile): LiteThread | undefined => draft.freeThread(file);

/** Oneways of a tenth or so of the mapping until the async half is full (ALLOC-16, ALLOC-39). */
const flood: Script = (draft, file, peer) => {
  const thread = idle(draft, file);
  const arena = peer.arena;
  if (thread === undefined || arena === 0) return;
  const ref = way(file, peer);
  // Being suspected shows only to those who asked for it (ALLOC-43).
  if (draft.full && draft.dice.chance(60)) enableDetection(draft, thread);
  const part = draft.dice.pick(arena > 1 << 17 ? [0, 8, 8192] : [arena >> 4, arena >> 3, Math.floor(arena / 25), 0, 8]);
  const times = part < 16 ? draft.dice.pick([6, 56]) : draft.dice.between(4, 14);
  for (let at = 0; at < times; at++) {
    const command = sendTo(draft, thread, ref, 1, part);
    draft.writeRead(thread, [command], draft.dice.chance(50) ? READ_SIZE : undefined);
  }
  // Unread completions go with their thread (THR-46).
  if (draft.dice.chance(20)) leave(draft, thread);
};

/** Several messages taken out, then freed in any order: holes and their coalescing (ALLOC-21 to 25). */
const holes: Script = (draft, file, peer) => {
  const { dice } = draft;
  const sender = idle(draft, file);
  if (sender === undefined) return;
  const ref = way(file, peer);
  const times = dice.between(3, 7);
  const sizes = dice.chance(50) ? [dice.pick([8, 64, 256])] : [8, 24, 64, 120, 256, 512];
  for (let at = 0; at < times; at++) {
    draft.writeRead(sender, [sendTo(draft, sender, ref, 1, dice.pick(sizes))], READ_SIZE);
    const receiver = idle(draft, peer);
    if (receiver === undefined) return;
    if (peer.inbox.length > 0) draft.writeRead(receiver, undefined, READ_SIZE);
  }
  const receiver = idle(draft, peer);
  if (receiver === undefined) return;
  for (let at = dice.below(times); at > 0; at--) {
    const command = free(draft, receiver, 0);
    if (command !== undefined) draft.writeRead(receiver, [command], undefined);
  }
};

/** A call, its handler's call back, and so on: stacks (TXN-11, TXN-41). */
const nest: Script = (draft, file, peer) => {
  const { dice } = draft;
  let from = idle(draft, file);
  let to = peer;
  const depth = dice.between(2, 4);
  for (let at = 0; at < depth && from !== undefined; at++) {
    if (!reaches(draft, from.file, to)) break;
    const ref = way(from.file, to);
    const command = sendTo(draft, from, ref, 0, 8);
    draft.writeRead(from, [command], dice.chance(70) ? READ_SIZE : undefined);
    const receiver = idle(draft, to);
    if (receiver === undefined) return;
    if (to.inbox.length > 0) draft.writeRead(receiver, undefined, READ_SIZE);
    const next = receiver.file.refs.find(each => each.callable && each.node.owner !== to);
    from = receiver.stack.length > 0 ? receiver : idle(draft, to);
    to = next?.node.owner ?? file;
  }
  if (from !== undefined && dice.chance(40)) leave(draft, from);
  else if (from !== undefined && from.stack.length > 0)
    draft.writeRead(from, [reply(draft, from, 0) as CommandSpec], READ_SIZE);
};

/**
 * Calls through three processes back into the first, which is waiting; then the last of them may leave, and the one in
 * the middle answers (TXN-11, TXN-41, TXN-42).
 */
const round: Script = (draft, file) => {
  const { dice, model } = draft;
  const node = model.managers[file.device];
  const first = calm(draft, file);
  if (node === undefined || first === undefined || !node.owner.alive || node.owner.process === file.process) return;
  const own = file.node(0);
  model.send(first, draft.id, 0, node, 0, 24, [{ node: own, strong: true }]);
  const object: ObjectSpec = { type: 'BINDER', at: 0, ptr: own.ptr, cookie: own.cookie };
  const opening: CommandSpec = {
    ...{ bc: 'BC_TRANSACTION', target: 0, code: 1, flags: 0 },
    message: { size: 24, objects: [object] },
  };
  draft.writeRead(first, [opening], undefined);
  const middle = calm(draft, node.owner);
  if (middle === undefined) return;
  take(draft, middle);
  const back = way(node.owner, file);
  const on = node.owner.refs.find(
    ({ callable, node: { owner } }) => callable && owner.alive && owner !== file && owner !== node.owner,
  );
  if (middle.stack.length === 0 || back === undefined || on === undefined) return;
  model.send(middle, draft.id, 0, on.node, 0, 24, [{ node: own, strong: true }]);
  const passed: ObjectSpec = { type: 'HANDLE', at: 0, handle: draft.handle(back) };
  const call: CommandSpec = {
    ...{ bc: 'BC_TRANSACTION', target: draft.handle(on), code: 1, flags: 0 },
    message: { size: 24, objects: [passed] },
  };
  draft.writeRead(middle, [call], undefined);
  const last = calm(draft, on.node.owner);
  if (last === undefined) return;
  take(draft, last);
  const home = way(last.file, file);
  if (last.stack.length === 0 || home === undefined) return;
  draft.writeRead(last, [sendTo(draft, last, home, 0, 8)], undefined);
  if (dice.chance(80)) draft.writeRead(first, undefined, READ_SIZE);
  if (dice.chance(60)) leave(draft, last);
  const answer = reply(draft, middle, 0);
  if (answer !== undefined) draft.writeRead(middle, [answer], READ_SIZE);
};

/** Two calls that fail in different ways before their sender reads anything (THR-50). */
const lose: Script = (draft, file, peer) => {
  const { model } = draft;
  const sender = calm(draft, file);
  if (sender === undefined) return;
  for (const fails of ['exit', 'reply'] as const) {
    draft.writeRead(sender, [sendTo(draft, sender, way(file, peer), 0, 8)], undefined);
    const receiver = calm(draft, peer);
    if (receiver === undefined) return;
    take(draft, receiver);
    if (receiver.stack.length === 0) return;
    if (fails === 'exit') {
      leave(draft, receiver);
      continue;
    }
    const size = hugeSize(draft);
    model.reply(receiver, draft.id, 0, 0, 0, NO_SLOTS, false);
    draft.writeRead(receiver, [{ bc: 'BC_REPLY', code: 0, flags: 0, message: { size } }], READ_SIZE);
  }
  draft.writeRead(sender, undefined, READ_SIZE);
};

/** A filled message that is freed, perhaps memory pressure, and a look at what is left of it (ALLOC-30, 31, 37). */
const wash: Script = (draft, file, peer) => {
  const { dice } = draft;
  const sender = calm(draft, file);
  if (sender === undefined || !draft.looks) return;
  const size = dice.pick([64, 64, 256, 4096, 4160]);
  const flags = dice.chance(50) ? 0x20 : 0;
  const isCall = dice.chance(40);
  const message = sendTo(draft, sender, way(file, peer), isCall ? 0 : 1 | flags, size);
  draft.writeRead(sender, [message], undefined);
  let owner = calm(draft, peer);
  if (owner === undefined) return;
  take(draft, owner);
  if (isCall && owner.stack.length > 0) {
    const fill = { size, fill: 9 };
    draft.model.reply(owner, draft.id, 0, flags, size, NO_SLOTS, true);
    draft.writeRead(owner, [{ bc: 'BC_REPLY', code: 0, flags, message: fill }], undefined);
    owner = sender;
    draft.writeRead(sender, undefined, READ_SIZE);
  }
  const release = free(draft, owner, 0);
  if (release !== undefined) draft.writeRead(owner, [release], undefined);
  if (dice.chance(50)) reclaim(draft);
  if (dice.chance(50) && owner !== sender) {
    draft.writeRead(sender, [sendTo(draft, sender, way(file, peer), 1, dice.pick([0, 8]))], undefined);
  }
  peek(draft, owner);
};

/** A blocked reader with too little room gets a message that it cannot read (THR-51). */
const parkMessage: Script = (draft, file, peer) => {
  const { dice } = draft;
  const reader = idle(draft, peer);
  const sender = idle(draft, file);
  if (reader === undefined || sender === undefined || peer.nonblock) return;
  if (reader.fresh) draft.writeRead(reader, undefined, READ_SIZE);
  if (reader.parked === 0) draft.writeRead(reader, undefined, dice.pick([4, 76, 79]));
  draft.writeRead(sender, [sendTo(draft, sender, way(file, peer), dice.below(2), 8)], undefined);
  if (reader.parked !== 0) return;
  const roll = dice.below(3);
  if (roll === 0) leave(draft, reader);
  else if (roll === 1) draft.writeRead(reader, [sendTo(draft, reader, undefined, 0, 0)], READ_SIZE);
};

/** A registration, then the owner's end at some point of the exchange (DEATH-08 to DEATH-10). */
const mourn: Script = (draft, file, peer) => {
  const { dice } = draft;
  const thread = idle(draft, file);
  if (thread === undefined || file.refs.length === 0) return;
  for (let at = dice.between(1, 3); at > 0; at--) {
    const command = death(draft, thread, 0);
    if (command !== undefined) draft.writeRead(thread, [command], undefined);
  }
  if (dice.chance(70)) kill(draft, peer.process);
  else close(draft, peer, JANITOR);
  for (let at = dice.between(1, 4); at > 0; at--) {
    const next = idle(draft, file);
    if (next === undefined) return;
    const command = dice.chance(50) ? death(draft, next, 0) : undefined;
    const read = file.work > 0 || file.nonblock ? READ_SIZE : undefined;
    if (command !== undefined || read !== undefined)
      draft.writeRead(next, command === undefined ? undefined : [command], read);
  }
};

/** Frozen with and without something pending; updates that supersede each other (FRZ-11). */
const winter: Script = (draft, file, peer) => {
  const { dice } = draft;
  const thread = idle(draft, file);
  if (thread === undefined) return;
  const ref = way(file, peer);
  if (dice.chance(60)) draft.writeRead(thread, [sendTo(draft, thread, ref, 1, 0)], READ_SIZE);
  const receiver = idle(draft, peer);
  if (receiver !== undefined && peer.inbox.length > 0) draft.writeRead(receiver, undefined, READ_SIZE);
  draft.ops.push({
    op: 'ioctl',
    id: draft.id,
    proc: thread.process.proc,
    thread: thread.index,
    fd: thread.fd,
    cmd: 'BINDER_FREEZE',
    arg: { target: { proc: peer.process.proc }, enable: 1, timeoutMs: 0 },
  });
  for (const each of peer.process.files) each.frozen = true;
  for (let at = dice.between(1, 4); at > 0; at--) {
    draft.writeRead(thread, [sendTo(draft, thread, ref, dice.pick([0x41, 0x41, 0x41, 1, 0]), 8)], READ_SIZE);
  }
  if (dice.chance(50)) freeze(draft, thread);
};

const ALL: readonly Script[] = [
  flood,
  holes,
  nest,
  parkMessage,
  mourn,
  winter,
  round,
  lose,
  wash,
  letGo,
  sleepers,
  starve,
  lend,
];
const SLICE: readonly Script[] = [flood, holes, nest, parkMessage];

/** The feature that a script is made of, where it is one. */
const FEATURE_OF: ReadonlyMap<Script, string> = new Map([
  [letGo, 'mapping'],
  [sleepers, 'epoll'],
  [starve, 'fds'],
  [lend, 'share'],
]);

/** Runs one script between two living files. */
export const script = (draft: Draft): void => {
  const { dice, model } = draft;
  if (model.files.length < 2) return;
  const file = dice.pick(model.files);
  const manager = model.managers[file.device]?.owner;
  const other = dice.pick(model.files);
  const peer = manager !== undefined && manager.alive && manager !== file && dice.chance(60) ? manager : other;
  if (peer === file || !reaches(draft, file, peer)) return;
  const chosen = dice.pick(draft.full ? ALL : SLICE);
  if (!draft.off.includes(FEATURE_OF.get(chosen) ?? '')) chosen(draft, file, peer);
};
