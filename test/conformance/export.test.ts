/** Exports: a log as a C program that compiles and runs anywhere, and as a vitest file. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test, type TestContext } from 'vitest';
import { OpSchema, type Op, type OpLog } from '../../abi/op.ts';
import { readCorpus } from '../../conformance/corpus.ts';
import { cProgram } from '../../conformance/export/c.ts';
import { literal } from '../../conformance/export/c-text.ts';
import { hexText, observationText } from '../../conformance/export/text.ts';
import { vitestFile } from '../../conformance/export/vitest.ts';
import { expectations, namedMessages, NOT_APPLICABLE } from '../../conformance/export/worlds.ts';
import { specification } from '../../model/model.ts';
import { command, withFolder } from './command.ts';

const corpus = readCorpus();
const logNamed = (name: string): OpLog => {
  const found = corpus.find(({ file }) => file.endsWith(`/${name}.json`));
  if (found === undefined) throw new Error(`the corpus has no ${name}`);
  return found.log;
};
const logOf = (ops: readonly object[]): OpLog => ({
  format: 'binder-spec/op-log',
  version: 1,
  ops: ops.map(op => OpSchema.parse(op)),
});
const textsOf = (ops: readonly Op[]): string[][] =>
  expectations(specification, { devices: 2 }, ops).map(({ ways }) => ways.map(({ text }) => text));

const compile = (source: string, ...args: readonly string[]): string =>
  spawnSync('cc', ['-Wall', '-Wextra', '-Werror', ...args, '-x', 'c', '-'], { input: source, encoding: 'utf8' }).stderr;
const needCompiler = (context: TestContext): void => {
  if (spawnSync('cc', ['--version']).status !== 0) context.skip('there is no C compiler (cc) on this machine');
};

/** One op of every kind, commands and objects of every shape. */
const everything = logOf([
  { op: 'open', id: 1, proc: 0, thread: 0, fd: 0 },
  { op: 'mmap', id: 2, proc: 0, thread: 0, fd: 0, size: 65536 },
  { op: 'ioctl', id: 3, proc: 0, thread: 0, fd: 0, cmd: 'BINDER_SET_CONTEXT_MGR_EXT', arg: { flags: 256, ptr: 8 } },
  { op: 'open', id: 4, proc: 1, thread: 0, fd: 0, nonblock: true },
  {
    ...{ op: 'write_read', id: 5, proc: 1, thread: 0, fd: 0, writeConsumed: 0, writeSize: 500, writeLimit: 400 },
    read: { size: 256, consumed: 8, limit: 300 },
    write: [
      { bc: 'BC_ENTER_LOOPER' },
      {
        ...{ bc: 'BC_TRANSACTION', target: { of: 3, slot: 1 }, code: 7, flags: 16 },
        message: {
          ...{ size: 200, fill: 3, bytes: '0102', buffersSize: 64, offsetsSize: 40, dataAt: 'bad', offsetsAt: 'null' },
          offsets: [8, 32, 56, 80, 120, 160],
          objects: [
            { type: 'BINDER', at: 8, ptr: '0xfffffffffffffff8', cookie: 2 },
            { type: 'WEAK_HANDLE', at: 32, handle: { of: 5, cmd: 1, slot: 0 } },
            { type: 'FD', at: 56, fd: { file: 2 } },
            { type: 'PTR', at: 80, bytes: '00112233', fds: [{ at: 4, fd: { number: 77 } }], flags: 1, parent: 0 },
            { type: 'FDA', at: 120, numFds: 1, parent: 3, parentOffset: 4 },
            { type: 'RAW', at: 160, bytes: 'ffff' },
            { type: 'PTR', at: 168, bad: true, length: 8 },
          ],
        },
      },
      { bc: 'BC_REPLY', code: 0, flags: 0, message: { size: 0 } },
      { bc: 'BC_FREE_BUFFER', buffer: { of: 5, cmd: 1, delta: -8 } },
      { bc: 'BC_FREE_BUFFER', buffer: { address: '0xffffffffffffffff' } },
      { bc: 'BC_INCREFS', handle: 0 },
      { bc: 'BC_ACQUIRE_DONE', ptr: 1, cookie: 2 },
      { bc: 'BC_REQUEST_DEATH_NOTIFICATION', handle: 3, cookie: 4 },
      { bc: 'BC_DEAD_BINDER_DONE', cookie: 4 },
      { bc: 'BC_ACQUIRE_RESULT', result: 1 },
      { bc: 'BC_ATTEMPT_ACQUIRE', priority: 1, handle: 2 },
      { bc: 'RAW', word: 0xdeadbeef, bytes: '0011' },
    ],
  },
  { op: 'ioctl', id: 6, proc: 1, thread: 0, fd: 0, cmd: 'BINDER_FREEZE', arg: { target: { proc: 0 }, enable: 1 } },
  { op: 'ioctl', id: 7, proc: 1, thread: 0, fd: 0, cmd: 0x12345678, arg: { bad: true } },
  { op: 'poll', id: 8, proc: 0, thread: 1, fd: 0 },
  { op: 'set_nonblock', id: 9, proc: 1, thread: 0, fd: 0, nonblock: false },
  { op: 'signal', id: 10, proc: 1, thread: 0 },
  { op: 'set_nice', id: 11, proc: 1, thread: 0, nice: -5 },
  { op: 'get_nice', id: 12, proc: 1, thread: 0 },
  { op: 'set_euid', id: 13, proc: 1, euid: 1000 },
  { op: 'reclaim', id: 14 },
  { op: 'peek', id: 15, proc: 0, thread: 0, fd: 0, offset: 6, length: 9 },
  { op: 'munmap', id: 16, proc: 0, thread: 0, fd: 0, offset: 4096, length: 4096 },
  { op: 'flush', id: 17, proc: 0, thread: 0, fd: 0 },
  { op: 'close', id: 18, proc: 1, thread: 0, fd: 0 },
  { op: 'exit_task', id: 19, proc: 0, thread: 1 },
  { op: 'kill', id: 20, proc: 0 },
]);

