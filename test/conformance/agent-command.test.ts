/** The Linux agent behind a command: what stands before its first word, what it must offer, and how it dies. */
import { describe, expect, test } from 'vitest';
import { target } from '../../conformance/options.ts';
import { nameOf } from '../../conformance/campaign/log.ts';
import { Cast } from '../../conformance/targets/linux/cast.ts';
import { AgentCommand } from '../../conformance/targets/linux/command.ts';
import { groundOf } from '../../conformance/targets/linux/ground.ts';
import { Lowering } from '../../conformance/targets/linux/lower.ts';
import { Preamble } from '../../conformance/targets/linux/preamble.ts';
import { LinuxTarget } from '../../conformance/targets/linux/target.ts';
import { command } from './command.ts';

const MARK = Buffer.from('binder-spec agent 1\n\n\r\r\n\t\0\u00ff\x11\x13\x04', 'latin1');
const GREETING = {
  ...{ kernel: '6.6.0', build: '#1', processors: 4, slots: 64, machine: 'aarch64', page: 4096 },
  ...{ root: true, reclaim: true, kernelThreads: false, logs: null },
  devices: ['/dev/binderfs/a', '/dev/binderfs/b', '/dev/binderfs/c'],
};

/** A program that says some words, greets as told, and then does something. */
const mock = (greeting: object | undefined, { words = '', next = '' } = {}): readonly string[] => {
  const body = Buffer.from(JSON.stringify(greeting ?? {}));
  const head = Buffer.alloc(12);
  head.writeUInt32LE(8 + body.length, 0);
  head.writeUInt32LE(0xffffffff, 4);
  const bytes = Buffer.concat([Buffer.from(words), ...(greeting === undefined ? [] : [MARK, head, body])]);
  const script = `process.stdout.write(Buffer.from('${bytes.toString('hex')}', 'hex')); process.stdin.resume(); ${next}`;
  return [process.execPath, '-e', script];
};

const startOf = (program: readonly string[], ms?: number): Promise<unknown> => new AgentCommand(program, ms).start();

describe('what stands before the first frame', () => {
  test('is skipped, however it is cut', () => {
    const bytes = Buffer.concat([Buffer.from('Welcome!\r\nlast login: never\r\n'), MARK, Buffer.from('rest')]);
    for (const size of [1, 7, 1000]) {
      const preamble = new Preamble();
      let found: Buffer | string | undefined;
      let at = 0;
      for (; found === undefined && at < bytes.length; at += size) found = preamble.push(bytes.subarray(at, at + size));
      expect(Buffer.concat([found as Buffer, bytes.subarray(at)]).toString()).toBe('rest');
    }
  });

  test('tells of a terminal in between', () => {
    const changed = Buffer.from(MARK.toString('latin1').replaceAll('\n', '\r\n'), 'latin1');
    expect(new Preamble().push(changed)).toContain('adb shell -T');
  });

  test('is no agent when it goes on for ever', () => {
    expect(new Preamble().push(Buffer.alloc(70_000, 'x'))).toContain('something else: "xxx');
  });
});

describe('an agent behind a command', () => {
  test('greets, and ends when it is stopped', async () => {
    const agent = new AgentCommand(mock(GREETING, { words: 'hello\n' }));
    expect(await agent.start()).toEqual(GREETING);
    await agent.stop();
    await expect(agent.run(0, new Uint8Array(0))).rejects.toThrow('not started');
  });

  test.each([
    [
      'ends before',
      mock(undefined, { words: 'sh: agent: not found', next: 'process.exit(127)' }),
      'sh: agent: not found',
    ],
    ['does not exist', ['/nowhere/agent'], 'ENOENT'],
    ['says nothing', mock(undefined), 'no greeting within 300 ms'],
  ])('that %s is an environment that is not fit', async (_, program, message) => {
    // Only who says nothing has to be waited for.
    const patience = message.includes('300') ? 300 : 50_000;
    const error = await startOf(program, patience).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'EnvironmentError', message: expect.stringContaining(message) });
  });

  test('that dies takes with it what was in flight', async () => {
    const agent = new AgentCommand(mock(GREETING, { next: "process.stdin.once('data', () => process.exit(9))" }));
    await agent.start();
    await expect(agent.run(3, new Uint8Array(8))).rejects.toMatchObject({ name: 'MachineDied', slots: [3] });
    await agent.restart();
    await agent.stop();
  });
});

describe('the machine that an agent tells of', () => {
  test.each([
    [{ devices: [] }, /no device.*--binderfs/],
    [{ devices: ['/dev/binder0'] }, /only \/dev\/binder0/],
    [{ root: false }, /not root/],
    [{ reclaim: false }, /drop_caches.*privileged/],
    [{ page: 16384 }, /16384 bytes/],
    [{ machine: 'riscv64' }, /riscv64/],
  ])('is refused with %j', (change, message) => {
    expect(() => groundOf({ ...GREETING, ...change })).toThrow(message);
  });

  test('gives its devices, its own numbers of system calls and no snapshots without files to read', async () => {
    const ground = groundOf(GREETING);
    expect(ground).toMatchObject({ logs: undefined, lowAddress: 0, calls: { ioctl: 29, ppoll: 73 } });
    const cast = new Cast(1, ground);
    expect(cast.deviceOf(1)).toBe('/dev/binderfs/c');
    expect(cast.deviceIn('b')).toBe(0);
    expect(() => cast.deviceOf(2)).toThrow('the machine has 3 devices');
    const lowering = new Lowering(cast);
    lowering.lower({ op: 'open', id: 1, proc: 0, thread: 0, fd: 0, device: 0, nonblock: false, readonly: false }, []);
    expect(Buffer.from(lowering.program.bytes()).includes('/dev/binderfs/b\0')).toBe(true);
  });

  test('has as many sequences side by side as it has pairs of devices', async () => {
    const linux = await LinuxTarget.start({ command: mock(GREETING) });
    expect(linux.slots).toBe(1);
    expect(linux.version).toContain('(6.6.0)');
    expect(await linux.leftovers()).toEqual({});
    await linux.stop();
  });
});

describe('run --target linux -- CMD', () => {
  test('ends with 3 and a sentence where the agent is not fit', async () => {
    const program = mock({ ...GREETING, root: false });
    const { code, err } = await command(['run', '--target', 'linux', '--no-log', '--ops', '10', '--', ...program]);
    expect(code).toBe(3);
    expect(err).toContain('the agent is not root');
  });

  test('is named as it was written, so that it can be repeated', () => {
    expect(nameOf({ kind: 'linux', command: ['ssh', 'a host', './agent'] })).toBe("linux -- ssh 'a host' ./agent");
    expect(nameOf(target('linux'))).toBe('linux');
  });
});
