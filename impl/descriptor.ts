/** File descriptors in messages: held when they are sent, numbered when they are received (OBJ-22 to OBJ-26). */
import { TF_ACCEPT_FDS } from '../abi/constants.ts';
import type { Process } from './process.ts';
import { EBADF, ENOMEM, EPERM } from './result.ts';
import type { Sending } from './sending.ts';
import type { Task } from './task.ts';
import type { FileFixup, Transaction } from './transaction.ts';

/** Holds the file behind a descriptor until the receiver gets a number of its own at arena offset `at`. */
export const holdFile = (sending: Sending, task: Task, transaction: Transaction, fd: number, at: number): number => {
  const { answers, targetNode } = sending;
  const allowed = answers === null ? targetNode?.acceptsFiles === true : (answers.flags & TF_ACCEPT_FDS) !== 0;
  if (!allowed) return EPERM;
  const file = task.group.files.take(fd);
  if (file < 0) return EBADF;
  const fixup = { offset: at, file };
  if (transaction.fixups === null) transaction.fixups = [fixup];
  else transaction.fixups.push(fixup);
  return 0;
};

/**
 * Gives the reading task a descriptor for each file of a message and writes its number into the buffer. ENOMEM when
 * the table is full: then the task has none of them, and the files are dropped.
 */
export const installFiles = (
  task: Task,
  process: Process,
  transaction: Transaction,
  fixups: readonly FileFixup[],
): number => {
  const { files } = task.group;
  const { view } = process.arena;
  transaction.fixups = null;
  for (const [index, { offset, file }] of fixups.entries()) {
    const fd = files.install(file);
    if (fd < 0) {
      for (const done of fixups.slice(0, index)) files.close(view.getUint32(done.offset, true));
      for (const rest of fixups.slice(index)) files.drop(rest.file);
      return ENOMEM;
    }
    view.setUint32(offset, fd, true);
  }
  return 0;
};
