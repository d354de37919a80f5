/** `demo` on the optimised driver: its facts, its diagram, its accounts, its log and its trace. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readOpLog } from '../../conformance/oplog-file.ts';
import { copiesOf, countedBy } from '../../conformance/scenarios/copies.ts';
import { demo, DEMO_INTERFACES } from '../../conformance/scenarios/demo.ts';
import { driverBench, JudgedKernel } from '../../conformance/scenarios/judged.ts';
import { messagesOf } from '../../conformance/scenarios/messages.ts';
import { ImplTarget } from '../../conformance/targets/impl.ts';
import { readTrace } from '../../conformance/trace/reader.ts';
import { specification } from '../../model/model.ts';
import { runLockstep } from '../../properties/lockstep.ts';
import { command } from '../conformance/command.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'demo-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string): string => path.join(folder, name);

describe('the demonstration', async () => {
  const target = new ImplTarget();
  const kernel = new JudgedKernel(driverBench(target, { devices: 1 }));
  const { facts } = await demo(kernel, { note: () => {} });
  const messages = messagesOf(kernel, DEMO_INTERFACES);

  test.each(facts)('shows that %s', (_, holds) => {
    expect(holds).toBe(true);
  });

  test('is copied once: the driver counts what the sizes say', () => {
    expect(target.driver.copied).toBe(countedBy(messages));
    expect(copiesOf({ size: 100, objects: 2 })).toEqual({
      payload: 100,
      binder: 116,
      socket: 200,
      pipe: 200,
      sharedMemory: 0,
    });
  });

  test('nests the callback in the call: between call and reply, on the same two threads', () => {
    const at = messages.findIndex(({ name }) => name === 'IListener.mayReach');
    const [call, callback, reply, outer] = messages.slice(at - 1, at + 3);
    expect([call, callback, reply, outer].map(each => each?.name)).toEqual([
      'ICounter.add',
      'IListener.mayReach',
      'reply of IListener.mayReach',
      'reply of ICounter.add',
    ]);
    expect([callback?.from, callback?.to]).toEqual([call?.to, call?.from]);
    expect([reply?.from, reply?.to, outer?.from, outer?.to]).toEqual([call?.from, call?.to, call?.to, call?.from]);
  });

  test('names every message, and no number of a process', () => {
    expect(messages.map(({ name }) => name).filter(name => name.includes('?') || name.includes('code'))).toEqual([]);
    const text = JSON.stringify(kernel.ops.filter(({ op }) => op === 'write_read'));
    // Buffers are named by who sent them, handles too; only the manager's handle is a number.
    expect(text).not.toContain('"BC_FREE_BUFFER","buffer":{"address"');
    expect(text).not.toMatch(/"(?:target|handle)":[1-9]/);
  });

  test('is an op log that any driver can be replayed with', () => {
    const result = runLockstep({ specification, driver: new ImplTarget(), world: { devices: 1 } }, kernel.ops);
    expect([result.failure, result.skipped, result.ops]).toEqual([undefined, [], kernel.ops.length]);
  });
});

describe('binder-spec demo', () => {
  test('prints the diagram and writes log, trace and Mermaid', async () => {
    const args = ['-o', file('demo.json'), '--record', file('demo.jsonl'), '--report', `mermaid=${file('demo.mmd')}`];
    const { code, out } = await command(['demo', ...args]);
    expect(code).toBe(0);
    expect(out).toContain('ICounter.add');
    expect(out).toContain('yes  the recipient heard once');
    expect(readOpLog(file('demo.json')).ops.length).toBeGreaterThan(90);
    expect(readFileSync(file('demo.mmd'), 'utf8')).toMatch(/^sequenceDiagram\n {2}participant p0 as servicemanager/);
    let steps = 0;
    for await (const line of readTrace(file('demo.jsonl'))) if ('sequence' in line) steps += line.sequence.steps.length;
    expect(steps).toBe(readOpLog(file('demo.json')).ops.length);
    const checked = await command(['check', file('demo.jsonl'), '--save', file('failures')]);
    // Nothing diverges; a program is too thin for a verdict.
    expect(checked.code).toBe(4);
    expect(checked.out).not.toContain('NOT CONFORMANT');
  });

  test('serves the interfaces of an .aidl file, and says where one is wrong', async () => {
    writeFileSync(
      file('thing.aidl'),
      'package demo; interface IThing {\n' +
        '  int add(int a, long b, in byte[] c, in String[] d, boolean e, double f, IBinder g);\n' +
        '  oneway void note(String text);\n' +
        '  @nullable IBinder mirror(out int[] numbers, inout char[] letters, FileDescriptor fd) ;\n}\n',
    );
    const { code, out } = await command(['demo', '-o', file('d.json'), '--aidl', file('thing.aidl')]);
    expect(out).toContain(
      'int add(in int a, in long b, in byte[] c, in String[] d, in boolean e, in double f, in IBinder g) = 1: 42',
    );
    expect(out).toContain('oneway note(in String text) = 2: done');
    expect(out).toContain('= 3: a binder');
    expect(code).toBe(0);
    writeFileSync(file('bad.aidl'), 'interface I {\n  void a(Thing x);\n}\n');
    const bad = await command(['demo', '-o', file('d.json'), '--aidl', file('bad.aidl')]);
    expect([bad.code, bad.err]).toEqual([2, expect.stringContaining('bad.aidl:2:10: there is no type Thing')]);
  });

  test('refuses a report that it does not know', async () => {
    const { code, err } = await command(['demo', '--report', 'html=x']);
    expect(code).toBe(2);
    expect(err).toContain('mermaid=FILE');
  });

  test('finds the fault of a mutant, and keeps the log up to there', async () => {
    const { code, err } = await command(['demo', '--target', 'mutant:node-cookie', '-o', file('mutant.json')]);
    expect([code, err]).toEqual([1, expect.stringContaining('the op log up to there')]);
  });
});
