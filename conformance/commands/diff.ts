/** `diff`: the same sequences on two targets, and the first difference of each kind, even where both are allowed. */
import type { Op } from '../../abi/op.ts';
import { isAboutState } from '../../properties/failure.ts';
import { OpLogArbitrary } from '../../properties/generator/arbitrary.ts';
import { shrinkAsync } from '../../properties/shrink/shrink.ts';
import { devicesOf, fileFor, nameOf } from '../campaign/log.ts';
import { sourceName, type Source } from '../campaign/plan.ts';
import { freshSeed, seederOf } from '../campaign/seeds.ts';
import { fit } from '../protocol/needs.ts';
import { readCorpus } from '../corpus.ts';
import { compare, type Comparison, type Difference } from '../difference/compare.ts';
import { startSide, type Shown, type Side } from '../difference/side.ts';
import { blameSays, differenceLines, type Reported } from '../difference/text.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { mustBeWritable, writeWhole } from '../files.ts';
import type { Io } from '../io.ts';
import { readOpLog, writeOpLog } from '../oplog-file.ts';
import { adapterWords, type LevelName, type ReportChoice, type TargetChoice } from '../options.ts';
import { Progress, grouped } from '../progress.ts';
import { count } from '../verdict.ts';

/** Options of `diff` as the command line parses them. */
export interface DiffOptions {
  readonly ops?: number;
  readonly time?: number;
  readonly seed?: number;
  readonly length?: number;
  readonly level: LevelName;
  readonly jobs?: number;
  readonly maxDifferences: number;
  /** Op logs to compare instead of generated ones. */
  readonly log: readonly string[];
  readonly report: readonly ReportChoice[];
  readonly save: string;
  readonly shrink: boolean;
  readonly corpus: boolean;
  readonly quiet?: boolean;
}

/** One sequence to compare. */
interface Job {
  readonly source: Source;
  readonly devices: number;
  readonly ops: readonly Op[];
}

interface Found extends Job {
  readonly difference: Difference;
  seen: number;
}

const DEVICES = 2;
/** Budget where none was given. */
const DEFAULT_OPS = 20_000;

/** The jobs in the order in which they are taken: what was asked for by name, the corpus, then generated ones for ever. */
function* jobsOf(options: DiffOptions, seed: number): Generator<Job> {
  for (const file of options.log) {
    const log = readOpLog(file);
    yield { source: { recorded: file }, devices: devicesOf(log, DEVICES), ops: log.ops };
  }
  if (options.log.length > 0) return;
  for (const { file, log } of options.corpus ? readCorpus() : []) {
    yield { source: { regression: file }, devices: devicesOf(log, DEVICES), ops: log.ops };
  }
  const { length, level } = options;
  const arbitrary = new OpLogArbitrary({ level, devices: DEVICES, ...(length === undefined ? {} : { length }) });
  for (let sequence = 0; ; sequence++) {
    yield { source: { sequence }, devices: DEVICES, ops: arbitrary.draw(seederOf(seed, sequence)) };
  }
}

/** The comparison of two targets while it runs. */
class Comparing {
  readonly found = new Map<string, Found>();
  sequences = 0;
  ops = 0;
  /** Sequences that both ended where they agree with each other and not with the specification. */
  readonly against: string[] = [];
  readonly #a: Side;
  readonly #b: Side;

  constructor(a: Side, b: Side) {
    this.#a = a;
    this.#b = b;
  }

