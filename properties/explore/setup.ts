/** How a configuration begins: everybody has opened and mapped, and the manager is there. */
import type { Op } from '../../abi/op.ts';
import { Environment, resolve } from '../../abi/resolve.ts';
import { specification, type State } from '../../model/model.ts';
import type { Configuration } from './configuration.ts';

/** The ops of the beginning, as a log begins with them. */
export const setUpOps = ({ processes, mapping }: Configuration): readonly Op[] => {
  const ops: Op[] = [];
  processes.forEach(({ manager = false }, proc) => {
    const who = { proc, thread: 0, fd: 0 };
    ops.push({ op: 'open', id: ops.length + 1, ...who });
    if (mapping > 0) ops.push({ op: 'mmap', id: ops.length + 1, ...who, size: mapping });
    if (manager) ops.push({ op: 'ioctl', id: ops.length + 1, ...who, cmd: 'BINDER_SET_CONTEXT_MGR' });
  });
  return ops;
};

/** The first state, and the ops that lead there. */
export const setUp = (configuration: Configuration): { readonly state: State; readonly ops: readonly Op[] } => {
  const ops = setUpOps(configuration);
  let state = specification.initial({ devices: 1 });
  for (const op of ops) {
    const [outcome] = specification.step(state, resolve(new Environment(), op));
    if (outcome === undefined) throw new Error('the model is wrong: no outcome');
    ({ state } = outcome);
  }
  return { state, ops };
};
