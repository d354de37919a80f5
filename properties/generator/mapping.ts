/** What user space does to its mapping and its descriptor behind the driver's back. */
import { free, sendTo } from './commands.ts';
import { reclaim } from './calls.ts';
import { calm, take, way } from './peers.ts';
import { READ_SIZE, by, type Draft } from './draft.ts';
import type { LiteFile, LiteThread } from './lite.ts';

/** Protection, advice, or the calls that a Binder descriptor refuses. */
export const handleMapping = (draft: Draft, thread: LiteThread): void => {
  const { dice, ops } = draft;
  const { file } = thread;
  const at = by(draft, thread);
  const roll = dice.below(file.arena === 0 || thread.foreign ? 2 : 9);
  if (roll < 3) ops.push({ op: 'file_io', ...at, call: dice.pick(['read', 'write', 'lseek']) });
  else if (roll < 5) ops.push({ op: 'mprotect', ...at, prot: 'write' });
  else if (roll === 5) ops.push({ op: 'mprotect', ...at, prot: 'read' });
  else if (roll === 6) {
    ops.push({ op: 'mprotect', ...at, prot: 'none' });
    look(draft, thread, 0);
    // What nobody can read says nothing of descriptors and handles, so it does not stay so for long.
    if (dice.chance(85)) ops.push({ op: 'mprotect', ...by(draft, thread), prot: 'read' });
  } else ops.push({ op: 'madvise', ...at, offset: dice.pick([4096, 8192, 8192, 12288]) });
};

const look = (draft: Draft, thread: LiteThread, offset: number): void => {
  if (draft.looks) draft.ops.push({ op: 'peek', ...by(draft, thread), offset, length: 16 });
};

/** Pages under a message are let go; they are there again when memory was short and another message came (ALLOC-34). */
export const letGo = (draft: Draft, file: LiteFile, peer: LiteFile): void => {
  const { dice } = draft;
  const sender = calm(draft, file);
  const owner = calm(draft, peer);
  if (sender === undefined || owner === undefined || peer.arena === 0 || owner.foreign) return;
  const page = dice.pick([0, 0, 4096]);
  const send = (): void => {
    draft.writeRead(sender, [sendTo(draft, sender, way(file, peer), 1, page + 8)], undefined);
  };
  send();
  const advice = dice.chance(50) ? { offset: page, length: 4096 } : page === 0 ? {} : { offset: page };
  draft.ops.push({ op: 'madvise', ...by(draft, owner), ...advice });
  look(draft, owner, page);
  take(draft, owner);
  const release = free(draft, owner, 0);
  if (release !== undefined) draft.writeRead(owner, [release], undefined);
  if (dice.chance(30)) send();
  reclaim(draft);
  send();
  look(draft, owner, page);
  if (owner.inbox.length + peer.inbox.length > 0) draft.writeRead(owner, undefined, READ_SIZE);
};