  /** Runs one log on both. */
  async both({ devices, ops }: Pick<Job, 'devices' | 'ops'>): Promise<Comparison & { readonly performed: number }> {
    const run = async (closely: boolean): Promise<readonly [Shown, Shown]> =>
      Promise.all([this.#a.run(devices, ops, closely), this.#b.run(devices, ops, closely)]);
    let [a, b] = await run(false);
    // Where only one has failed, and by its state, the other must be looked at at the same op.
    if (isAboutState(a.failure) !== isAboutState(b.failure)) [a, b] = await run(true);
    return { ...compare([this.#a, this.#b], a, b), performed: Math.min(a.steps.length, b.steps.length) };
  }

  /** The job as far as both targets can be asked. */
  #fitted(job: Job): Job {
    const [a, b] = [this.#a, this.#b];
    return {
      ...job,
      devices: Math.min(job.devices, a.devices, b.devices),
      ops: fit(fit(job.ops, a.capable), b.capable),
    };
  }

  /** Runs a job and keeps what is different. */
  async take(whole: Job): Promise<void> {
    const job = this.#fitted(whole);
    const comparison = await this.both(job);
    this.sequences++;
    this.ops += comparison.performed;
    const { difference } = comparison;
    if (difference === undefined) {
      if (comparison.model !== undefined) this.against.push(`${sourceName(job.source)}: ${comparison.model.signature}`);
      return;
    }
    const { core } = difference.failure;
    const before = this.found.get(core);
    if (before === undefined) this.found.set(core, { ...job, difference, seen: 1 });
    else before.seen++;
  }

  /** The shortest log that shows a difference of the same kind. */
  async shrunk(
    { devices, ops, difference }: Found,
    stop: AbortSignal,
  ): Promise<{ readonly ops: readonly Op[]; readonly difference: Difference; readonly executions: number }> {
    let last = difference;
    const { core } = difference.failure;
    const result = await shrinkAsync(
      ops,
      difference.failure,
      async each => (stop.aborted ? undefined : (await this.both({ devices, ops: each })).difference?.failure),
      { parallel: Math.max(this.#a.parallel, this.#b.parallel) },
    );
    const again = await this.both({ devices, ops: result.ops });
    if (again.difference?.failure.core === core) last = again.difference;
    return { ops: result.ops, executions: result.executions, difference: last };
  }
}

/** The command that compares one log on both. */
const againWith = (choices: readonly TargetChoice[], file: string): string => {
  const words = choices.map((choice, at) =>
    choice.kind === 'process'
      ? { named: '', behind: ` ${adapterWords(choice.command)}` }
      : { named: ` --${at === 0 ? 'a' : 'b'} ${nameOf(choice)}`, behind: '' },
  );
  const all = (part: 'named' | 'behind'): string => words.map(each => each[part]).join('');
  return `npx binder-spec diff${all('named')} --log ${file}${all('behind')}`;
};

/** Compares two targets. Exit code 0 where no sequence shows a difference, 1 where one does. */
export const diff = async (
  io: Io,
  choices: readonly [TargetChoice, TargetChoice],
  options: DiffOptions,
): Promise<ExitCode> => {
  for (const { file } of options.report) mustBeWritable(file);
  const seed = options.seed ?? freshSeed();
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  const progress = new Progress(io.live, options.quiet !== true);
  const sides: Side[] = [];
  try {
    for (const choice of choices) sides.push(await startSide(choice, options.jobs));
    const [a, b] = sides as [Side, Side];
    const names = a.name === b.name ? ([`a (${a.name})`, `b (${b.name})`] as const) : ([a.name, b.name] as const);
    const comparing = new Comparing(a, b);
    const jobs = jobsOf(options, seed);
    const { ops = options.time === undefined ? DEFAULT_OPS : Infinity, time = Infinity, maxDifferences } = options;
    const spent = (): boolean =>
      io.interrupt.aborted || comparing.ops >= ops || seconds() >= time || comparing.found.size >= maxDifferences;
    const show = (doing?: string): void =>
      progress.show({
        ...{ sequences: comparing.sequences, ops: comparing.ops, seconds: seconds(), rules: 0 },
        failures: comparing.found.size,
        ...(doing === undefined ? {} : { doing }),
      });
    const work = async (): Promise<void> => {
      while (!spent()) {
        const { value, done } = jobs.next();
        if (done === true) return;
        await comparing.take(value);
        show();
        await new Promise(setImmediate);
      }
    };
    await Promise.all(Array.from({ length: Math.max(a.parallel, b.parallel) }, work));
    const reported: Reported[] = [];
    const errors: string[] = [];
    for (const found of comparing.found.values()) {
      show('shrinking');
      const { difference, ops: whole, seen, source } = found;
      const least = options.shrink
        ? await comparing.shrunk(found, io.interrupt)
        : { ops: whole, difference, executions: 0 };
      const file = fileFor(options.save, difference.failure.core);
      let repro: string | null = againWith(choices, file);
      try {
        const { signature } = least.difference.failure;
        writeOpLog(file, {
          ...{ format: 'binder-spec/op-log', version: 1, title: signature },
          origin: { a: a.name, b: b.name, seed, source: sourceName(source), devices: found.devices },
          ops: [...least.ops],
        });
      } catch (error) {
        errors.push((error as Error).message);
        repro = null;
      }
      reported.push({ ...least, shrunkFrom: whole.length, seen, origin: sourceName(source), repro });
    }
    progress.clear();
    for (const each of reported) io.out(`${differenceLines(each, ...names, io.color).join('\n')}\n`);
    for (const line of errors) io.err(`${line}\n`);
    if (comparing.against.length > 0) {
      const [first] = comparing.against;
      io.out(
        `\nBoth agree with each other and not with the specification in ${count(comparing.against.length, 'sequence')}; ` +
          `nothing behind that was compared. The first: ${first}\n`,
      );
    }
    const { found, sequences } = comparing;
    if (options.quiet !== true) {
      io.out(
        `\na ${a.name} ${a.version}\nb ${b.name} ${b.version}\nseed ${seed}  ${grouped(sequences)} sequences  ` +
          `${grouped(comparing.ops)} ops on both  ${seconds().toFixed(1)} s\n`,
      );
    }
    io.out(`\n${found.size === 0 ? 'NO DIFFERENCE' : count(found.size, 'DIFFERENCE', 'DIFFERENCES')}\n`);
    const report = {
      ...{ format: 'binder-spec/difference', formatVersion: 1, different: found.size > 0 },
      ...{ interrupted: io.interrupt.aborted, seed, sequences, ops: comparing.ops },
      a: { name: a.name, version: a.version },
      b: { name: b.name, version: b.version },
      againstSpecification: comparing.against,
      differences: reported.map(({ difference, ...rest }) => ({
        ...{ signature: difference.failure.signature, what: difference.what, blame: difference.blame },
        ...{ says: blameSays(difference.blame, ...names), op: difference.op, a: difference.a, b: difference.b },
        ...rest,
      })),
    };
    for (const { file } of options.report) writeWhole(file, `${JSON.stringify(report, null, 2)}\n`);
    if (io.interrupt.aborted) return EXIT.interrupted;
    if (found.size > 0) return EXIT.notConformant;
    return comparing.ops === 0 ? EXIT.inconclusive : EXIT.conformant;
  } finally {
    progress.clear();
    for (const side of sides) await side.stop();
  }
};
