/** One manager and one client over the optimised driver, judged by the specification. */
import { describe, expect, test } from 'vitest';
import { ImplTarget } from '../../conformance/targets/impl.ts';
import { driverBench, JudgedKernel } from '../../conformance/scenarios/judged.ts';
import { BBinder, ProcessState, STATUS, System, type Incoming } from '../../userspace/index.ts';

class Doubler extends BBinder {
  protected override onTransact({ data, reply }: Incoming): number {
    reply.writeInt32(data.readInt32() * 2);
    return STATUS.OK;
  }
}

describe('a remote call', () => {
  test('is answered by the context manager, and every system call of it is what the specification allows', async () => {
    const kernel = new JudgedKernel(driverBench(new ImplTarget(), { devices: 1 }));
    const system = new System(kernel);
    const manager = new ProcessState(system);
    const client = new ProcessState(system);
    await manager.run(async () => {
      expect(await manager.becomeContextManager(new Doubler('doubler'))).toBe(true);
      manager.startThreadPool();
    });
    await system.idle();
    const answer = await client.run(async () => {
      const object = await client.getContextObject();
      if (object === null) throw new Error('nobody answers');
      const data = client.parcel();
      data.writeInt32(21);
      const reply = await object.transact(1, data);
      const value = reply.readInt32();
      reply.free();
      data.free();
      object.release();
      return value;
    });
    expect(answer).toBe(42);
    await system.idle();
    await kernel.check();
    expect(manager.uncaught).toEqual([]);
  });
});