describe('an observation as text', () => {
  test('names every field once, rows of one byte by their number', () => {
    expect(hexText(`01${'00'.repeat(40)}02`)).toBe('01(00*40)02');
    expect(hexText('00'.repeat(15))).toBe('00'.repeat(15));
    expect(hexText('')).toBe('-');
    const done = { status: 'OK', wrote: 4, read: 4, returns: [{ br: 'BR_NOOP' }] } as const;
    expect(observationText({ result: done, completions: [] })).toBe('OK{wrote 4, read 4, returns [BR_NOOP]}');
    expect(observationText({ result: 'pending', completions: [{ op: 3, done: { status: 'EINTR' } }] })).toBe(
      'pending; op 3: EINTR',
    );
  });
});

describe('the worlds of a log', () => {
  test('are one where the driver has no choice, and more where it has', () => {
    const { ops } = logNamed('release-runs-beside-readers');
    const ways = expectations(specification, { devices: 2 }, ops).map(each => each.ways.length);
    expect(Math.max(...ways)).toBe(2);
    expect(Math.min(...ways)).toBe(1);
  });

  test('know what cannot be made', () => {
    const { ops } = logOf([
      { op: 'open', id: 1, proc: 0, thread: 0, fd: 0 },
      { op: 'write_read', id: 2, proc: 0, thread: 1, fd: 0, write: [{ bc: 'BC_ENTER_LOOPER' }], read: { size: 64 } },
      { op: 'write_read', id: 3, proc: 0, thread: 1, fd: 0, read: { size: 64 } },
      { op: 'poll', id: 4, proc: 0, thread: 1, fd: 0 },
    ]);
    expect(textsOf(ops).at(-1)).toEqual([NOT_APPLICABLE]);
    expect(cProgram({ format: 'binder-spec/op-log', version: 1, ops })).not.toContain('pollDevice(4');
  });

  test('are told apart by the messages that some op names', () => {
    expect(namedMessages(everything.ops)).toEqual([
      { of: 3, cmd: 0 },
      { of: 5, cmd: 1 },
    ]);
  });
});

