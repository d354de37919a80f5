/**
 * Whether the tests on an adapter are apart, and whether what dies is to blame.
 *
 * A reset is a claim like any other: a canary test must show the same whenever it runs, some tests are run again in a
 * fresh adapter, a failure must show there too, and what does not is traced to the tests before it.
 */
import type { RemoteDriver } from '../../abi/driver.ts';
import { equal } from '../../abi/equal.ts';
import type { Observation } from '../../abi/observation.ts';
import type { Op } from '../../abi/op.ts';
import { Coverage } from '../../properties/coverage.ts';
import { sameBug, type Failure } from '../../properties/failure.ts';
import { isWithoutVerdict } from '../../properties/remote.ts';
import { AdapterError } from '../targets/process/errors.ts';
import { sourceName, type Source } from './plan.ts';
import { attempt, isDeath } from './attempt.ts';
import { seederOf } from './seeds.ts';
import type { Tally } from './tally.ts';

/** A test that ran. */
export interface Ran {
  readonly source: Source;
  readonly devices: number;
  readonly ops: readonly Op[];
}

/** What an isolation works with. */
export interface IsolationOptions {
  /** Starts an adapter that has run nothing yet. */
  readonly fresh: () => Promise<RemoteDriver>;
  readonly tally: Tally;
  readonly seed: number;
  readonly stop: AbortSignal;
}

const SERVER = { proc: 0, thread: 0, fd: 0 };
const CLIENT = { proc: 1, thread: 0, fd: 0 };

/** The least that an adapter must survive before a death is anybody else's fault. */
const ALIVE: readonly Op[] = [{ op: 'open', id: 1, ...SERVER }];

/** A call with its answer, a node that crosses, a buffer that is freed: what leaks shows somewhere here. */
export const CANARY: readonly Op[] = [
  { op: 'open', id: 1, ...SERVER },
  { op: 'mmap', id: 2, ...SERVER, size: 1 << 20 },
  { op: 'ioctl', id: 3, ...SERVER, cmd: 'BINDER_SET_CONTEXT_MGR' },
  { op: 'write_read', id: 4, ...SERVER, write: [{ bc: 'BC_ENTER_LOOPER' }], read: { size: 256 } },
  { op: 'write_read', id: 5, ...SERVER, read: { size: 256 } },
  { op: 'open', id: 6, ...CLIENT },
  { op: 'mmap', id: 7, ...CLIENT, size: 1 << 20 },
  {
    ...{ op: 'write_read', id: 8, ...CLIENT, read: { size: 256 } },
    write: [
      {
        bc: 'BC_TRANSACTION',
        ...{ target: 0, code: 7, flags: 0 },
        message: { size: 32, objects: [{ type: 'BINDER', at: 8, ptr: 32, cookie: 33 }] },
      },
    ],
  },
  { op: 'write_read', id: 9, ...CLIENT, read: { size: 256 } },
  {
    ...{ op: 'write_read', id: 10, ...SERVER, read: { size: 256 } },
    write: [
      { bc: 'BC_FREE_BUFFER', buffer: { of: 8 } },
      { bc: 'BC_REPLY', code: 0, flags: 0, message: { size: 8, fill: 7 } },
    ],
  },
  { op: 'write_read', id: 11, ...CLIENT, write: [{ bc: 'BC_FREE_BUFFER', buffer: { of: 10 } }] },
];

const ALIVE_TEST: Ran = { source: { recorded: 'the opening of a file' }, devices: 1, ops: ALIVE };
const CANARY_TEST: Ran = { source: { recorded: 'the canary test' }, devices: 1, ops: CANARY };

/** Tests between two canaries. */
export const CANARY_EVERY = 100;
/** One test in so many is run again in a fresh adapter; that many of them, at most. */
const SAMPLE_ONE_IN = 100;
const MOST_SAMPLES = 8;
/** Tests before a suspect that are kept, and executions that the search among them may take. */
const MOST_HISTORY = 400;
const MOST_EXECUTIONS = 24;
/** Searches of one run: each costs many starts. */
const MOST_SEARCHES = 2;

type Shown = readonly Observation[];

export class Isolation {
  readonly #options: IsolationOptions;
  readonly #samples: (Ran & { readonly shown: Shown })[] = [];
  #history: Ran[] = [];
  #canary: Shown | undefined;
  #ran = 0;
  #searches = 0;

  constructor(options: IsolationOptions) {
    this.#options = options;
  }

  /** Greets an adapter that has just started. Throws `AdapterError` for one that cannot even open a file. */
  async greet(driver: RemoteDriver): Promise<void> {
    this.#history = [];
    const { failure } = await this.#perform(driver, ALIVE_TEST);
    if (isDeath(failure)) {
      throw new AdapterError(`the adapter does not survive opening a file: ${String(failure.observed)}`);
    }
    this.#history.push(ALIVE_TEST);
    await this.#sing(driver);
  }

