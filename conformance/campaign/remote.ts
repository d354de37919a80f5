/**
 * A run on a target behind a process or machine boundary: many sequences side by side, each on a device of its own.
 *
 * When the target dies, it is started again and every sequence that was in flight is run once more, alone. The one
 * that kills it again is a finding; the others are counted as usual.
 */
import type { RemoteDriver } from '../../abi/driver.ts';
import type { Observation } from '../../abi/observation.ts';
import type { Op } from '../../abi/op.ts';
import { crashes, type Failure } from '../../properties/failure.ts';
import type { OpLogArbitrary } from '../../properties/generator/arbitrary.ts';
import { prepared } from '../../properties/profile/prepare.ts';
import { PROFILES } from '../../properties/profile/profile.ts';
import { isWithoutVerdict } from '../../properties/remote.ts';
import { EnvironmentError } from '../exit.ts';
import type { InFlight } from '../in-flight.ts';
import { attempt, isDeath } from './attempt.ts';
import { arbitraryOf, sequencesOf } from './budget.ts';
import { coverageOf } from './coverage.ts';
import { devicesOf, logOf } from './log.ts';
import type { Regression } from '../corpus.ts';
import { SequenceRecorder, TraceWriter } from '../trace/writer.ts';
import { shareOf, sourceName, type Plan, type Source } from './plan.ts';
import type { Restarting } from './restarting.ts';
import { seederOf } from './seeds.ts';
import { keepsJournal } from './share.ts';
import type { Tally } from './tally.ts';

/** One sequence of the run. */
export interface Job {
  readonly source: Source;
  readonly devices: number;
  readonly ops: readonly Op[];
  /** It is about what only a sequence that runs alone shows. */
  readonly alone?: boolean;
}

/** Every so many sequences runs alone, because only then the whole state, the census and the journal can be seen. */
const ALONE_EVERY = 40;

/** A target that dies so often, apart from shrinking, is not fit for a verdict. */
const MOST_DEATHS = 8;

/** What a run on somebody's adapter does beside driving it. */
export interface Companion {
  /** A start of the target that is about to be driven; once for each. */
  meet(driver: RemoteDriver): Promise<void>;
  /** The test as far as the target can be asked. */
  fit(job: Job): Job;
  /** The first sequence that is not part of the run: tests that are cut to what a target has are shorter. */
  sequences(plan: Plan): number;
  /** A test is over. */
  ran(driver: RemoteDriver, job: Job, shown: readonly Observation[], failure?: Failure): Promise<void>;
  /** What ran on this start, oldest first. */
  readonly history: readonly Job[];
  /** A death that no test causes alone. */
  blame(job: Job, failure: Failure, before: readonly Job[]): Promise<void>;
  /** Everything was driven. */
  finish(): Promise<void>;
}

export class RemoteRun {
  readonly #plan: Plan;
  readonly #target: Restarting;
  readonly #tally: Tally;
  readonly #inFlight: InFlight;
  readonly #show: () => void;
  readonly #stop: AbortSignal;
  readonly #arbitrary: OpLogArbitrary;
  readonly #companion: Companion | undefined;
  readonly #suspects: { readonly job: Job; readonly failure: Failure }[] = [];
  readonly #end: number;
  /** Logs of the corpus that are not taken yet. */
  readonly #corpus: Regression[];
  readonly #trace: TraceWriter | undefined;
  /** The next sequence, how far it is to the one after it, and the first that is not part of the run. */
  #next: number;
  readonly #stride: number;
  #last: number;
  #begun = 0;
  #deaths = 0;
  #dead = false;

