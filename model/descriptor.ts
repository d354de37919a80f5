/** What a descriptor of a process names: an open file of its own, or one of another process (TXN-46). */
import type { FdIndex, ProcIndex } from '../abi/ids.ts';
import { OPENER, fileOf, holderOf, type File, type State, type ThreadKey } from './state.ts';

/** The open file that the process itself opened under that number. */
export const openedAs = (files: readonly File[], proc: ProcIndex, fd: FdIndex): File | undefined => {
  for (const file of files) if (file.proc === proc && file.fd === fd) return file;
  return undefined;
};

/** The open file of another process of which the process has that descriptor (TXN-46). */
export const heldAs = (
  { tasks, files }: Pick<State, 'tasks' | 'files'>,
  proc: ProcIndex,
  fd: FdIndex,
): File | undefined => {
  for (const task of tasks) {
    if (task.proc !== proc || task.held.length === 0) continue;
    const held = task.held.find(other => other.fd === fd);
    return held === undefined ? undefined : files.find(({ key }) => key === held.file);
  }
  return undefined;
};

/** Whether it is the process's own thread whose record that is. */
export const isThreadOf = (files: readonly File[], key: ThreadKey, proc: ProcIndex): boolean => {
  const holder = holderOf(key);
  if (holder !== OPENER) return holder === proc;
  const file = fileOf(key);
  for (const { key: other, proc: owner } of files) if (other === file) return owner === proc;
  return false;
};
