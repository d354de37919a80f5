import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, type TestContext } from 'vitest';
import { OpLogSchema, type Op } from '../../abi/op.ts';
import type { Observation } from '../../abi/observation.ts';
import { specification } from '../../model/model.ts';
import { OpLogArbitrary } from '../../properties/generator/arbitrary.ts';
import { Judge } from '../../properties/judge.ts';
import { runRemote } from '../../properties/remote.ts';
import { MachineDied } from '../../conformance/targets/linux/errors.ts';
import { LinuxTarget } from '../../conformance/targets/linux/target.ts';
import { seederOf } from '../../conformance/campaign/seeds.ts';

const wanted = process.env['BINDER_SPEC_LINUX'] === '1';
const world = { devices: 2 };
let target: LinuxTarget;

const need = (context: TestContext): void => {
  if (!wanted) context.skip('set BINDER_SPEC_LINUX=1 (after npm run linux:setup) to boot the Linux machine');
};

/** Performs a log op by op, each held against the specification, and answers what was seen. */
const seen = async (ops: readonly Op[], on = target): Promise<ReadonlyMap<number, Observation>> => {
  const session = await on.begin(world);
  const judge = new Judge(specification, world);
  const observations = new Map<number, Observation>();
  try {
    for (const op of ops) {
      const call = judge.call(op);
      expect(judge.applicable(call), `op ${op.id} can be made`).toBe(true);
      const [observation] = await session.perform([{ call, expected: [] }]);
      const divergence = judge.observe(call, observation as Observation);
      expect(divergence?.allowed.map(each => each.observation) ?? [], JSON.stringify(observation)).toEqual([]);
      observations.set(op.id, observation as Observation);
    }
  } finally {
    await session.end();
  }
  return observations;
};

const open = (id: number, proc: number, more: object = {}): Op => ({ op: 'open', id, proc, thread: 0, fd: 0, ...more });
const map = (id: number, proc: number): Op => ({ op: 'mmap', id, proc, thread: 0, fd: 0, size: 65536 });
const manage = (id: number, proc: number): Op => ({
  ...{ op: 'ioctl', id, proc, thread: 0, fd: 0 },
  cmd: 'BINDER_SET_CONTEXT_MGR',
});
const version = (id: number, proc: number, thread: number): Op => ({
  ...{ op: 'ioctl', id, proc, thread, fd: 0 },
  cmd: 'BINDER_VERSION',
});
type WriteRead = Extract<Op, { op: 'write_read' }>;
const exchange = (id: number, proc: number, thread: number, more: Partial<WriteRead>): Op => ({
  ...{ op: 'write_read', id, proc, thread, fd: 0 },
  ...more,
});
const read = { size: 256 };

const regressions = readdirSync('test/regressions').filter(name => name.endsWith('.json'));

/** Process 0 manages and reads on thread 1 as op 7, process 1 is its client. */
const cast: readonly Op[] = [
  open(1, 0),
  map(2, 0),
  manage(3, 0),
  open(4, 1),
  map(5, 1),
  version(6, 0, 1),
  exchange(7, 0, 1, { read }),
];
const call = (id: number, message: object): Op =>
  exchange(id, 1, 0, {
    write: [{ bc: 'BC_TRANSACTION', target: 0, code: 1, flags: 16, message: { size: 8, ...message } }],
    read,
  });