  /** The tests that this start of the adapter has run, oldest first. */
  get history(): readonly Ran[] {
    return [...this.#history];
  }

  /** Remembers a test with what it showed, where that was right, and runs the canary when it is time. */
  async ran(driver: RemoteDriver, test: Ran, shown: Shown | undefined): Promise<void> {
    this.#history.push(test);
    if (this.#history.length > MOST_HISTORY) this.#history.shift();
    const dice = seederOf(this.#options.seed ^ 0x5a5a5a5a, this.#ran++);
    const wanted = this.#ran === 1 || dice.nextInt(0, SAMPLE_ONE_IN - 1) === 0;
    if (shown !== undefined && wanted && this.#samples.length < MOST_SAMPLES) this.#samples.push({ ...test, shown });
    if (this.#ran % CANARY_EVERY === 0) await this.#sing(driver);
  }

  /** Runs the samples again, each in an adapter of its own. */
  async verify(): Promise<void> {
    for (const sample of this.#samples.splice(0)) {
      if (this.#options.stop.aborted) return;
      const { failure, shown, exact } = await this.#inFresh([sample]);
      if (failure !== undefined) {
        this.#options.tally.fail({ failure, ...sample });
        continue;
      }
      // Where threads of a kernel run free, two right answers may differ.
      if (!exact || equal(shown, sample.shown)) continue;
      this.#options.tally.trouble(
        `reset: ${sourceName(sample.source)} shows something else in a fresh adapter: tests leak into each other`,
      );
    }
  }

  /** Whether a failure shows in a fresh adapter too; where not, the tests before it are searched for what it needs. */
  async reproduces(test: Ran, failure: Failure, before: readonly Ran[]): Promise<boolean> {
    const shows = (met: Failure | undefined): boolean =>
      met !== undefined && (sameBug(failure, met) || (isDeath(failure) && isDeath(met)));
    if (shows((await this.#inFresh([test])).failure)) return true;
    this.#options.tally.trouble(await this.#order(test, failure, before, shows));
    return false;
  }

  /** What a failure that a test alone does not show needs before it, in words. */
  async #order(
    test: Ran,
    failure: Failure,
    history: readonly Ran[],
    shows: (met: Failure | undefined) => boolean,
  ): Promise<string> {
    const name = sourceName(test.source);
    const what = failure.core;
    const lone = `${name} showed "${what}" once; alone in a fresh adapter it does not`;
    if (this.#searches++ >= MOST_SEARCHES) return `order-dependent: ${lone} (not searched: enough others were)`;
    let before = history;
    let executions = 1;
    const fails = async (tests: readonly Ran[]): Promise<boolean> => {
      if (executions++ >= MOST_EXECUTIONS || this.#options.stop.aborted) return false;
      return shows((await this.#inFresh([...tests, test])).failure);
    };
    if (!(await fails(before))) {
      return `unstable: ${lone}, nor behind the ${before.length} tests that ran before it`;
    }
    // Halves, then single tests: what can go goes.
    for (let size = Math.ceil(before.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let from = 0; from < before.length;) {
        const without = [...before.slice(0, from), ...before.slice(from + size)];
        if (await fails(without)) before = without;
        else from += size;
      }
    }
    const needed = before.slice(-4).map(({ source }) => sourceName(source));
    const more = before.length > needed.length ? ` and ${before.length - needed.length} more` : '';
    return `order-dependent: ${name} shows "${what}" only behind ${needed.join(', ')}${more}: tests leak into each other`;
  }

  async #sing(driver: RemoteDriver): Promise<void> {
    const { shown, failure } = await this.#perform(driver, CANARY_TEST);
    this.#history.push(CANARY_TEST);
    // A driver that is wrong here is wrong in the tests too; the canary only asks whether it is always the same.
    if (isDeath(failure)) return;
    this.#canary ??= shown;
    if (equal(this.#canary, shown)) return;
    this.#options.tally.trouble(
      `reset: the canary test shows something else after ${this.#ran} tests than at first: tests leak into each other`,
    );
    this.#canary = shown;
  }

  async #inFresh(
    tests: readonly Ran[],
  ): Promise<{ readonly failure?: Failure; readonly shown: Shown; readonly exact: boolean }> {
    const driver = await this.#options.fresh();
    try {
      for (const test of tests.slice(0, -1)) {
        const { failure } = await this.#perform(driver, test);
        if (isDeath(failure)) return { failure, shown: [], exact: false };
      }
      const last = await this.#perform(driver, tests.at(-1) as Ran);
      const exact = 'exact' in driver && driver.exact === true;
      return { ...last, exact };
    } finally {
      await driver.stop();
    }
  }

  async #perform(
    driver: RemoteDriver,
    { devices, ops }: Ran,
  ): Promise<{ readonly failure?: Failure; readonly shown: Shown }> {
    const shown: Observation[] = [];
    try {
      const { failure } = await attempt(driver, devices, ops, new Coverage(), {
        onStep: ({ observation }) => shown.push(observation as Observation),
      });
      return failure === undefined ? { shown } : { failure, shown };
    } catch (error) {
      if (isWithoutVerdict(error)) throw error;
      throw new AdapterError((error as Error).message);
    }
  }
}
