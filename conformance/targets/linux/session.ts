/** One sequence on the Linux driver: batches of calls as programs of one slot. */
import type { Call } from '../../../abi/call.ts';
import type { BatchStep, RemoteSession } from '../../../abi/driver.ts';
import type { Completion as Finished, Done, Observation } from '../../../abi/observation.ts';
import type { Reader } from '../../../abi/decode.ts';
import type { Journal } from '../../../abi/journal.ts';
import type { ProcIndex } from '../../../abi/ids.ts';
import type { Snapshot } from '../../../abi/snapshot.ts';
import type { Cast } from './cast.ts';
import { SequenceFailed } from './errors.ts';
import { HistoryFiles } from './history-files.ts';
import type { Before } from './journal.ts';
import { Lowering, type Born, type Lowered } from './lower.ts';
import type { OpenFile } from './open-file.ts';
import { peekedBytes } from './raise.ts';
import { Program } from './program.ts';
import { snapshotFrom } from './snapshot.ts';
import type { Completion, Outcome, Result, RunOptions } from './wire.ts';

/** Runs programs on the slot of a session. */
export interface Slot {
  run(program: Uint8Array, options: RunOptions): Promise<Result>;
  /** Lets the kernel reclaim pages, at a moment when nobody else would notice. */
  reclaim(): Promise<void>;
  /** The sequence is over; the slot may serve another one. */
  release(): void;
}

/** What the driver told before a sequence that is alone. */
export interface Earlier {
  /** Objects that existed, by class. */
  readonly objects: Readonly<Record<string, number>>;
  readonly history: Before;
}

/** Programs are cut at this many bytes. */
const LONGEST_PROGRAM = 1 << 20;
/** Time that a program may take beside what its calls rest in the driver. */
const BUDGET_MS = 8_000;
/** A payload that nobody expected is fetched in as many rounds: data and offsets, then what they point to. */
const FETCHES = 3;

const MOST_TEXT = 512 << 10;

/** Bytes of a mapping that were read back. */
interface Known {
  readonly file: OpenFile;
  readonly buffer: number;
  readonly length: number;
  /** `undefined` where they cannot be read. */
  readonly bytes: Uint8Array | undefined;
}

interface Missing {
  readonly file: OpenFile;
  readonly offset: number;
  readonly length: number;
}

export class LinuxSession implements RemoteSession {
  readonly #slot: Slot;
  readonly #cast: Cast;
  readonly #lowering: Lowering;
  readonly #separateMemory: boolean;
  /** Calls that rest in the driver, by tag. */
  readonly #parked = new Map<number, Lowered>();
  /** Absent where others run beside the sequence. */
  readonly #before: Earlier | undefined;
  #journal: Journal | undefined;
  #failed: Error | undefined;

  constructor(slot: Slot, cast: Cast, separateMemory: boolean, before?: Earlier) {
    this.#slot = slot;
    this.#cast = cast;
    this.#before = before;
    this.#lowering = new Lowering(cast);
    this.#separateMemory = separateMemory;
  }

