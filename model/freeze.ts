/** The freezer: BINDER_FREEZE and BINDER_GET_FROZEN_INFO over every file of a process, the newest first (FRZ-02). */
import type { IoctlArgument, Status } from '../abi/call.ts';
import type { IoctlOutput } from '../abi/observation.ts';
import { fileOf, type File, type FileKey } from './state.ts';
import type { Turn } from './turn.ts';

const filesOf = (t: Turn, target: IoctlArgument['target']): readonly File[] =>
  target === undefined || 'pid' in target ? [] : t.files.filter(file => file.proc === target.proc).reverse();

/** FRZ-03: a call that is not answered, a message that is not read, or a thread in the middle of one. */
const isBusy = (t: Turn, key: FileKey): boolean =>
  t.file(key).outstanding > 0 || t.threads.some(thread => fileOf(thread.key) === key && thread.stack !== 0);

/** BINDER_FREEZE */
export const freeze = (t: Turn, argument: IoctlArgument): Status => {
  const files = filesOf(t, argument.target);
  t.fire('FRZ-01');
  if (files.length === 0) return 'EINVAL';
  for (const { key } of files) {
    t.fire('FRZ-02');
    if (files.length > 1) t.fire('PROC-04');
    t.changeFile(key, {
      syncRecv: false,
      asyncRecv: false,
      frozen: argument.enable !== 0 && argument.enable !== undefined,
    });
    if (!t.file(key).frozen) {
      t.fire('FRZ-07');
      continue;
    }
    t.fire('FRZ-03');
    if (isBusy(t, key)) {
      t.fire('FRZ-04');
      t.changeFile(key, { frozen: false });
      return 'EAGAIN';
    }
  }
  return 'OK';
};

/** BINDER_GET_FROZEN_INFO: FRZ-12 */
export const frozenInfo = (
  t: Turn,
  argument: IoctlArgument,
): { readonly status: Status; readonly out?: IoctlOutput } => {
  const files = filesOf(t, argument.target);
  t.fire('FRZ-12');
  if (files.length === 0) return { status: 'EINVAL' };
  let syncRecv = 0;
  let asyncRecv = 0;
  for (const file of files) {
    if (file.syncRecv) syncRecv |= 1;
    if (isBusy(t, file.key)) syncRecv |= 2;
    if (file.asyncRecv) asyncRecv |= 1;
  }
  return { status: 'OK', out: { syncRecv, asyncRecv } };
};
