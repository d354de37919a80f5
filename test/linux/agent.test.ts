import { afterAll, beforeAll, describe, expect, test, type TestContext } from 'vitest';
import { MachineDied } from '../../conformance/targets/linux/errors.ts';
import { Machine } from '../../conformance/targets/linux/machine.ts';
import { Program } from '../../conformance/targets/linux/program.ts';
import type { Outcome, Result, RunOptions } from '../../conformance/targets/linux/wire.ts';
import * as binder from './binder.ts';

const wanted = process.env['BINDER_SPEC_LINUX'] === '1';
const machine = new Machine({ devices: 8 });

const need = (context: TestContext): void => {
  if (!wanted) context.skip('set BINDER_SPEC_LINUX=1 (after npm run linux:setup) to boot the Linux machine');
};

const run = async (slot: number, build: (p: Program) => void, options: RunOptions = {}): Promise<Result> => {
  const p = new Program();
  build(p);
  p.reset();
  return machine.run(slot, p.bytes(), options);
};

const outcome = (result: Result, tag: number): Outcome => {
  const found = result.outcomes.find(o => o.tag === tag);
  if (found === undefined) throw new Error(`no outcome of ${tag}: ${JSON.stringify(result.failure)}`);
  return found;
};

/** Process 0 is the manager and reads on thread 1; processes 1 and up are clients. Answers the tag of the parked read. */
const cast = (p: Program, device: number, clients: number): number => {
  for (let proc = 0; proc <= clients; proc++) binder.openDevice(p, proc, device);
  binder.becomeManager(p, 0);
  binder.version(p, 0, 1);
  for (let proc = 1; proc <= clients; proc++) binder.version(p, proc, 0);
  return binder.writeRead(p, 0, 1, [], 256);
};

