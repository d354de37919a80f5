/**
 * A caller that a dying process released may read its node announcements before the process lets go of the node
 *
 * Made by binder-spec. Above each op stands what the specification allows it to show.
 */
import { expect, test } from 'vitest';
import { ImplTarget } from '../../conformance/targets/impl.ts';
import { specification } from '../../model/model.ts';
import { INVARIANTS } from '../../properties/all.ts';
import { runLockstep } from '../../properties/lockstep.ts';

/** Put a driver of your own here: any `Driver` of abi/driver.ts. */
const driver = new ImplTarget();

const ops: Parameters<typeof runLockstep>[1] = [
  // OK
  { op: 'open', id: 3, proc: 0, thread: 0, fd: 0 },
  // OK
  { op: 'mmap', id: 4, proc: 0, thread: 0, fd: 0, size: 4096 },
  // OK
  { op: 'open', id: 6, proc: 1, thread: 0, fd: 0 },
  // OK
  { op: 'ioctl', id: 5, proc: 0, thread: 0, fd: 0, cmd: 'BINDER_SET_CONTEXT_MGR' },
  // OK
  { op: 'ioctl', id: 8, proc: 1, thread: 0, fd: 0, cmd: 'BINDER_SET_MAX_THREADS' },
  // pending
  { op: 'write_read', id: 14, proc: 0, thread: 0, fd: 0, read: { size: 256 } },
  // OK{readable true}
  { op: 'poll', id: 15, proc: 0, thread: 1, fd: 0 },
  // pending; op 14: OK{wrote 0, read 72, returns [BR_NOOP, BR_TRANSACTION{ptr 0, cookie 0, code 0, flags 0, sender 1,
  // euid 0, dataSize 24, offsetsSize 8, buffer 0, offsetsAt 24, data 852a68730000000001000000000000000000000000000000,
  // offsets [0], pieces []}]}
  { op: 'write_read', id: 16, proc: 1, thread: 0, fd: 0, write: [{ bc: 'BC_TRANSACTION', target: 0, code: 0, flags: 0, message: { size: 24, objects: [{ type: 'BINDER', at: 0, ptr: 32, cookie: 33 }] } }], read: { size: 256 } },
  // OK; op 16: OK{wrote 68, read 12, returns [BR_NOOP, BR_TRANSACTION_COMPLETE, BR_DEAD_REPLY]}
  // OK; op 16: OK{wrote 68, read 52, returns [BR_NOOP, BR_INCREFS{ptr 32, cookie 33}, BR_ACQUIRE{ptr 32, cookie 33},
  // BR_TRANSACTION_COMPLETE, BR_DEAD_REPLY]}
  { op: 'kill', id: 20, proc: 0 },
];

test('A caller that a dying process released may read its node announcements before the process lets go of the node', () => {
  const world = { devices: 2 };
  const result = runLockstep({ specification, driver, world, checkpointEvery: 1, invariants: INVARIANTS }, ops);
  expect(result.failure?.explanation ?? []).toEqual([]);
  expect(result.skipped).toEqual([]);
});