describe('the Linux driver as a target', () => {
  beforeAll(async () => {
    if (wanted) target = await LinuxTarget.start();
  });
  afterAll(async () => {
    if (wanted) await target.stop();
  });

  test('a call is delivered to the thread that waits, and the answer to the caller', async context => {
    need(context);
    const got = await seen([
      ...cast,
      version(8, 1, 0),
      call(9, { bytes: '0102030405060708' }),
      exchange(10, 0, 1, { write: [{ bc: 'BC_REPLY', code: 0, flags: 0, message: { size: 4, fill: 7 } }] }),
    ]);
    expect(got.get(9)).toMatchObject({ result: 'pending', completions: [{ op: 7 }] });
    const [, delivered] = (got.get(9)?.completions[0]?.done.returns ?? []) as readonly unknown[];
    expect(delivered).toMatchObject({ br: 'BR_TRANSACTION', sender: 1, data: '0102030405060708' });
    const [answered] = got.get(10)?.completions ?? [];
    expect(answered?.done.returns?.at(-1)).toMatchObject({ br: 'BR_REPLY', data: '07070707' });
  });

  test('a descriptor arrives under the lowest number that is free', async context => {
    need(context);
    const accepting: Op = {
      ...{ op: 'ioctl', id: 3, proc: 0, thread: 0, fd: 0 },
      cmd: 'BINDER_SET_CONTEXT_MGR_EXT',
      arg: { flags: 0x100 },
    };
    const got = await seen([
      ...cast.map(op => (op.id === 3 ? accepting : op)),
      version(8, 1, 0),
      call(9, { size: 24, objects: [{ type: 'FD', at: 0, fd: { file: 2 } }] }),
    ]);
    const data = (got.get(9)?.completions[0]?.done.returns?.[1] as { data?: string } | undefined)?.data;
    expect(data?.slice(16, 24)).toBe('03000000');
  });

  test('a killed process leaves its caller with a dead reply', async context => {
    need(context);
    const got = await seen([...cast, version(8, 1, 0), call(9, {}), { op: 'kill', id: 10, proc: 0 }]);
    expect(got.get(10)?.completions).toMatchObject([{ op: 9, done: { status: 'OK' } }]);
    expect(got.get(10)?.completions[0]?.done.returns?.at(-1)).toEqual({ br: 'BR_DEAD_REPLY' });
  });

  test('a signal, a flush and an ended thread are seen by those who wait', async context => {
    need(context);
    const got = await seen([
      ...cast,
      { op: 'signal', id: 8, proc: 0, thread: 1 },
      version(9, 0, 1),
      exchange(10, 0, 1, { read }),
      { op: 'flush', id: 11, proc: 0, thread: 0, fd: 0 },
      { op: 'exit_task', id: 12, proc: 0, thread: 1 },
    ]);
    expect(got.get(8)?.completions).toMatchObject([{ op: 7, done: { status: 'EINTR' } }]);
    expect(got.get(11)?.completions).toMatchObject([{ op: 10, done: { status: 'OK' } }]);
  });

  test('freezing names the process by its id', async context => {
    need(context);
    const got = await seen([
      ...cast,
      {
        op: 'ioctl',
        id: 8,
        proc: 1,
        thread: 0,
        fd: 0,
        cmd: 'BINDER_FREEZE',
        arg: { target: { proc: 0 }, enable: 1, timeoutMs: 0 },
      },
      call(9, {}),
      { op: 'ioctl', id: 10, proc: 1, thread: 0, fd: 0, cmd: 'BINDER_GET_FROZEN_INFO', arg: { target: { proc: 0 } } },
    ]);
    expect(got.get(9)?.result).toMatchObject({ returns: [{ br: 'BR_NOOP' }, { br: 'BR_FROZEN_REPLY' }] });
    expect(got.get(10)?.result).toMatchObject({ out: { syncRecv: 1 } });
  });

  test('the first manager decides which user may follow it, in every sequence anew', async context => {
    need(context);
    for (const euid of [1000, 0, 1001]) {
      const got = await seen([
        open(1, 0),
        { op: 'set_euid', id: 2, proc: 0, euid },
        manage(3, 0),
        { op: 'kill', id: 4, proc: 0 },
        open(5, 1),
        { op: 'set_euid', id: 6, proc: 1, euid: 2000 },
        manage(7, 1),
        { op: 'set_euid', id: 8, proc: 1, euid },
        manage(9, 1),
      ]);
      expect([3, 7, 9].map(id => got.get(id)?.result)).toMatchObject(['OK', 'EPERM', 'OK'].map(status => ({ status })));
    }
  });

  test('reclaim takes the pages of freed buffers, after the others have ended', async context => {
    need(context);
    const ops: readonly Op[] = [
      ...cast,
      version(8, 1, 0),
      call(9, { bytes: '0102030405060708' }),
      exchange(10, 0, 1, { write: [{ bc: 'BC_FREE_BUFFER', buffer: { of: 9 } }] }),
      { op: 'peek', id: 11, proc: 0, thread: 0, fd: 0, offset: 0, length: 8 },
      { op: 'reclaim', id: 12 },
      { op: 'peek', id: 13, proc: 0, thread: 0, fd: 0, offset: 0, length: 8 },
    ];
    for (const got of await Promise.all([seen(ops), seen(ops), seen(ops.slice(0, 11))])) {
      expect(got.get(11)?.result).toMatchObject({ bytes: '0102030405060708' });
      if (got.has(13)) expect(got.get(13)?.result).toMatchObject({ bytes: null });
    }
  });

  test('every call that needs more than a number is made as the log says', async context => {
    need(context);
    const got = await seen([
      ...cast,
      { op: 'set_nice', id: 8, proc: 1, thread: 0, nice: 5 },
      { op: 'get_nice', id: 9, proc: 1, thread: 0 },
      { op: 'poll', id: 10, proc: 1, thread: 0, fd: 0 },
      { op: 'set_nonblock', id: 11, proc: 1, thread: 0, fd: 0, nonblock: true },
      version(12, 1, 0),
      exchange(18, 1, 0, { read }),
      exchange(13, 1, 0, { write: [{ bc: 'BC_ENTER_LOOPER' }], writeLimit: 2 }),
      exchange(14, 1, 0, { bad: true }),
      { op: 'munmap', id: 15, proc: 1, thread: 0, fd: 0, offset: 0, length: 4096 },
      { op: 'munmap', id: 16, proc: 1, thread: 0, fd: 0 },
      { op: 'close', id: 17, proc: 1, thread: 0, fd: 0 },
    ]);
    expect(got.get(9)?.result).toMatchObject({ nice: 5 });
    expect([18, 13, 14].map(id => got.get(id)?.result)).toMatchObject(
      ['EAGAIN', 'EFAULT', 'EFAULT'].map(status => ({ status })),
    );
  });

  test('generated sequences agree side by side, with memory of their own as well', async context => {
    need(context);
    const arbitrary = new OpLogArbitrary({ level: 'full', devices: world.devices, length: { min: 20, max: 80 } });
    for (const separateMemoryEvery of [0, 1]) {
      const own = await LinuxTarget.start({ separateMemoryEvery, slots: 4 });
      try {
        const run = async (sequence: number): Promise<void> => {
          const session = await own.begin(world);
          const { failure } = await runRemote({ specification, session, world }, arbitrary.draw(seederOf(7, sequence)));
          await session.end();
          expect(failure?.explanation ?? [], `sequence ${sequence}`).toEqual([]);
        };
        await Promise.all(Array.from({ length: separateMemoryEvery === 0 ? 60 : 12 }, (_, at) => run(at)));
      } finally {
        await own.stop();
      }
    }
  });

  test.for(regressions)('Linux does what the regression %s says', async (name, context) => {
    need(context);
    const { ops } = OpLogSchema.parse(JSON.parse(readFileSync(`test/regressions/${name}`, 'utf8')));
    const session = await target.begin(world);
    const { failure } = await runRemote({ specification, session, world }, ops);
    await session.end();
    expect(failure?.explanation ?? []).toEqual([]);
  });

  /** Longer than a time slice, so that a kernel that preempts calls is seen to. */
  test('a reader that a command of a long write wakes sees what the rest of the write sent', async context => {
    need(context);
    const nothing = Array.from({ length: 200 }, () => ({ bc: 'BC_FREE_BUFFER' as const, buffer: { address: 64 } }));
    const name = 'test/regressions/write-goes-on-after-it-wakes.json';
    const ops = OpLogSchema.parse(JSON.parse(readFileSync(name, 'utf8'))).ops.map(op => {
      if (op.op !== 'write_read' || op.write?.length !== 2) return op;
      const [first, second] = op.write;
      return first?.bc === 'BC_RELEASE' && second ? { ...op, write: [...nothing, first, ...nothing, second] } : op;
    });
    expect(ops.filter(op => op.op === 'write_read' && (op.write?.length ?? 0) > 400)).toHaveLength(1);
    const run = async (): Promise<void> => {
      const session = await target.begin(world);
      const { failure } = await runRemote({ specification, session, world }, ops);
      await session.end();
      expect(failure?.explanation ?? []).toEqual([]);
    };
    await Promise.all(Array.from({ length: 160 }, run));
  });

  test('a log that exceeds the agent is refused with a sentence, and the slot goes on', async context => {
    need(context);
    const session = await target.begin(world);
    const crowd = Array.from({ length: 40 }, (_, proc) => open(proc + 1, proc));
    const judge = new Judge(specification, world);
    const steps = crowd.map(op => ({ call: judge.call(op), expected: [] }));
    await expect(session.perform(steps)).rejects.toThrow('living processes');
    await session.end();
    await seen(cast);
  });

  test('a machine that dies rejects its sessions and can be started again', async context => {
    need(context);
    const own = await LinuxTarget.start({ slots: 2 });
    try {
      const session = await own.begin(world);
      const judge = new Judge(specification, world);
      own.crash();
      await expect(session.perform([{ call: judge.call(open(1, 0)), expected: [] }])).rejects.toThrow(MachineDied);
      await own.restart();
      await seen(cast, own);
    } finally {
      await own.stop();
    }
  });
});
