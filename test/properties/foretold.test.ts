/** Whole sequences foretold on a remote driver: the verdict of lockstep in few round trips, and no unfair question. */
import { describe, expect, test } from 'vitest';
import type { BatchStep, RemoteSession, World } from '../../abi/driver.ts';
import type { Journal } from '../../abi/journal.ts';
import type { Observation } from '../../abi/observation.ts';
import type { Snapshot } from '../../abi/snapshot.ts';
import { seederOf } from '../../conformance/campaign/seeds.ts';
import { faultNamed } from '../../conformance/faults/all.ts';
import { loadDriver } from '../../conformance/targets/faulty.ts';
import { ImplTarget } from '../../conformance/targets/impl.ts';
import { specification } from '../../model/model.ts';
import { INVARIANTS } from '../../properties/all.ts';
import { Batch } from '../../properties/batch.ts';
import { Coverage } from '../../properties/coverage.ts';
import { runForetold } from '../../properties/foretold.ts';
import { OpLogArbitrary } from '../../properties/generator/arbitrary.ts';
import { Judge } from '../../properties/judge.ts';
import { runLockstep, type RunResult } from '../../properties/lockstep.ts';
import type { Op } from '../../abi/op.ts';

const WORLD: World = { devices: 2 };
const arbitrary = new OpLogArbitrary({ level: 'full', devices: 2 });
const logs = (seed: number, count: number): readonly (readonly Op[])[] =>
  Array.from({ length: count }, (_, at) => arbitrary.draw(seederOf(seed, at)));

/** What a session was asked, in order. */
type Asked = 'perform' | 'snapshot' | 'journal';

/** A driver of this process, far away. */
class Far implements RemoteSession {
  readonly asked: Asked[] = [];
  readonly #driver: ImplTarget;

  constructor(driver: ImplTarget) {
    this.#driver = driver;
    driver.reset(WORLD);
  }

  async perform(batch: readonly BatchStep[]): Promise<readonly Observation[]> {
    this.asked.push('perform');
    return batch.map(({ call }) => this.#driver.perform(call));
  }

  async snapshot(): Promise<Snapshot | undefined> {
    this.asked.push('snapshot');
    return this.#driver.snapshot();
  }

  async journal(): Promise<Journal | undefined> {
    this.asked.push('journal');
    return this.#driver.journal();
  }

  async end(): Promise<void> {}
}

const common = { specification, world: WORLD, invariants: INVARIANTS, journal: true };
const foretell = (
  session: RemoteSession,
  ops: readonly Op[],
  coverage = new Coverage(),
): Promise<RunResult | undefined> => runForetold({ ...common, session, coverage }, ops);
const near = (driver: ImplTarget, ops: readonly Op[]): RunResult => runLockstep({ ...common, driver }, ops);

describe('a sequence that is foretold', () => {
  test('is counted as on a driver of this process', async () => {
    const [far, local] = [new Coverage(), new Coverage()];
    let lost = 0;
    for (const ops of logs(1, 60)) {
      const result = await foretell(new Far(new ImplTarget()), ops, far);
      if (result === undefined) lost++;
      else new Batch({ ...common, driver: new ImplTarget() }, [ops], () => true).judge(0, local);
      expect(result?.failure?.signature).toBeUndefined();
    }
    expect(lost).toBe(0);
    const { sequences, ops, skipped, outcomes, commands, returns } = far.record();
    expect(local.record()).toMatchObject({ sequences, ops, skipped, outcomes, commands, returns });
    expect(far.checkpoints).toBeGreaterThanOrEqual(local.checkpoints);
    expect(ops).toBeGreaterThan(3000);
  });

  test('takes few round trips', async () => {
    let ops = 0;
    let trips = 0;
    for (const log of logs(2, 40)) {
      const session = new Far(new ImplTarget());
      ops += (await foretell(session, log))?.ops ?? 0;
      trips += session.asked.filter(each => each === 'perform').length;
    }
    expect(ops / trips).toBeGreaterThan(25);
  });

  test.each(['node-cookie', 'poll-bit-missing', 'async-credit-empty', 'failures-not-apart', 'handle-zero-for-all'])(
    'with the fault %s fails as it does in lockstep',
    async id => {
      const Driver = await loadDriver(faultNamed(id));
      let failed = 0;
      for (const ops of logs(3, 25)) {
        const far = await foretell(new Far(new ImplTarget(Driver)), ops);
        if (far === undefined) continue;
        const { failure } = near(new ImplTarget(Driver), ops);
        // Where in the state it began is only seen by looking after each op, which nobody did.
        expect(far.failure === undefined).toBe(failure === undefined);
        if (failure?.kind === 'observation') expect(far.failure?.signature).toBe(failure.signature);
        if (failure !== undefined) failed++;
      }
      expect(failed).toBeGreaterThan(0);
    },
  );

  test('looks at the state of no driver that has shown something else', async () => {
    const Driver = await loadDriver(faultNamed('node-cookie'));
    let met = 0;
    for (const ops of logs(4, 20)) {
      const session = new Far(new ImplTarget(Driver));
      const failure = (await foretell(session, ops))?.failure;
      if (failure?.kind !== 'observation') continue;
      met++;
      expect(session.asked.at(-1)).toBe('perform');
    }
    expect(met).toBeGreaterThan(3);
  });

  test('is asked nothing that cannot be asked, whatever way the driver goes', async () => {
    let asked = 0;
    const unfair: string[] = [];
    // The last of them goes another way in the middle, behind which a thread waits that would have been asked.
    for (const ops of [...logs(1, 40), arbitrary.draw(seederOf(1, 2292))]) {
      const driver = new ImplTarget();
      const judge = new Judge(specification, WORLD);
      const session = new Far(driver);
      const perform = session.perform.bind(session);
      session.perform = async batch => {
        const answers = await perform(batch);
        batch.forEach(({ call }, at) => {
          if (!judge.applicable(call)) unfair.push(JSON.stringify(call));
          else judge.observe(call, answers[at] as Observation);
          asked++;
        });
        return answers;
      };
      await foretell(session, ops);
    }
    expect(unfair).toEqual([]);
    expect(asked).toBeGreaterThan(2000);
  });
});

describe('a target that falls silent', () => {
  const silentAt = (calls: number, name: string) => {
    const driver = new ImplTarget();
    const session = new Far(driver);
    session.perform = async batch => {
      const answered = batch.slice(0, calls).map(({ call }) => driver.perform(call));
      if (answered.length === batch.length) return answered;
      throw Object.assign(new Error('gone'), { name, answered });
    };
    return session;
  };
  const ops = logs(1, 1)[0] as readonly Op[];

  test('is blamed for the first call without an answer', async () => {
    const result = await foretell(silentAt(3, 'AdapterDied'), ops);
    expect(result?.failure).toMatchObject({ kind: 'crash', op: ops[3] });
    expect(result?.failure?.core).toContain('target');
  });

  test('is blamed for its silence as such', async () => {
    expect((await foretell(silentAt(2, 'TimeoutError'), ops))?.failure?.kind).toBe('timeout');
    expect((await foretell(silentAt(2, 'UnsupportedError'), ops))?.failure?.kind).toBe('capability');
  });

  test('is not judged where the adapter is to blame', async () => {
    await expect(foretell(silentAt(2, 'AdapterError'), ops)).rejects.toThrow('gone');
  });
});
