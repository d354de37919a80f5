/** Shrinking end to end: a saved log with `shrink`, and a failure on a remote target that answers in any order. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { BatchStep, RemoteDriver, RemoteSession, World } from '../../abi/driver.ts';
import type { Observation } from '../../abi/observation.ts';
import type { Op } from '../../abi/op.ts';
import type { Plan } from '../../conformance/campaign/plan.ts';
import { Restarting } from '../../conformance/campaign/restarting.ts';
import { seederOf } from '../../conformance/campaign/seeds.ts';
import { shrinkRemote } from '../../conformance/campaign/shrink.ts';
import { Tally, type KnownFailure } from '../../conformance/campaign/tally.ts';
import { readOpLog } from '../../conformance/oplog-file.ts';
import { specification } from '../../model/model.ts';
import { OpLogArbitrary } from '../../properties/generator/arbitrary.ts';
import { runLockstep } from '../../properties/lockstep.ts';
import { Planted } from '../properties/toys.ts';
import { command, withFolder } from './command.ts';

describe('the command shrink', () => {
  test('makes a saved log shorter, proves it, and makes nothing of it shorter again', async () => {
    await withFolder(async folder => {
      const save = path.join(folder, 'found');
      const run = ['run', '--target', 'mutant:call-completion-eager', '--seed', '1', '--max-failures', '1', '--no-log'];
      await command([...run, '--ops', '20000', '--no-shrink', '--no-corpus', '--save', save]);
      const [name] = readdirSync(save);
      const found = path.join(save, name as string);
      const shrunk = path.join(folder, 'shrunk');
      const args = ['--target', 'mutant:call-completion-eager', '--save', shrunk];
      const first = await command(['shrink', found, ...args, '--certificate']);
      expect(first.code).toBe(1);
      expect(first.out).toMatch(/shrunk \d+ → \d+ ops in \d+ executions?/);
      expect(first.out).toContain('1-minimal: no op can go');
      const file = path.join(shrunk, readdirSync(shrunk)[0] as string);
      const short = readOpLog(file).ops;
      expect(short.length).toBeLessThan(readOpLog(found).ops.length);
      const again = await command(['shrink', file, ...args]);
      expect(again.out).toContain(`shrunk ${short.length} → ${short.length} ops`);
      expect(again.out).not.toContain('1-minimal');
      const little = await command(['shrink', found, ...args, '--budget', '1']);
      expect(little.out).toContain('in 1 execution');
      const right = await command(['shrink', file, '--target', 'impl']);
      expect(right.code).toBe(0);
      expect(right.out).toContain('every step is allowed');
    });
  });

  test('refuses a log without ops', async () => {
    const { code, err } = await command(['shrink', '/dev/null']);
    expect(code).toBe(2);
    expect(err).toContain('/dev/null');
  });
});

/** A wrong driver behind a boundary that takes now this long and now that long to answer. */
class Slow implements RemoteDriver {
  readonly name = 'slow';
  readonly version = '1';
  readonly slots: number;
  readonly #pace: () => number;
  sequences = 0;

  constructor(slots: number, pace: () => number) {
    this.slots = slots;
    this.#pace = pace;
  }

  async begin(world: World): Promise<RemoteSession> {
    this.sequences++;
    const driver = wrong();
    driver.reset(world);
    return {
      perform: async (batch: readonly BatchStep[]): Promise<readonly Observation[]> => {
        for (let turn = this.#pace(); turn > 0; turn--) await Promise.resolve();
        return batch.map(({ call }) => driver.perform(call));
      },
      snapshot: async () => driver.snapshot(),
      end: async () => {},
    };
  }

  async stop(): Promise<void> {}
}

const wrong = (): Planted<unknown> =>
  new Planted(specification as never, {
    returned: one => (one.br === 'BR_FROZEN_REPLY' ? { br: 'BR_FAILED_REPLY' } : one),
  });

const plan: Plan = {
  target: { kind: 'linux' },
  profile: 'linux-6.1',
  level: 'full',
  seed: 1,
  devices: 2,
  budget: { failures: 5 },
};

describe('a remote target that answers in any order', () => {
  const found = (): KnownFailure['first'] => {
    const arbitrary = new OpLogArbitrary({ length: 120 });
    for (let sequence = 0; ; sequence++) {
      const ops: readonly Op[] = arbitrary.draw(seederOf(1, sequence));
      const { failure } = runLockstep({ specification, driver: wrong(), checkpointEvery: 0 }, ops);
      if (failure !== undefined) return { failure, ops, source: { sequence }, devices: 2 };
    }
  };

  const shrunkWith = async (slots: number, pace: () => number) => {
    const tally = new Tally();
    const first = found();
    tally.fail(first);
    const known = tally.failures.get(first.failure.core) as KnownFailure;
    const machine = new Slow(slots, pace);
    const wish = { certificate: true, say: () => {}, stop: new AbortController().signal };
    await shrinkRemote(plan, new Restarting(async () => machine), known, tally, wish);
    return { known, sequences: machine.sequences };
  };

  test('gives the same shrunk log and certificate as one that answers in turn, however many slots it has', async () => {
    const one = await shrunkWith(1, () => 0);
    expect(one.known.shrunk?.ops.length).toBeLessThan(10);
    for (const slots of [4, 9]) {
      let turn = slots;
      const many = await shrunkWith(slots, () => (turn = (turn * 7 + 3) % 11));
      expect(many.known.shrunk?.ops).toEqual(one.known.shrunk?.ops);
      expect(many.known.certificate).toEqual(one.known.certificate);
      const other = await shrunkWith(slots, () => (turn = (turn * 5 + 1) % 13));
      expect(other.sequences).toBe(many.sequences);
    }
  });

  test('executes what it says it executes, and no more than its budget', async () => {
    const { known, sequences } = await shrunkWith(4, () => 1);
    const { confirmed, shrunk, certificate } = known;
    expect(sequences).toBe((confirmed?.of ?? 0) + (shrunk?.executions ?? 0) + (certificate?.executions ?? 0));
    expect(shrunk?.executions).toBeLessThan(200);
  });
});

describe('a failure that is not seen every time', () => {
  test('is reported as it was found, and not shrunk', async () => {
    const arbitrary = new OpLogArbitrary({ length: 60 });
    const ops = arbitrary.draw(seederOf(1, 0));
    const tally = new Tally();
    const { failure } = runLockstep(
      { specification, driver: new Planted(specification, { returned: () => ({ br: 'BR_OK' }) }), checkpointEvery: 0 },
      ops,
    );
    if (failure === undefined) throw new Error('the driver was not wrong enough');
    tally.fail({ failure, ops, source: { sequence: 0 }, devices: 2 });
    const known = tally.failures.get(failure.core) as KnownFailure;
    const right = new Planted(specification);
    const machine: RemoteDriver = {
      name: 'right',
      version: '1',
      slots: 2,
      begin: async world => {
        right.reset(world);
        return {
          perform: async batch => batch.map(({ call }) => right.perform(call)),
          snapshot: async () => undefined,
          end: async () => {},
        };
      },
      stop: async () => {},
    };
    const wish = { certificate: true, say: () => {}, stop: new AbortController().signal };
    await shrinkRemote(plan, new Restarting(async () => machine), known, tally, wish);
    expect(known.confirmed).toEqual({ agreed: 0, of: 3 });
    expect(known.shrunk).toBeUndefined();
    expect(known.certificate).toBeUndefined();
  });
});
