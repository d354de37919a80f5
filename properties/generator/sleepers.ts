/** epoll: threads that put files into their set, ask it, and sleep for it. */
import { leave } from './calls.ts';
import { leaveRead } from './hand-over.ts';
import { sendTo } from './commands.ts';
import { READ_SIZE, by, who, type Draft } from './draft.ts';
import { JANITOR, type LiteFile, type LiteThread } from './lite.ts';
import { calm, way } from './peers.ts';

const control = (draft: Draft, thread: LiteThread, ctl: 'add' | 'mod' | 'del'): void => {
  draft.ops.push({ op: 'epoll_ctl', ...by(draft, thread), ctl });
  if (ctl !== 'mod') thread.polls = ctl === 'add';
};

const ask = (draft: Draft, { process, index }: LiteThread): void => {
  draft.ops.push({ op: 'epoll_wait', id: draft.id, proc: process.proc, thread: index });
};

const sleep = (draft: Draft, thread: LiteThread): void => {
  const { file, index, process } = thread;
  draft.ops.push({ op: 'epoll_wait', id: draft.id, proc: process.proc, thread: index, sleep: true });
  const idle = thread.stack.length === 0 && file.inbox.length + file.work === 0;
  if (thread.fresh || thread.ready || thread.inbox.length > 0 || idle !== (thread.stack.length === 0)) return;
  thread.parked = draft.ops.length;
  thread.asleep = true;
};

/** One step of a thread with its epoll set. */
export const epoll = (draft: Draft, thread: LiteThread): void => {
  const { dice } = draft;
  const roll = dice.below(10);
  if (!thread.polls && roll < 7) control(draft, thread, 'add');
  else if (roll < 3) control(draft, thread, dice.pick(['add', 'mod', 'mod', 'del']));
  else if (roll < 8) ask(draft, thread);
  else sleep(draft, thread);
};

const version = (draft: Draft, thread: LiteThread): void => {
  draft.ops.push({ op: 'ioctl', ...by(draft, thread), cmd: 'BINDER_VERSION' });
  thread.fresh = false;
};

/** Threads fall asleep in epoll; work, a flush or nothing comes; one of them may have left the driver (THR-37, THR-47, PROC-12). */
export const sleepers = (draft: Draft, file: LiteFile, peer: LiteFile): void => {
  const { dice, ops, model } = draft;
  const sender = calm(draft, file);
  if (sender === undefined) return;
  const asleep: LiteThread[] = [];
  for (let left = dice.between(1, 2); left > 0; left--) {
    const thread = calm(draft, peer);
    if (thread === undefined) break;
    if (!thread.polls) control(draft, thread, 'add');
    if (dice.chance(25)) leave(draft, thread);
    version(draft, thread);
    if (dice.chance(70)) ask(draft, thread);
    sleep(draft, thread);
    asleep.push(thread);
  }
  if (dice.chance(25)) {
    ops.push({ op: 'flush', ...who(draft, JANITOR, peer.hand) });
    model.flush(peer);
  }
  if (dice.chance(50) && !sender.polls) control(draft, sender, 'add');
  draft.writeRead(sender, [sendTo(draft, sender, way(file, peer), dice.below(2), 8)], undefined);
  if (sender.polls) ask(draft, sender);
  for (const thread of asleep) {
    if (thread.parked !== 0) ops.push({ op: 'signal', id: draft.id, proc: thread.process.proc, thread: thread.index });
    leaveRead(thread);
    if (dice.chance(50)) ask(draft, thread);
  }
  const reader = calm(draft, peer);
  if (reader !== undefined && peer.inbox.length > 0) draft.writeRead(reader, undefined, READ_SIZE);
};
