/** What a run on somebody's adapter does beside driving it: fits the tests, probes the claims, watches the reset. */
import type { RemoteDriver } from '../../abi/driver.ts';
import type { Observation } from '../../abi/observation.ts';
import type { Failure } from '../../properties/failure.ts';
import { CAPABILITY_NAMES, FULLY_CAPABLE, type Capable } from '../protocol/capabilities.ts';
import { fit } from '../protocol/needs.ts';
import { ProcessTarget } from '../targets/process/target.ts';
import { arbitraryOf, sequencesOf } from './budget.ts';
import { Isolation, type IsolationOptions, type Ran } from './isolation.ts';
import type { Plan } from './plan.ts';
import { probeAll } from './probe.ts';
import type { Companion, Job } from './remote.ts';
import type { Restarting } from './restarting.ts';
import { seederOf } from './seeds.ts';

/** Share of the ops of a cut test that can surely be made: with one thread in a process, many find it parked. */
const PERFORMED = 0.28;

/** What it works with. */
export interface AdapterWorkOptions extends IsolationOptions {
  readonly target: Restarting;
}

export class AdapterWork implements Companion {
  readonly #options: AdapterWorkOptions;
  readonly #isolation: Isolation;
  /** What ran before each failure, by its core. */
  readonly #before = new Map<
    string,
    { readonly test: Ran; readonly failure: Failure; readonly before: readonly Ran[] }
  >();
  #met: RemoteDriver | undefined;
  #capable: Capable = FULLY_CAPABLE;
  #devices = Infinity;
  #probed = false;

  constructor(options: AdapterWorkOptions) {
    this.#options = options;
    this.#isolation = new Isolation(options);
  }

  /** Makes sure that a start is worth driving; the first time, its claims are probed. */
  async meet(driver: RemoteDriver): Promise<void> {
    if (this.#met === driver) return;
    this.#met = driver;
    await this.#isolation.greet(driver);
    if (this.#probed || !(driver instanceof ProcessTarget)) return;
    this.#probed = true;
    this.#capable = driver.capable;
    this.#devices = driver.devices;
    const { tally } = this.#options;
    const { refused, failures } = await probeAll(driver);
    for (const found of failures) tally.fail({ ...found, source: { sequence: 0 }, devices: 1 });
    if (refused.length > 0) tally.take({ event: 'environment', facts: { 'refusals seen': refused.join(', ') } });
  }

  /** The test as far as the driver can be asked. */
  fit(job: Job): Job {
    return { ...job, devices: Math.min(job.devices, this.#devices), ops: fit(job.ops, this.#capable) };
  }

  /** As many as the budget's ops take, given what is left of each; decided by plan and capabilities alone. */
  sequences(plan: Plan): number {
    const { ops } = plan.budget;
    if (ops === undefined || this.#capable.size === CAPABILITY_NAMES.length) return sequencesOf(plan);
    const arbitrary = arbitraryOf(plan);
    let sum = 0;
    let sequence = 0;
    for (; sum < ops; sequence++) {
      const { length } = fit(arbitrary.draw(seederOf(plan.seed, sequence)), this.#capable);
      sum += Math.max(1, PERFORMED * length);
    }
    return sequence;
  }

  /** A test is over, well or with a failure. */
  async ran(driver: RemoteDriver, test: Job, shown: readonly Observation[], failure?: Failure): Promise<void> {
    if (failure !== undefined && !this.#before.has(failure.core)) {
      this.#before.set(failure.core, { test, failure, before: this.#isolation.history });
    }
    await this.#isolation.ran(driver, test, failure === undefined ? shown : undefined);
  }

  /** What ran before a death. */
  get history(): readonly Ran[] {
    return this.#isolation.history;
  }

  /** None of those in flight kills the adapter alone: the tests before them are searched. */
  async blame(test: Job, failure: Failure, before: readonly Ran[]): Promise<void> {
    await this.#isolation.reproduces(test, failure, before);
  }

  /** Whether a failure is the driver's own: it shows in a fresh adapter, too. Those that do not are withdrawn. */
  async finish(): Promise<void> {
    const { tally, target, stop } = this.#options;
    if (stop.aborted) return;
    // The adapter may be the only one that the machine can run.
    await target.stop();
    for (const [core, { test, failure, before }] of this.#before) {
      if (!tally.failures.has(core) || (await this.#isolation.reproduces(test, failure, before))) continue;
      tally.take({ event: 'confirmed', core, agreed: 0, of: 1 });
    }
    await this.#isolation.verify();
  }
}
