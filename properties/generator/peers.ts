/** Whom a script can use: threads that are free, and ways from one file to another. */
import { READ_SIZE, type Draft } from './draft.ts';
import type { LiteFile, LiteThread } from './lite.ts';
import type { LiteRef } from './lite-node.ts';

/** Somebody that the file can call: a ref on the peer, else the manager. */
export const way = (file: LiteFile, peer: LiteFile): LiteRef | undefined =>
  file.refs.find(ref => ref.node.owner === peer && ref.callable);

/** A thread that is in no call. */
export const calm = (draft: Draft, file: LiteFile): LiteThread | undefined => {
  const quiet = ({ parked, stack, inbox }: LiteThread): boolean =>
    parked === 0 && stack.length === 0 && inbox.length === 0;
  return (
    file.threads.find(each => quiet(each) && !draft.parkedElsewhere(file, each.process, each.index)) ??
    draft.freeThread(file)
  );
};

/** Lets a thread read what waits for it or its file. */
export const take = (draft: Draft, thread: LiteThread): void => {
  if (thread.inbox.length + thread.file.inbox.length > 0) draft.writeRead(thread, undefined, READ_SIZE);
};