  constructor(
    plan: Plan,
    target: Restarting,
    tally: Tally,
    inFlight: InFlight,
    show: () => void,
    stop: AbortSignal,
    corpus: readonly Regression[] = [],
    companion?: Companion,
  ) {
    this.#companion = companion;
    this.#corpus = [...corpus];
    this.#trace = plan.record === undefined ? undefined : new TraceWriter(plan.record);
    this.#plan = plan;
    this.#target = target;
    this.#tally = tally;
    this.#inFlight = inFlight;
    this.#show = show;
    this.#stop = stop;
    this.#arbitrary = arbitraryOf(plan);
    ({ first: this.#next, stride: this.#stride } = shareOf(plan));
    this.#last = sequencesOf(plan);
    const { seconds } = plan.budget;
    this.#end = seconds === undefined ? Infinity : performance.now() + seconds * 1000;
  }

  /** Runs the corpus, then until the budget is spent, with a sequence on every slot of the target. */
  async run(): Promise<void> {
    while (!this.#spent()) {
      const driver = await this.#target.get();
      await this.#companion?.meet(driver);
      this.#last = this.#companion?.sequences(this.#plan) ?? this.#last;
      await Promise.all(Array.from({ length: driver.slots }, (_, slot) => this.#work(driver, slot)));
      if (!this.#dead) {
        if (this.#spent()) await this.#census(driver);
        continue;
      }
      const before = this.#companion?.history ?? [];
      await this.#bury(driver);
      await this.#suspectsAlone(before);
    }
    await this.#companion?.finish();
    this.#trace?.close();
  }

  /** Every sequence has ended: what the driver still holds, it has lost (INV-CENSUS-08, W14). */
  async #census(driver: RemoteDriver): Promise<void> {
    const left = Object.entries((await driver.leftovers?.()) ?? {}).filter(([, count]) => count > 0);
    if (left.length === 0) return;
    const what = left.map(([name, count]) => `${count} ${name}`).join(', ');
    this.#tally.trouble(`INV-CENSUS-08: every sequence has ended, and the driver still holds ${what}`);
  }

  #spent(): boolean {
    const { failures } = this.#plan.budget;
    if (this.#stop.aborted || this.#tally.open >= failures || performance.now() >= this.#end) return true;
    // Who kills it is known by now; every further death would only cost another start.
    if (this.#deaths > MOST_DEATHS) return true;
    return this.#corpus.length === 0 && this.#next >= this.#last;
  }

  #take(): Job {
    const { devices, seed } = this.#plan;
    const regression = this.#corpus.shift();
    if (regression !== undefined) {
      const { file, log } = regression;
      const ops = prepared(PROFILES[this.#plan.profile], log.ops);
      const alone = log.origin?.['shows'] === 'journal';
      return { source: { regression: file }, devices: devicesOf(log, devices), ops, alone };
    }
    const sequence = this.#next;
    this.#next += this.#stride;
    const ops = prepared(PROFILES[this.#plan.profile], this.#arbitrary.draw(seederOf(seed, sequence)));
    return { source: { sequence }, devices, ops };
  }

  async #work(driver: RemoteDriver, slot: number): Promise<void> {
    while (!this.#dead && !this.#spent()) {
      const drawn = this.#take();
      const job = this.#companion?.fit(drawn) ?? drawn;
      this.#inFlight.begin(slot, logOf(this.#plan, job));
      const failure = await this.#attempt(driver, job);
      if (isDeath(failure)) {
        // The file stays until the sequence has been run alone.
        this.#dead = true;
        this.#suspects.push({ job, failure });
        return;
      }
      this.#inFlight.finish(slot);
    }
  }

  /** Runs a job and counts it, unless the target died. */
  async #attempt(driver: RemoteDriver, job: Job, alone = false): Promise<Failure | undefined> {
    const coverage = coverageOf(this.#plan);
    const recorder = new SequenceRecorder();
    let failure: Failure | undefined;
    try {
      ({ failure } = await attempt(
        driver,
        job.devices,
        job.ops,
        coverage,
        { recorder, profile: PROFILES[this.#plan.profile], journal: this.#keepsJournal(driver, job) },
        alone || job.alone === true || driver.slots === 1 || this.#begun++ % ALONE_EVERY === 0,
      ));
    } catch (error) {
      // The session could not begin or end: another sequence killed the machine, or, alone, the machine is not fit.
      if (alone || isWithoutVerdict(error)) throw error;
      failure = crashes('crash', 'target', error, job.ops[0] ?? { op: 'reclaim', id: 0 }, []);
    }
    // What died among others is run once more, alone; only then it is known.
    if (alone || !isDeath(failure)) {
      this.#trace?.append(recorder.sequence(sourceName(job.source), job.devices));
    }
    if (isDeath(failure)) return failure;
    const record = coverage.record();
    const found = failure === undefined ? [] : [{ failure, ...job }];
    this.#tally.add(record, found, [], 'regression' in job.source ? 1 : 0);
    const { steps } = recorder.sequence('', job.devices);
    if (!alone)
      await this.#companion?.ran(
        driver,
        job,
        steps.map(({ observation }) => observation),
        failure,
      );
    this.#show();
    return failure;
  }

  /** Whether the journal is compared: of the logs of the corpus, and of as many sequences as on a target of this process. */
  #keepsJournal({ isPredictable = false }: RemoteDriver, { source }: Job): boolean {
    if (!isPredictable || !('sequence' in source)) return true;
    return keepsJournal(this.#plan.seed, source.sequence);
  }

  async #bury(driver: RemoteDriver): Promise<void> {
    this.#deaths++;
    await this.#target.bury(driver);
    if (this.#deaths <= MOST_DEATHS || this.#tally.failures.size > 0) return;
    throw new EnvironmentError(`the target died ${this.#deaths} times and no sequence is to blame; giving up`);
  }

  async #suspectsAlone(before: readonly Job[]): Promise<void> {
    const suspects = this.#suspects.splice(0);
    this.#dead = false;
    let guilty = 0;
    for (const { job } of suspects) {
      if (this.#stop.aborted) break;
      // An adapter is started quickly: alone means in one that has run nothing else.
      if (this.#companion !== undefined) await this.#target.stop();
      const driver = await this.#target.get();
      await this.#companion?.meet(driver);
      const failure = await this.#attempt(driver, job, true);
      if (!isDeath(failure)) continue;
      guilty++;
      this.#tally.fail({ failure, ...job });
      await this.#bury(driver);
    }
    for (let slot = 0; slot < 1024 && this.#inFlight.files().length > 0; slot++) this.#inFlight.finish(slot);
    if (guilty > 0 || this.#stop.aborted) return;
    if (this.#companion !== undefined) {
      await this.#target.stop();
      for (const { job, failure } of suspects) await this.#companion.blame(job, failure, before);
      return;
    }
    const names = suspects.map(({ job: { source } }) => sourceName(source)).join(', ');
    this.#tally.trouble(
      `the target died with ${names} of seed ${this.#plan.seed} in flight; alone, none of them kills it`,
    );
  }
}