  /**
   * Performs a batch. Throws `SequenceFailed` when the agent gave up (a process died, a call never came to rest),
   * `MachineDied` when the machine did, `TooLarge` when the log exceeds what the agent holds.
   */
  async perform(batch: readonly BatchStep[]): Promise<readonly Observation[]> {
    if (this.#failed !== undefined) throw this.#failed;
    const observations: Observation[] = [];
    let steps: Lowered[] = [];
    const flush = async (last: boolean): Promise<void> => {
      const sent = steps;
      steps = [];
      if (sent.length > 0) await this.#run(sent, observations, last);
    };
    try {
      for (const { call, expected } of batch) {
        // Which part is still mapped must be known before anything is done to it.
        const unsettled =
          PARTS.has(call.op) &&
          'fd' in call &&
          this.#cast.find(call.proc)?.descriptors.get(call.fd)?.file.unsettled === true;
        if (call.op === 'reclaim') await flush(false);
        if (call.op === 'reclaim') await this.#slot.reclaim();
        const proc = newcomer(call);
        if (proc !== undefined && this.#cast.isFull && this.#cast.find(proc) === undefined) {
          await flush(false);
          await this.#makeRoom();
        }
        if (unsettled || this.#lowering.program.length > LONGEST_PROGRAM) await flush(false);
        steps.push(this.#lowering.lower(call, expected));
      }
      await flush(true);
    } catch (error) {
      this.#failed = error as Error;
      throw error;
    }
    return observations;
  }

  /** Reads debugfs; `undefined` where there is none. Throws where its text cannot be understood. */
  async snapshot(): Promise<Snapshot | undefined> {
    if (this.#failed !== undefined) throw this.#failed;
    const { logs } = this.#cast.ground;
    if (logs === undefined) return undefined;
    const { program } = this.#lowering;
    const first = program.tag;
    const asked = this.#lowering.identify();
    const openers = this.#cast.openers.filter(({ opened }) => opened.some(({ isAlive }) => isAlive));
    const before = this.#before;
    // What is told of the history comes first: looking at the state wakes readers, which counts (DBG-14).
    const history = before === undefined ? undefined : new HistoryFiles(program, logs, MOST_TEXT);
    // Beside others, only files that touch nobody else's nodes are read: printing a node has effects (DBG-14).
    const blocks =
      before === undefined
        ? openers.map(({ seat }) => program.readFile(seat, `${logs}/proc/%d`, MOST_TEXT))
        : [program.readFile(0, `${logs}/state`, MOST_TEXT)];
    program.settle();
    const transactions = before === undefined ? undefined : program.readFile(0, `${logs}/transactions`, MOST_TEXT);
    const stats = program.readFile(0, `${logs}/stats`, MOST_TEXT);
    history?.readProcesses(this.#cast);
    const { outcomes, failure } = await this.#send(program, BUDGET_MS);
    this.#lowering.next();
    if (failure !== undefined) throw new SequenceFailed(failure, undefined, []);
    for (const born of asked) this.#meet(born, outcomes[born.tag - first]);
    const textOf = (tag: number): string => Buffer.from(outcomes[tag - first]?.outs[0] ?? []).toString('latin1');
    // The file of a process goes with the open that made it, even when others of the process live on (PROC-05).
    if (blocks.some(tag => (outcomes[tag - first]?.value ?? -1n) < 0n)) return undefined;
    if (before === undefined || history === undefined || transactions === undefined)
      return snapshotFrom(this.#cast, { blocks: blocks.map(textOf), stats: textOf(stats) });
    const [state = ''] = blocks.map(textOf);
    const moving = textOf(transactions);
    this.#journal = history.journal(this.#cast, before.history, state, moving, tag => outcomes[tag - first]);
    const alone = { before: before.objects, transactions: moving };
    return snapshotFrom(this.#cast, { blocks: [state], stats: textOf(stats), alone });
  }

  /** Of a sequence that is alone, as it was when the last snapshot was taken. */
  journal(): Promise<Journal | undefined> {
    return Promise.resolve(this.#journal);
  }

  /** Remembers the ids of a process and of its thread. */
  #meet({ actor, proc, thread }: Born, answer: Outcome | undefined): void {
    const [both] = answer?.outs ?? [];
    if (both === undefined) return;
    const ids = Buffer.from(both);
    this.#cast.learn(ids.readUInt32LE(0), proc);
    if (thread === undefined) return;
    this.#cast.learnThread(ids.readUInt32LE(4), { proc, thread });
    actor.known.add(thread);
  }

  /** Gives everything back: processes are emptied or killed before the slot's next program. */
  end(): Promise<void> {
    const program = new Program();
    program.reset();
    // Nobody waits for it: programs of one slot run one after the other. A dead machine shows at the next call.
    this.#slot.run(program.bytes(), { separateMemory: this.#separateMemory }).catch(() => undefined);
    this.#slot.release();
    return Promise.resolve();
  }

  async #run(steps: readonly Lowered[], observations: Observation[], last: boolean): Promise<void> {
    const { program, restMs } = this.#lowering;
    const { outcomes, failure } = await this.#send(program, BUDGET_MS + restMs);
    this.#lowering.next();
    const first = steps[0]?.first ?? 0;
    for (const step of steps) {
      if (step.first - first + stepLength(step) > outcomes.length) break;
      const answers = outcomes.slice(step.first - first, step.first - first + stepLength(step));
      const mayFetch = last && failure === undefined && step === steps.at(-1);
      observations.push(await this.#observe(step, answers, mayFetch));
    }
    if (failure === undefined) return;
    const at = steps.find(step => failure.tag < step.first + stepLength(step));
    throw new SequenceFailed(failure, at?.call.id, observations);
  }

  /** Ends a process that has left the driver, where the next one finds no seat. */
  async #makeRoom(): Promise<void> {
    const busy = new Set([...this.#parked.values()].map(({ actor }) => actor));
    const idle = this.#cast.idle(actor => busy.has(actor));
    if (idle === undefined) return;
    const lowering = this.#lowering;
    lowering.retire(idle);
    await this.#send(lowering.program, BUDGET_MS);
    lowering.next();
  }

  #send(program: Program, budgetMs: number): Promise<Result> {
    return this.#slot.run(program.bytes(), { budgetMs, separateMemory: this.#separateMemory });
  }

  /** Reads what one call showed; payloads that nobody expected are fetched when they must still be there. */
  async #observe(step: Lowered, answers: readonly Outcome[], mayFetch: boolean): Promise<Observation> {
    const answerOf = (tag: number): Outcome => answers[tag - step.first] as Outcome;
    for (const born of step.born) this.#meet(born, answerOf(born.tag));
    const known = step.peeks.map(({ file, buffer, length, tag }) => knownFrom(file, buffer, length, answerOf(tag)));
    const main = answerOf(step.main);
    const finished = answers.flatMap(answer => answer.completions);
    const isParked = main.state === 'parked';
    // Its own completion may come with a later instruction of the same call: then it never rested.
    const own = isParked ? finished.find(each => each.tag === step.main) : main;
    const others = finished.flatMap((answer): { readonly parked: Lowered; readonly answer: Completion }[] => {
      const parked = this.#parked.get(answer.tag);
      return parked === undefined ? [] : [{ parked, answer }];
    });
    for (let fetch = 0; ; fetch++) {
      const missing: Missing[] = [];
      const read = (lowered: Lowered, answer: Completion): Done =>
        lowered.done(answer, this.#reader(lowered.file, known, missing));
      const result = own === undefined ? 'pending' : read(step, own);
      const completions = others
        .map(({ parked, answer }): Finished => ({ op: parked.call.id, done: read(parked, answer) }))
        .sort((a, b) => a.op - b.op);
      if (missing.length === 0 || !mayFetch || fetch === FETCHES) {
        for (const { answer } of others) this.#parked.delete(answer.tag);
        if (own === undefined) this.#parked.set(step.main, step);
        if (step.call.op === 'kill') this.#forget(step);
        return { op: step.call.id, result, completions };
      }
      await this.#fetch(missing, known);
    }
  }

  /** Whatever a killed process waited for never comes. */
  #forget(kill: Lowered): void {
    for (const [tag, { actor }] of this.#parked) if (actor === kill.actor) this.#parked.delete(tag);
  }

  #reader(file: OpenFile | undefined, known: readonly Known[], missing: Missing[]): Reader {
    return {
      base: file?.base ?? 0,
      procOf: pid => this.#cast.procOf(pid),
      peek: (offset, length) => {
        if (file === undefined || !file.covers(offset, length)) return undefined;
        for (const { file: owner, buffer, length: most, bytes } of known) {
          if (owner === file && offset >= buffer && offset + length <= buffer + most)
            return bytes?.subarray(offset - buffer, offset - buffer + length);
        }
        missing.push({ file, offset, length });
        return undefined;
      },
    };
  }

  async #fetch(missing: readonly Missing[], known: Known[]): Promise<void> {
    const lowering = this.#lowering;
    for (const { file, offset, length } of missing) lowering.peek(file, offset, length);
    const { outcomes } = await this.#send(lowering.program, BUDGET_MS);
    lowering.next();
    missing.forEach(({ file, offset, length }, at) => {
      // What cannot be read now could not be read then.
      known.push(knownFrom(file, offset, length, outcomes[at]));
    });
  }
}

/** Ops that concern what is left of a mapping. */
const PARTS: ReadonlySet<Call['op']> = new Set(['munmap', 'mprotect', 'madvise']);

const knownFrom = (file: OpenFile, buffer: number, length: number, answer: Outcome | undefined): Known => ({
  file,
  buffer,
  length,
  bytes: answer === undefined ? undefined : peekedBytes(answer, length),
});

/** A process that may come to life by a call. */
const newcomer = (call: Call): ProcIndex | undefined => {
  if (call.op === 'share') return call.to;
  if (call.op === 'fork') return call.child;
  return 'proc' in call ? call.proc : undefined;
};

/** Instructions of a call with the peeks behind it. */
const stepLength = ({ first, end }: Lowered): number => end - first;
