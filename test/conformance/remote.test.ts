/** Runs on a machine that dies: what was in flight is kept and run again alone; only the culprit is blamed. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Op } from '../../abi/op.ts';
import type { Plan } from '../../conformance/campaign/plan.ts';
import { RemoteRun } from '../../conformance/campaign/remote.ts';
import { Restarting } from '../../conformance/campaign/restarting.ts';
import type { Regression } from '../../conformance/corpus.ts';
import { shrinkRemote } from '../../conformance/campaign/shrink.ts';
import { Tally, type KnownFailure } from '../../conformance/campaign/tally.ts';
import { InFlight } from '../../conformance/in-flight.ts';
import { withFolder } from './command.ts';
import { FakeMachine, type Fate } from './fake-machine.ts';

const plan: Plan = {
  target: { kind: 'linux' },
  profile: 'linux-6.1',
  level: 'full',
  seed: 11,
  length: 30,
  devices: 2,
  budget: { ops: 600, failures: 3 },
};
const never = new AbortController().signal;

interface Run {
  readonly tally: Tally;
  readonly machines: FakeMachine[];
  readonly target: Restarting;
  /** Files in flight at the end. */
  readonly left: readonly string[];
}

/** Runs the plan; `fate` is asked before every batch of every machine. */
const runWith = async (
  fate: (ops: readonly Op['op'][], inFlight: number) => Fate,
  stop = never,
  ops = 600,
  corpus: readonly Regression[] = [],
): Promise<Run> => {
  const machines: FakeMachine[] = [];
  const tally = new Tally();
  const target = new Restarting(async () => {
    const machine = new FakeMachine(4, (batch, inFlight) =>
      fate(
        batch.map(({ call }) => call.op),
        inFlight,
      ),
    );
    machines.push(machine);
    return machine;
  });
  let left: readonly string[] = [];
  await withFolder(async folder => {
    const place = path.join(folder, 'in-flight');
    await new RemoteRun(
      { ...plan, budget: { ...plan.budget, ops } },
      target,
      tally,
      new InFlight(place),
      () => {},
      stop,
      corpus,
    ).run();
    left = readdirSync(place);
  });
  return { tally, machines, target, left };
};

describe('a machine that lives', () => {
  test('runs the whole budget, and nothing stays in flight', async () => {
    const { tally, machines, left } = await runWith(() => 'live');
    expect(machines).toHaveLength(1);
    expect(tally.coverage.ops).toBeGreaterThanOrEqual(600);
    expect(tally.coverage.checkpoints).toBe(tally.coverage.sequences);
    expect(tally.errors).toEqual([]);
    expect([...tally.failures.keys()]).toEqual([]);
    expect(left).toEqual([]);
  });
});

describe('the corpus', () => {
  const log = (file: string, ops: readonly Op[]): Regression => ({
    file,
    log: { format: 'binder-spec/op-log', version: 1, ops: [...ops] },
  });
  const corpus = [
    log('a.json', [{ op: 'open', id: 1, proc: 0, thread: 0, fd: 0 }]),
    log('b.json', [
      { op: 'open', id: 1, proc: 0, thread: 0, fd: 0 },
      { op: 'poll', id: 2, proc: 0, thread: 0, fd: 0 },
    ]),
  ];

  test('is played whole and first, whatever the budget, and does not count against it', async () => {
    const batches: (readonly Op['op'][])[] = [];
    const { tally } = await runWith(
      ops => {
        batches.push(ops);
        return 'live';
      },
      never,
      60,
      corpus,
    );
    expect(batches.slice(0, 2)).toContainEqual(['open']);
    expect(batches.slice(0, 2)).toContainEqual(['open', 'poll']);
    expect(tally.regressions).toBe(2);
    expect(tally.coverage.sequences).toBeGreaterThan(2);
    expect(tally.coverage.ops).toBeGreaterThanOrEqual(63);
  });

  test('is to blame by file name when one of its logs kills the machine', async () => {
    const { tally } = await runWith(ops => (ops.join() === 'open,poll' ? 'die' : 'live'), never, 60, corpus);
    const [known] = [...tally.failures.values()];
    expect(known?.first.source).toEqual({ regression: 'b.json' });
    expect(tally.regressions).toBe(1);
  });
});

describe('a machine that dies once by accident', () => {
  test('is started again, every sequence is counted, and the accident is reported as trouble of the environment', async () => {
    let batches = 0;
    const { tally, machines, left } = await runWith((_, inFlight) =>
      inFlight > 1 && ++batches === 6 ? 'die' : 'live',
    );
    expect(machines).toHaveLength(2);
    expect(tally.coverage.ops).toBeGreaterThanOrEqual(600);
    expect(tally.failures.size).toBe(0);
    expect(tally.errors).toHaveLength(1);
    expect(tally.errors[0]).toMatch(/died with sequence \d+, .* of seed 11 in flight; alone, none of them kills it/);
    expect(left).toEqual([]);
  });
});

describe('a machine that one kind of op kills', () => {
  const killer: Op['op'] = 'poll';

  test('blames a sequence that has it, although others were in flight', async () => {
    const { tally, machines } = await runWith(ops => (ops.includes(killer) ? 'die' : 'live'));
    const [known] = [...tally.failures.values()];
    expect(machines.length).toBeGreaterThan(1);
    expect(known?.first.failure.kind).toBe('crash');
    expect(known?.first.ops.map(({ op }) => op)).toContain(killer);
    expect(tally.errors).toEqual([]);
  });

  test('is shrunk to few ops with the killer among them', async () => {
    const { tally, target } = await runWith(ops => (ops.includes(killer) ? 'die' : 'live'));
    const [known] = [...tally.failures.values()] as [KnownFailure];
    await shrinkRemote(plan, target, known, tally, { certificate: true, say: () => {}, stop: never });
    expect(known.confirmed).toEqual({ agreed: 3, of: 3 });
    expect(known.shrunk?.ops.map(({ op }) => op)).toContain(killer);
    expect(known.shrunk?.ops.length).toBeLessThan(known.first.ops.length);
  });

  test('ends the run after a few deaths', async () => {
    const { tally, machines } = await runWith(() => 'die');
    expect(machines.length).toBeLessThan(20);
    expect(tally.failures.size).toBe(1);
  });
});

describe('a machine that is not fit', () => {
  test('because it dies again and again without a culprit, is given up with a clear message', async () => {
    let batches = 0;
    await expect(
      runWith((_, inFlight) => (inFlight > 1 && ++batches % 5 === 4 ? 'die' : 'live'), never, 5000),
    ).rejects.toThrow(/the target died \d+ times and no sequence is to blame; giving up/);
  });

  test('because nothing can begin on it, ends the run with what it says', async () => {
    const target = new Restarting(async () => {
      const machine = new FakeMachine(2, () => 'live');
      await machine.stop();
      return machine;
    });
    await withFolder(async folder => {
      const run = new RemoteRun(plan, target, new Tally(), new InFlight(folder), () => {}, never);
      await expect(run.run()).rejects.toThrow('the machine is dead');
      expect(readdirSync(folder).length).toBeGreaterThan(0);
    });
  });
});

describe('a run that is stopped', () => {
  test('ends after the sequences that are in flight', async () => {
    const stop = new AbortController();
    let batches = 0;
    const { tally, left } = await runWith(() => {
      if (++batches === 3) stop.abort();
      return 'live';
    }, stop.signal);
    expect(tally.coverage.sequences).toBeLessThanOrEqual(8);
    expect(left).toEqual([]);
  });
});