describe('the agent in the Linux machine', () => {
  beforeAll(async () => {
    if (wanted) await machine.start();
  });
  afterAll(() => machine.stop());

  test('the driver speaks protocol version 8', async context => {
    need(context);
    let tag = 0;
    const result = await run(0, p => {
      binder.openDevice(p, 0, 0);
      tag = binder.version(p, 0, 0);
    });
    expect(result.failure).toBeUndefined();
    expect(Buffer.from(outcome(result, tag).outs[0] ?? []).readUInt32LE()).toBe(8);
  });

  test('a call and its reply cross two processes, and every completion belongs to the instruction that caused it', async context => {
    need(context);
    let [read, call, peek, answer] = [0, 0, 0, 0];
    const result = await run(1, p => {
      read = cast(p, 1, 1);
      call = binder.writeRead(p, 1, 0, [binder.transaction(42)], 256);
      peek = p.peek(0, { register: binder.BUFFER }, 8);
      answer = binder.writeRead(p, 0, 1, [binder.reply()], 0, Buffer.from('answer!!'));
      p.peek(1, { register: binder.BUFFER }, 8);
    });
    expect(result.failure).toBeUndefined();
    expect(outcome(result, read).state).toBe('parked');
    expect(outcome(result, call).state).toBe('parked');
    const delivered = outcome(result, call).completions;
    expect(delivered.map(c => c.tag)).toEqual([read]);
    expect(binder.returns(delivered[0]?.outs[1])).toEqual([binder.BR_NOOP, binder.BR_TRANSACTION]);
    expect(Buffer.from(outcome(result, peek).outs[0] ?? []).toString()).toBe('payload!');
    const returned = outcome(result, answer).completions;
    expect(returned.map(c => c.tag)).toEqual([call]);
    expect(binder.returns(returned[0]?.outs[1])).toEqual([
      binder.BR_NOOP,
      binder.BR_TRANSACTION_COMPLETE,
      binder.BR_REPLY,
    ]);
    expect(Buffer.from(outcome(result, answer + 1).outs[0] ?? []).toString()).toBe('answer!!');
  });

  test.for([
    ['shared', false],
    ['separate', true],
  ] as const)('killing a process with %s memory releases its caller', async ([, separate], context) => {
    need(context);
    const p = new Program();
    cast(p, 2, 1);
    const call = binder.writeRead(p, 1, 0, [binder.transaction(1)], 256);
    const kill = p.kill(0);
    const waited = p.waitKernel();
    const left = p.readFile(0, '/sys/kernel/debug/binder/proc/%d', 100);
    p.reset();
    const result = await machine.run(2, p.bytes(), { separateMemory: separate });
    expect(result.failure).toBeUndefined();
    const completions = [...outcome(result, kill).completions, ...outcome(result, waited).completions];
    expect(completions.map(c => c.tag)).toEqual([call]);
    expect(outcome(result, left).value).toBe(-2n);
  });

  test.for([
    ['shared', false],
    ['separate', true],
  ] as const)(
    'a process with %s memory is given a descriptor with the number that it wants',
    async ([, separate], context) => {
      need(context);
      const p = new Program();
      binder.openDevice(p, 0, 2);
      const given = p.share(1, 0, { register: binder.FD }, 70);
      p.setRegister(1, binder.FD, 70);
      const used = binder.version(p, 1, 0);
      const mapped = p.call(1, 0, { number: binder.SYS.mmap, args: [0, 4096, 1, 2, 70, 0] });
      const taken = p.share(1, 0, { register: binder.FD }, 70);
      p.reset();
      const result = await machine.run(2, p.bytes(), { separateMemory: separate });
      expect(result.failure).toBeUndefined();
      const EINVAL = -22n;
      const EBUSY = -16n;
      const values = [given, used, mapped, taken].map(tag => outcome(result, tag).value);
      expect(values).toEqual([70n, 0n, EINVAL, EBUSY]);
    },
  );

  test.for([
    ['shared', false],
    ['separate', true],
  ] as const)(
    'the copy of a process with %s memory has its descriptors, user and nice value, and not its mapping',
    async ([, separate], context) => {
      need(context);
      const p = new Program();
      binder.openDevice(p, 0, 2);
      binder.version(p, 0, 1);
      const write = p.call(0, 1, { number: binder.SYS.setpriority, args: [0, 0, 7] });
      p.setRegister(0, 5, 99);
      p.euid(0, 7);
      const copy = p.fork(0, 1, 1);
      const used = binder.version(p, 1, 0);
      const mapped = p.call(1, 0, { number: binder.SYS.mmap, args: [0, 4096, 1, 2, { register: binder.FD }, 0] });
      const nice = p.call(1, 0, { number: binder.SYS.getpriority, args: [0, 0] });
      const user = p.call(1, 0, { number: binder.SYS.geteuid });
      const register = p.call(1, 0, { number: binder.SYS.close, args: [{ register: 5 }] });
      const closed = p.call(1, 0, { number: binder.SYS.close, args: [{ register: binder.FD }] });
      const parents = binder.version(p, 0, 0);
      const peek = p.peek(1, { register: binder.BASE }, 8);
      const own = p.peek(0, { register: binder.BASE }, 8);
      p.reset();
      const result = await machine.run(2, p.bytes(), { separateMemory: separate });
      expect(result.failure).toBeUndefined();
      const [EINVAL, EBADF, EFAULT] = [-22n, -9n, -14n];
      const values = [write, copy, used, mapped, nice, user, register, closed, parents, peek].map(
        tag => outcome(result, tag).value,
      );
      expect(values).toEqual([0n, 0n, 0n, EINVAL, 13n, 7n, EBADF, 0n, 0n, EFAULT]);
      expect(outcome(result, own).value).toBe(EFAULT);
    },
  );

  test('a signal interrupts a parked read', async context => {
    need(context);
    let [read, signal] = [0, 0];
    const result = await run(3, p => {
      read = cast(p, 3, 0);
      signal = p.signal(0, 1);
    });
    expect(outcome(result, signal).completions.map(c => [c.tag, c.value])).toEqual([[read, -4n]]);
  });

  test('closing a duplicate wakes a parked read once the kernel has flushed', async context => {
    need(context);
    let [read, flushed] = [0, 0];
    const result = await run(3, p => {
      read = cast(p, 3, 0);
      p.call(0, 0, { number: binder.SYS.dup, args: [{ register: binder.FD }], save: 2 });
      p.call(0, 0, { number: binder.SYS.close, args: [{ register: 2 }] });
      flushed = p.waitKernel();
    });
    const completions = [...outcome(result, flushed - 1).completions, ...outcome(result, flushed).completions];
    expect(completions.map(c => [c.tag, c.value])).toEqual([[read, 0n]]);
  });

  test('two slots do not hear of each other', async context => {
    need(context);
    const one = (device: number): Promise<Result> =>
      run(device, p => {
        cast(p, device, 1);
        binder.writeRead(p, 1, 0, [binder.transaction(device)], 256);
        binder.writeRead(p, 0, 1, [binder.reply()], 0);
      });
    const many = await Promise.all(Array.from({ length: 40 }, (_, i) => one(4 + (i % 2))));
    for (const result of many) {
      expect(result.failure).toBeUndefined();
      expect(result.outcomes.flatMap(o => o.completions)).toHaveLength(2);
    }
  });

  test('a worker that dies is reported and the slot goes on', async context => {
    need(context);
    const result = await run(6, p => {
      p.ids(0, 0, { pid: 3 });
      p.call(0, 0, { number: binder.SYS.kill, args: [{ register: 3 }, 11] });
    });
    expect(result.failure).toMatchObject({ code: 'died', process: 0, detail: 11 });
    const after = await run(6, p => {
      binder.openDevice(p, 0, 6);
      binder.version(p, 0, 0);
    });
    expect(after.failure).toBeUndefined();
  });

  test('a program that does not end in time is given up', async context => {
    need(context);
    const result = await run(
      6,
      p => {
        p.call(0, 0, { number: binder.SYS.pipe2, args: [{ segment: 0 }, 0], segments: [{ length: 8 }] });
        p.call(0, 0, {
          number: binder.SYS.read,
          args: [64, { segment: 0 }, 1],
          segments: [{ length: 8 }],
          mustComplete: true,
        });
      },
      { budgetMs: 300 },
    );
    expect(result.failure?.code).toBe('timeout');
  });

  test('nonsense is refused with a sentence', async context => {
    need(context);
    const result = await machine.run(7, Buffer.from([99, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
    expect(result.failure).toMatchObject({ code: 'malformed', message: 'no such instruction' });
    const cut = await machine.run(7, Buffer.from([1, 0, 0]));
    expect(cut.failure?.code).toBe('malformed');
  });

  test('a machine that dies rejects what was in flight and can be started again', async context => {
    need(context);
    const doomed = run(5, p => p.sleep(2_000_000));
    setTimeout(() => machine.crash(), 100);
    await expect(doomed).rejects.toSatisfy(error => error instanceof MachineDied && error.slots.includes(5));
    await machine.restart();
    const result = await run(5, p => binder.openDevice(p, 0, 5));
    expect(result.failure).toBeUndefined();
  });
});
