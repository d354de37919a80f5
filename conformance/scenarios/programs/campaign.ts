/** Many random programs on one target: drawn, run, and where a property breaks, shrunk. */
import fc from 'fast-check';
import type { Op } from '../../../abi/op.ts';
import { DivergenceError } from '../judged.ts';
import type { Stage } from '../stage.ts';
import { programArbitrary, type Program } from './program.ts';
import { PropertyError, Weights } from './properties.ts';
import { Running } from './run.ts';

/** Why a program is no good. */
export interface ProgramFailure {
  /** Id of the property, or the signature of the divergence: what shrinking keeps. */
  readonly signature: string;
  readonly explanation: string;
}

/** What one run of one program showed. */
export interface Attempt {
  readonly ops: readonly Op[];
  readonly rules: ReadonlySet<string>;
  readonly failure?: ProgramFailure;
}

/** A failing program with the shortest one that fails in the same way. */
export interface FoundProgram extends ProgramFailure {
  /** Number of the program in its run. */
  readonly index: number;
  readonly program: Program;
  readonly ops: readonly Op[];
  /** Steps before shrinking. */
  readonly shrunkFrom: number;
  readonly executions: number;
}

/** One device is enough: contexts are apart. */
export const DEVICES = 1;

/** Errors that say nothing about a program: the machine is gone. */
const isEnvironment = (error: unknown): boolean =>
  error instanceof Error && ['EnvironmentError', 'SetupError', 'MachineDied'].includes(error.name);

const failureOf = (error: unknown): ProgramFailure => {
  if (error instanceof PropertyError) return { signature: error.id, explanation: error.message };
  if (error instanceof DivergenceError) return { signature: error.failure.core, explanation: error.message };
  if (error instanceof Error) return { signature: error.name, explanation: error.stack ?? error.message };
  return { signature: 'unknown', explanation: String(error) };
};

/** Runs one program. Throws only when the environment failed. */
export const attempt = async (stage: Stage, program: Program, weights: Weights): Promise<Attempt> => {
  const { bench, end } = await stage.begin({ devices: DEVICES });
  const running = new Running(program, bench, weights);
  const shown = (): Attempt => ({ ops: running.kernel.ops, rules: running.kernel.rules });
  try {
    await running.run();
    return shown();
  } catch (error) {
    if (isEnvironment(error)) throw error;
    return { ...shown(), failure: failureOf(error) };
  } finally {
    await end();
  }
};

/** Programs drawn at once; small ones come first, as fast-check has it. */
const CHUNK = 50;
const chunkSeed = (seed: number, chunk: number): number => (Math.imul(seed ^ 0x5bd1e995, 0x9e3779b1) + chunk) | 0;

/** Program number `index` of a seed. */
export class Programs {
  readonly #seed: number;
  #chunk = -1;
  #programs: readonly Program[] = [];

  constructor(seed: number) {
    this.#seed = seed;
  }

  at(index: number): Program {
    const chunk = Math.floor(index / CHUNK);
    if (chunk !== this.#chunk) {
      this.#chunk = chunk;
      this.#programs = fc.sample(programArbitrary, { seed: chunkSeed(this.#seed, chunk), numRuns: CHUNK });
    }
    return this.#programs[index % CHUNK] as Program;
  }

  /** The parameters by which fast-check draws program `index` first, and shrinks it. */
  parameters(index: number): { readonly seed: number; readonly path: string } {
    return { seed: chunkSeed(this.#seed, Math.floor(index / CHUNK)), path: String(index % CHUNK) };
  }
}

/** Further runs of a failing program, before it is called unstable. */
const REPEATS = 3;
/** Time for shrinking one failure. */
const SHRINK_MS = 60_000;

export interface CampaignOptions {
  readonly stage: Stage;
  readonly seed: number;
  /** Stop when so many steps were run. */
  readonly steps: number;
  readonly maxFailures: number;
  readonly shrink: boolean;
  readonly interrupt: AbortSignal;
  onProgress(campaign: Campaign): void;
}

export class Campaign {
  readonly weights = new Weights();
  readonly found = new Map<string, FoundProgram>();
  /** Failures that no further run of their program showed: races that a program cannot force. */
  readonly unstable = new Map<string, FoundProgram>();
  readonly rules = new Set<string>();
  programs = 0;
  steps = 0;
  ops = 0;
  readonly #options: CampaignOptions;
  readonly #programs: Programs;
  #next = 0;

  constructor(options: CampaignOptions) {
    this.#options = options;
    this.#programs = new Programs(options.seed);
  }

  /** Runs until the budget is spent. */
  async run(): Promise<void> {
    await Promise.all(Array.from({ length: this.#options.stage.parallel }, () => this.#lane()));
  }

  get #isOver(): boolean {
    const { steps, maxFailures, interrupt } = this.#options;
    return this.steps >= steps || this.found.size >= maxFailures || interrupt.aborted;
  }

  async #lane(): Promise<void> {
    while (!this.#isOver) {
      const index = this.#next++;
      const program = this.#programs.at(index);
      const { ops, rules, failure } = await attempt(this.#options.stage, program, this.weights);
      this.programs++;
      this.steps += program.steps.length;
      this.ops += ops.length;
      for (const rule of rules) this.rules.add(rule);
      this.#options.onProgress(this);
      if (failure === undefined || this.found.has(failure.signature)) continue;
      const whole: FoundProgram = { ...failure, index, program, ops, shrunkFrom: program.steps.length, executions: 1 };
      if (!(await this.#isStable(whole))) {
        this.unstable.set(failure.signature, whole);
        continue;
      }
      this.found.set(failure.signature, whole);
      if (this.#options.shrink) this.found.set(failure.signature, await this.#shrink(whole));
    }
  }

  /** Whether the program fails in the same way again, within a few runs. */
  async #isStable({ program, signature }: FoundProgram): Promise<boolean> {
    for (let tries = 0; tries < REPEATS; tries++) {
      const { failure } = await attempt(this.#options.stage, program, new Weights());
      if (failure?.signature === signature) return true;
    }
    return false;
  }

  /** The shortest program of the same failure that fast-check finds. */
  async #shrink(whole: FoundProgram): Promise<FoundProgram> {
    let best = whole;
    let executions = 1;
    await fc.check(
      fc.asyncProperty(programArbitrary, async program => {
        if (this.#options.interrupt.aborted) return true;
        executions++;
        const { ops, failure } = await attempt(this.#options.stage, program, new Weights());
        if (failure?.signature !== whole.signature) return true;
        best = { ...best, ...failure, program, ops };
        return false;
      }),
      { ...this.#programs.parameters(whole.index), numRuns: 1, interruptAfterTimeLimit: SHRINK_MS },
    );
    return { ...best, executions };
  }
}
