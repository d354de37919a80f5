/** The context manager of a device: who becomes it, and who may not (CTX-01 .. CTX-07). */
import type { IoctlArgument, Status } from '../abi/call.ts';
import { nodeFor, settle } from './node.ts';
import { fileOf, type Context, type ThreadKey } from './state.ts';
import { euidOf, procOf } from './task.ts';
import type { Turn } from './turn.ts';

/** BINDER_SET_CONTEXT_MGR (CTX-01) and BINDER_SET_CONTEXT_MGR_EXT (CTX-02: `object` given). */
export const setContextManager = (t: Turn, thread: ThreadKey, object?: IoctlArgument): Status => {
  const file = t.file(fileOf(thread));
  const device = t.devices[file.device] as Context;
  const euid = euidOf(t, procOf(t, thread));
  if (device.manager !== 0) {
    t.fire('CTX-03');
    return 'EBUSY';
  }
  if (device.managerUid !== null && device.managerUid !== euid) {
    t.fire('CTX-04');
    return 'EPERM';
  }
  t.fire(object === undefined ? 'CTX-01' : 'CTX-02', 'CTX-05', 'TXN-24');
  const node = nodeFor(t, file.key, object?.ptr ?? 0, object?.cookie ?? 0, object?.flags ?? 0);
  t.changeNode(node.id, {
    localWeak: node.localWeak + 1,
    localStrong: node.localStrong + 1,
    hasStrong: true,
    hasWeak: true,
  });
  t.fire('NODE-13');
  t.devices = t.devices.map((context, index) =>
    index === file.device ? { manager: node.id, managerUid: euid } : context,
  );
  settle(t, node.id);
  return 'OK';
};
