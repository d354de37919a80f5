/** Random programs hold every property; faults of the library and of the driver are found and shrunk. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { attempt, Campaign, Programs, type FoundProgram } from '../../conformance/scenarios/programs/campaign.ts';
import type { Program } from '../../conformance/scenarios/programs/program.ts';
import { PROPERTIES, Weights } from '../../conformance/scenarios/programs/properties.ts';
import { startStage } from '../../conformance/scenarios/stage.ts';
import type { TargetChoice } from '../../conformance/options.ts';
import { BpBinder, Parcel, ServiceManager } from '../../userspace/index.ts';
import { ThreadState } from '../../userspace/native/thread-state.ts';
import { readOpLog } from '../../conformance/oplog-file.ts';
import { command } from '../conformance/command.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'programs-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

const campaign = async (target: TargetChoice, steps: number, seed: number, shrink = true): Promise<Campaign> => {
  const made = new Campaign({
    stage: await startStage(target),
    seed,
    steps,
    maxFailures: 1,
    shrink,
    interrupt: new AbortController().signal,
    onProgress: () => {},
  });
  await made.run();
  return made;
};
const firstOf = ({ found }: Campaign): FoundProgram | undefined => [...found.values()][0];

describe('random programs', () => {
  test('hold every property on the optimised driver, and every property speaks', async () => {
    const { found, weights, steps, rules } = await campaign({ kind: 'impl' }, 600, 3);
    expect([...found.keys()]).toEqual([]);
    expect(steps).toBeGreaterThanOrEqual(600);
    expect([...weights.counts].filter(([, count]) => count === 0)).toEqual([]);
    expect(rules.size).toBeGreaterThan(150);
  });

  test('are the same for the same seed, and their system calls too', async () => {
    const stage = await startStage({ kind: 'impl' });
    const program = new Programs(11).at(49);
    expect(new Programs(11).at(49)).toEqual(program);
    const [once, again] = [await attempt(stage, program, new Weights()), await attempt(stage, program, new Weights())];
    expect(once.ops.length).toBeGreaterThan(20);
    expect(again.ops).toEqual(once.ops);
  });

  test('find a driver’s fault, and shrink it to a program of a few steps', async () => {
    const found = firstOf(await campaign({ kind: 'mutant', mutant: 'node-cookie' }, 2000, 1));
    expect(found?.program.steps.length).toBeLessThanOrEqual(2);
    expect(found?.signature).toContain('observation');
  });

  test.each<readonly [string, string, () => void]>([
    [
      'a service manager that does not heed deaths',
      PROPERTIES.gone.id,
      () => void vi.spyOn(ServiceManager.prototype, 'binderDied').mockImplementation(() => {}),
    ],
    [
      'proxies that are never let go',
      PROPERTIES.held.id,
      () => void vi.spyOn(BpBinder.prototype, 'isNeeded', 'get').mockReturnValue(true),
    ],
    [
      'parcels that keep their buffers',
      PROPERTIES.buffers.id,
      () => void vi.spyOn(Parcel.prototype, 'free').mockImplementation(() => {}),
    ],
    [
      'recipients that hear twice',
      PROPERTIES.death.id,
      () => {
        const { linkToDeath } = BpBinder.prototype;
        vi.spyOn(BpBinder.prototype, 'linkToDeath').mockImplementation(async function (this: BpBinder, recipient) {
          return linkToDeath.call(this, {
            binderDied: async who => {
              await recipient.binderDied(who);
              await recipient.binderDied(who);
            },
          });
        });
      },
    ],
    [
      'a pool thread that ends instead of answering',
      PROPERTIES.answered.id,
      () => void vi.spyOn(ThreadState.prototype, 'joinThreadPool').mockImplementation(async () => {}),
    ],
  ])('find %s', async (_, id, breakIt) => {
    breakIt();
    // What takes a death to show takes long to shrink.
    const shrink = id !== PROPERTIES.death.id;
    const found = firstOf(await campaign({ kind: 'impl' }, 3000, 5, shrink));
    expect(found?.signature).toBe(id);
    if (shrink) expect(found?.program.steps.length).toBeLessThanOrEqual(6);
  });
});

describe('binder-spec programs', () => {
  test('runs to its budget and says how often each property spoke', async () => {
    const file = path.join(folder, 'report.json');
    const { code, out } = await command(['programs', '-n', '400', '-s', '3', '-r', `json=${file}`]);
    expect(out).toContain('PASS  impl');
    expect(out).toContain('PROG-DEATH-01');
    expect(code).toBe(0);
  });

  test('gives no green for a run in which a property had nothing to say', async () => {
    const { code, out } = await command(['programs', '-n', '1', '-s', '3']);
    expect([code, out]).toEqual([4, expect.stringContaining('spoke about nothing')]);
  });

  test('saves a failing program and its op log, and runs the program again', async () => {
    const args = ['programs', '-t', 'mutant:node-cookie', '-n', '4000', '-s', '2', '--max-failures', '1'];
    const { code, out } = await command([...args, '--save', folder]);
    expect(code).toBe(1);
    const [, file = ''] = /steps?: (\S+\.program\.json)/.exec(out) ?? [];
    const log = readOpLog(file.replace('.program.json', '.json'));
    expect(log.ops.length).toBeGreaterThan(10);
    expect((await command(['programs', '--replay', file, '-t', 'mutant:node-cookie'])).code).toBe(1);
    expect((await command(['programs', '--replay', file])).code).toBe(0);
  });

  test('refuses a file that is no program, with the place', async () => {
    const { code, err } = await command(['programs', '--replay', 'package.json']);
    expect([code, err]).toEqual([2, expect.stringContaining('package.json: ')]);
  });

  test('takes steps out of a program without making it meaningless', async () => {
    const stage = await startStage({ kind: 'impl' });
    const whole = new Programs(4).at(45);
    expect(whole.steps.length).toBeGreaterThan(3);
    for (let at = 0; at < whole.steps.length; at++) {
      const program: Program = { ...whole, steps: whole.steps.filter((_, place) => place !== at) };
      expect((await attempt(stage, program, new Weights())).failure).toBe(undefined);
    }
  });
});