describe('an exported C program', () => {
  test('compiles without a warning, whatever the log uses', context => {
    needCompiler(context);
    const logs = [everything, logNamed('release-runs-beside-readers'), logNamed('reach-objects-at-the-edges')];
    for (const log of logs) expect(compile(cProgram(log), '-fsyntax-only')).toBe('');
  });

  test('says at the op to look at which rule was broken, and at the others which rules speak', () => {
    const log = logNamed('findings-dead-reply-from-a-living-server');
    const source = cProgram(log, { failing: { op: 8, rules: ['TXN-36'] } });
    expect(source).toMatch(/op 8: write_read.*\n.*not allowed\.\n.*TXN-36: [A-Z]/);
    expect(source).toMatch(/op 1: open, process 0, thread 0, file 0\n\t \* PROC-01/);
    expect(cProgram({ ...log, title: 'ends */ early' })).toMatch(/^\/\* ends \* \/ early\n/);
  });

  test('takes handles and buffers from what arrived', () => {
    const source = cProgram(logNamed('nonblock-is-read-once'));
    expect(source).toContain('message16 = delivered(15, 1);');
    expect(source).toContain('command32(BC_RELEASE, slot(message40_1, 0));');
    expect(source).toContain('baseOf(0, 0) + message16->buffer');
  });

  test('runs where there is no Binder, shows that, and with -DCHECK ends at the first difference', async context => {
    needCompiler(context);
    await withFolder(folder => {
      const [plain, checked] = [path.join(folder, 'plain'), path.join(folder, 'checked')];
      const source = cProgram(logNamed('findings-dead-reply-from-a-living-server'));
      expect(compile(source, '-o', plain)).toBe('');
      expect(compile(source, '-DCHECK', '-o', checked)).toBe('');
      const nowhere = [path.join(folder, 'none'), path.join(folder, 'none')];
      const lines = execFileSync(plain, nowhere, { encoding: 'utf8' }).trim().split('\n');
      expect(lines).toHaveLength(9);
      expect(lines[0]).toBe('op 1: ENOENT');
      expect(lines[8]).toBe('op 9: EBADF{wrote 0, read 0, returns []}');
      const { status, stderr } = spawnSync(checked, nowhere, { encoding: 'utf8' });
      expect(status).toBe(1);
      expect(stderr).toBe('op 1 differs\n  shown    ENOENT\n  allowed  OK\n');
    });
  });

  test('has literals that mean what they say', () => {
    expect(literal('a"b\\c')).toBe('"a\\"b\\\\c"');
    const long = `${'word '.repeat(60)}\\"`;
    const joined = [...literal(long).matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, part]) => part).join('');
    expect(joined.replaceAll(/\\(.)/g, '$1')).toBe(long);
  });
});

describe('an exported vitest file', () => {
  test('stands in test/exported as the exporter writes it, and is run there', () => {
    const name = 'release-runs-beside-readers';
    const text = vitestFile(logNamed(name), { root: '../..' });
    expect(readFileSync(new URL(`../exported/${name}.test.ts`, import.meta.url), 'utf8')).toBe(text);
  });

  test('holds the ops of the log and no others', () => {
    const text = vitestFile(everything);
    const [, ops = ''] = /const ops: [^=]+ = (\[\n[\s\S]*?\n\]);/.exec(text) ?? [];
    // The text is an expression of plain data.
    expect(new Function(`return ${ops}`)()).toEqual(everything.ops);
  });
});

describe('export', () => {
  test('writes the file and says how it was tried', async () => {
    await withFolder(async folder => {
      const log = path.join(folder, 'log.json');
      writeFileSync(log, JSON.stringify(logNamed('released-in-its-own-turn')));
      const out = path.join(folder, 'log.c');
      const c = await command(['export', log, '--format', 'c', '-o', out]);
      expect(c).toMatchObject({ code: 0, out: '' });
      expect(c.err).toMatch(/log\.c: (it compiles without warnings|not compiled: )/);
      expect(readFileSync(out, 'utf8')).toContain('int main(');
      const vitest = await command(['export', log, '--format', 'vitest']);
      expect(vitest.out).toContain('runLockstep');
      expect(vitest.err).toContain('today it passes on impl');
    });
  });

  test('refuses an empty log, a missing format and a file that is none', async () => {
    await withFolder(async folder => {
      const empty = path.join(folder, 'empty.json');
      writeFileSync(empty, JSON.stringify(logOf([])));
      expect(await command(['export', empty, '--format', 'c'])).toMatchObject({ code: 2 });
      expect(await command(['export', empty])).toMatchObject({ code: 2 });
      expect(await command(['export', path.join(folder, 'none.json'), '--format', 'c'])).toMatchObject({ code: 2 });
    });
  });
});
