/** Open files in other hands: processes that get a descriptor, use it, and outlive the opener (TXN-46). */
import { close, flush, kill, mapForeign } from './calls.ts';
import { free, reply, sendTo } from './commands.ts';
import { READ_SIZE, by, type Draft } from './draft.ts';
import type { MessageSpec } from '../../abi/op.ts';
import type { Hand, LiteFile, LiteProcess, LiteThread } from './lite.ts';
import { NO_SLOTS, type LiteRef } from './lite-node.ts';
import { calm, take, way } from './peers.ts';

/** A process without a descriptor of the file: a living one, rarely a new one. */
const somebody = (draft: Draft, file: LiteFile): LiteProcess | undefined => {
  const { dice, model } = draft;
  if (dice.chance(10)) return model.openProcess();
  const others = model.processes.filter(
    process => process !== file.process && file.holders.every(hand => hand.process !== process),
  );
  return others.length === 0 ? undefined : dice.pick(others);
};

/** A thread hands the file on; what it becomes is a new number, or one that the receiver closed. */
const hand = (draft: Draft, thread: LiteThread): Hand | undefined => {
  const { dice, ops } = draft;
  const { file } = thread;
  const to = somebody(draft, file);
  if (to === undefined) return undefined;
  const as = to.closed.length > 0 && dice.chance(50) ? (to.closed.pop() as number) : to.nextFd++;
  ops.push({ op: 'share', ...by(draft, thread), to: to.proc, as });
  // A process that runs out of descriptors may have got none.
  return to.limited ? undefined : file.give(to, as);
};

/** The process makes a copy of itself; answers the child's descriptor of the file. */
const fork = (draft: Draft, { process, index, file }: LiteThread): Hand | undefined => {
  const { model, ops } = draft;
  const child = model.openProcess();
  ops.push({ op: 'fork', id: draft.id, proc: process.proc, thread: index, child: child.proc });
  child.limited = process.limited;
  child.nextFd = process.nextFd;
  for (const own of process.files) if (own.ownOpen) own.give(child, own.fd);
  for (const held of process.held) {
    const from = held.holders.find(holder => holder.process === process);
    if (from !== undefined) held.give(child, from.fd);
  }
  return file.holders.find(holder => holder.process === child);
};

/** One more process has the file, and a thread that uses it. */
export const share = (draft: Draft, thread: LiteThread): void => {
  const { dice } = draft;
  const got = dice.chance(15) ? fork(draft, thread) : hand(draft, thread);
  if (got === undefined) return;
  const user = draft.newThread(thread.file, got);
  if (dice.chance(15)) mapForeign(draft, user);
  if (dice.chance(40)) draft.writeRead(user, [{ bc: 'BC_ENTER_LOOPER' }], dice.chance(60) ? READ_SIZE : undefined);
};

/** An array of descriptors in a piece of its own. A PTR at byte 0 can be nobody's parent (OBJ-33). */
const arrayOf = (count: number): MessageSpec => ({
  size: 80,
  buffersSize: 8,
  objects: [
    { type: 'PTR', at: 8, fds: Array.from({ length: count }, (_, file) => ({ at: file * 4, fd: { file } })) },
    { type: 'FDA', at: 48, numFds: count, parent: 0, parentOffset: 0 },
  ],
});

const ONE_DESCRIPTOR: MessageSpec = { size: 24, objects: [{ type: 'FD', at: 0, fd: { file: 0 } }] };

/** One process reads descriptors and another frees them: they are closed there, as the next number shows (TXN-46). */
const passAcross = (draft: Draft, sender: LiteThread, ref: LiteRef | undefined, hands: readonly LiteThread[]): void => {
  const { dice, model } = draft;
  const [reader, freer] = dice.chance(50) ? hands : hands.toReversed();
  if (reader === undefined || freer === undefined) return;
  const { file } = reader;
  const sendOneway = (message: MessageSpec, size: number): number => {
    const { id } = draft;
    model.send(sender, id, 0, ref?.node ?? model.managers[file.device], 1, size, NO_SLOTS);
    const target = ref === undefined ? 0 : draft.handle(ref);
    draft.writeRead(sender, [{ bc: 'BC_TRANSACTION', target, code: 0, flags: 1, message }], undefined);
    take(draft, reader);
    return id;
  };
  const sent = sendOneway(arrayOf(dice.between(1, 2)), 88);
  const message = file.buffers.find(({ of }) => of === sent);
  if (message === undefined) return;
  model.free(file, message);
  draft.writeRead(freer, [{ bc: 'BC_FREE_BUFFER', buffer: draft.buffer(message) }], undefined);
  sendOneway(ONE_DESCRIPTOR, 24);
};

/** A server gets help: its call is read and answered by another process, and perhaps it is gone by then (PROC-27). */
export const lend = (draft: Draft, file: LiteFile, peer: LiteFile): void => {
  const { dice } = draft;
  const lender = calm(draft, peer);
  const sender = calm(draft, file);
  if (lender === undefined || sender === undefined) return;
  const got = dice.chance(15) ? fork(draft, lender) : hand(draft, lender);
  if (got === undefined) return;
  const helper = draft.newThread(peer, got);
  const to = way(file, peer);
  if ((to?.node ?? draft.model.managers[file.device])?.takesFds === true && dice.chance(40)) {
    passAcross(draft, sender, to, [lender, helper]);
    return;
  }
  const waits = dice.chance(40);
  if (waits) draft.writeRead(helper, [{ bc: 'BC_ENTER_LOOPER' }], READ_SIZE);
  if (waits) draft.writeRead(helper, undefined, READ_SIZE);
  const flags = dice.pick([0, 0, 0, 1, 0x10]);
  draft.writeRead(sender, [sendTo(draft, sender, to, flags, 8)], undefined);
  if (helper.parked === 0) take(draft, helper);
  const roll = dice.below(8);
  if (roll === 0) kill(draft, peer.process);
  else if (roll === 1) kill(draft, got.process);
  else if (roll === 2) close(draft, peer, helper.index, helper);
  else if (roll === 3) flush(draft, peer, helper.index, helper);
  if (peer.alive && helper.stack.length > 0 && peer.threads.includes(helper)) {
    const answer = reply(draft, helper, 0);
    if (answer !== undefined) draft.writeRead(helper, [answer], dice.chance(50) ? READ_SIZE : undefined);
    const given = free(draft, helper, 0);
    if (given !== undefined && helper.parked === 0) draft.writeRead(helper, [given], undefined);
  }
  if (file.alive && sender.parked === 0) take(draft, sender);
};
