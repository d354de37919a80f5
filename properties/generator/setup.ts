/** How most sequences begin: a few processes open and map, one becomes manager, some threads wait for work. */
import type { CommandSpec } from '../../abi/op.ts';
import { map, open } from './calls.ts';
import { READ_SIZE, type Draft } from './draft.ts';
import type { LiteFile } from './lite.ts';

/** A thread that enters the looper and waits; the first read of a fresh thread does not block (THR-04). */
const startLooper = (draft: Draft, file: LiteFile): void => {
  const thread = draft.newThread(file);
  const enter: CommandSpec[] = [{ bc: 'BC_ENTER_LOOPER' }];
  thread.looper = 2;
  if (draft.dice.chance(70)) {
    draft.writeRead(thread, enter, undefined);
    draft.writeRead(thread, undefined, READ_SIZE);
  } else {
    draft.writeRead(thread, enter, READ_SIZE);
  }
};

/** Opens and maps one more file; a few are left unmapped. */
export const openMapped = (draft: Draft, fresh: boolean): LiteFile => {
  const file = open(draft, fresh, draft.dice.chance(35));
  if (draft.dice.chance(98)) map(draft, file);
  return file;
};

/** The opening of a sequence. */
export const setup = (draft: Draft, processes: number): void => {
  const { dice, model, ops } = draft;
  const count = dice.between(2, processes);
  let manager: LiteFile | undefined;
  for (let at = 0; at < count; at++) {
    const file = openMapped(draft, true);
    if (manager === undefined && file.device === 0) {
      manager = file;
      ops.push({
        op: 'ioctl',
        id: draft.id,
        proc: file.process.proc,
        thread: 0,
        fd: file.fd,
        cmd: 'BINDER_SET_CONTEXT_MGR',
      });
      file.thread(0).fresh = false;
      model.manage(file, file.node(0));
    }
  }
  if (dice.chance(12)) openMapped(draft, false);
  for (const file of model.files) {
    const loopers = dice.pick([0, 0, 1, 1, 2]);
    if (loopers > 0 && dice.chance(60)) {
      const at = { id: draft.id, proc: file.process.proc, thread: 0, fd: file.fd };
      ops.push({ op: 'ioctl', ...at, cmd: 'BINDER_SET_MAX_THREADS', arg: { value: dice.between(0, 2) } });
      file.thread(0).fresh = false;
    }
    for (let looper = 0; looper < loopers; looper++) startLooper(draft, file);
  }
};
