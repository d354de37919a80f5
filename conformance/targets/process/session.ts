/** One test on an adapter: batches of calls as lines, several of them under way. */
import type { z } from 'zod';
import type { BatchStep, RemoteSession } from '../../../abi/driver.ts';
import type { Journal } from '../../../abi/journal.ts';
import type { Delivery, Done, Observation } from '../../../abi/observation.ts';
import type { Snapshot } from '../../../abi/snapshot.ts';
import { expand, type WireBytes } from '../../protocol/bytes.ts';
import type { Capable } from '../../protocol/capabilities.ts';
import type { AdapterErrorMessage, Request, RESULTS } from '../../protocol/messages.ts';
import { shortCall, type WireCall } from '../../protocol/spelling.ts';
import type { Connection } from './connection.ts';
import { AdapterDied, AdapterError, errorFrom, TimeoutError, UnsupportedError } from './errors.ts';

type Do = Extract<Request, { readonly q: 'do' }>;
type Places = NonNullable<Do['places']>;
type WireObservation = NonNullable<AdapterErrorMessage['observations']>[number];

/** What a session needs of its target. */
export interface SessionOptions {
  readonly connection: Connection;
  readonly gen: number;
  readonly devices: number;
  readonly maxLine: number;
  /** Of the test, as the adapter is told. */
  readonly budgetMs: number;
  readonly capable: Capable;
  /** Adds what is known of the adapter's end to an error. */
  readonly explain: (error: Error) => Promise<Error>;
  /** The test is over; the promise settles when the adapter has given everything back, and never rejects. */
  readonly over: (ending: Promise<void>) => void;
}

/** Room in a line for all that is not calls. */
const ENVELOPE = 200;

export class ProcessSession implements RemoteSession {
  readonly #options: SessionOptions;
  #begun: Promise<void> = Promise.resolve();
  #failed: Error | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** Asks for a fresh world. Nobody waits for the answer: the first batch is sent behind it. */
  begin(): void {
    const { connection, gen, devices, budgetMs } = this.#options;
    this.#begun = connection
      .ask('begin', { gen, devices, test: `test ${gen}`, budget_ms: budgetMs }, 'test')
      .then(answer => {
        if ('err' in answer) throw errorFrom(answer.err, `begin of test ${gen} was refused`);
        refuseResidue(answer.ok.residue, `before test ${gen}`);
      });
    this.#begun.catch(() => undefined);
  }

  /** The driver's machine complained about this test. */
  hurt(text: string): void {
    this.#failed ??= new AdapterDied(`the health of the target: ${text}`);
  }

  async perform(batch: readonly BatchStep[]): Promise<readonly Observation[]> {
    return this.#guarded(async () => {
      const observations: Observation[] = [];
      const lines = this.#linesOf(batch);
      // All lines are under way before the first answer is awaited.
      const answers = lines.map(body => this.#options.connection.ask('do', body, 'test'));
      for (const answer of answers) answer.catch(() => undefined);
      await this.#begun;
      for (let at = 0; at < answers.length; at++) {
        const answer = await (answers[at] as (typeof answers)[number]);
        const calls = (lines[at] as (typeof lines)[number]).calls;
        if ('err' in answer) throw errorOf(answer.err, calls, observations);
        const got = answer.ok.observations;
        if (answer.ok.settle?.ok === false) {
          throw new TimeoutError(`threads did not come to rest`, [...observations, ...take(got, calls)]);
        }
        observations.push(...take(got, calls));
        if (got.length !== calls.length) {
          throw new AdapterError(`${got.length} observations for ${calls.length} calls`);
        }
      }
      return observations;
    });
  }

  async snapshot(): Promise<Snapshot | undefined> {
    const answer = await this.#told('snapshot');
    return answer?.snapshot ?? undefined;
  }

  async journal(): Promise<Journal | undefined> {
    const answer = await this.#told('journal');
    return answer?.journal ?? undefined;
  }

  /** What the driver tells of itself; `undefined` where the capability of that name is not declared. */
  async #told<Q extends 'snapshot' | 'journal'>(q: Q): Promise<z.infer<(typeof RESULTS)[Q]> | undefined> {
    const { connection, gen, capable } = this.#options;
    if (!capable.has(q)) return undefined;
    return this.#guarded(async () => {
      const answer = await connection.ask<'snapshot' | 'journal'>(q, { gen }, 'test');
      if ('ok' in answer) return answer.ok as z.infer<(typeof RESULTS)[Q]>;
      if (answer.err.code !== 'unsupported') throw errorFrom(answer.err, q);
      throw new UnsupportedError(`${q} is declared and not offered: ${answer.err.msg}`);
    });
  }

  /**
   * Gives everything back. Nobody waits for the answer: what is left over ends the conversation, and shows at the next
   * request.
   */
  end(): Promise<void> {
    const { connection, over } = this.#options;
    if (connection.dead === undefined) over(this.#end());
    return Promise.resolve();
  }

  async #end(): Promise<void> {
    const { connection, gen, explain } = this.#options;
    try {
      const answer = await connection.ask('end', { gen }, 'test');
      if ('err' in answer) throw errorFrom(answer.err, `end of test ${gen}`);
      refuseResidue(answer.ok.residue, `after test ${gen}`);
    } catch (error) {
      connection.fail(await explain(error as Error));
    }
  }

  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    if (this.#failed !== undefined) throw this.#failed;
    try {
      const done = await work();
      if (this.#failed !== undefined) throw this.#failed;
      return done;
    } catch (error) {
      this.#failed = await this.#options.explain(error as Error);
      throw this.#failed;
    }
  }

  /** The batch as `do` requests that fit the lines of the adapter. */
  #linesOf(batch: readonly BatchStep[]): { readonly gen: number; readonly calls: WireCall[]; places?: Places }[] {
    const { gen, maxLine, capable } = this.#options;
    const placed = !capable.has('placement');
    const lines: { gen: number; calls: WireCall[]; places?: Places }[] = [];
    let length = Infinity;
    for (const { call, expected } of batch) {
      const wire = shortCall(call);
      // Lengths only matter where the limit is near; short calls are not measured one by one.
      const size = sizeOf(wire);
      let line = lines.at(-1);
      if (line === undefined || length + size > maxLine) {
        line = { gen, calls: [], ...(placed ? { places: {} } : {}) };
        lines.push(line);
        length = ENVELOPE;
      }
      length += size;
      line.calls.push(wire);
      if (placed && expected.length > 0 && line.places !== undefined) {
        line.places[call.id] = [...expected];
        length += 100 * expected.length;
      }
    }
    return lines;
  }
}

const refuseResidue = (residue: Readonly<Record<string, number>> | null | undefined, when: string): void => {
  const left = Object.entries(residue ?? {}).filter(([, count]) => count > 0);
  if (left.length === 0) return;
  throw new AdapterError(`${when} something is left: ${left.map(([what, count]) => `${count} ${what}`).join(', ')}`);
};

const errorOf = (err: AdapterErrorMessage, calls: readonly WireCall[], before: readonly Observation[]): Error => {
  const answered = [...before, ...take(err.observations ?? [], calls)];
  const at = err.op === undefined ? '' : `op ${err.op}: `;
  switch (err.code) {
    case 'crashed':
      return new AdapterDied(`${at}${err.msg}`, answered);
    case 'hung':
      return new TimeoutError(`${at}${err.msg}`, answered);
    case 'unsupported': {
      const call = calls.find(({ id }) => id === err.op);
      return new UnsupportedError(
        `${call?.op ?? 'a call'} is not offered, although its capability is declared`,
        answered,
      );
    }
    default:
      return errorFrom(err, at === '' ? 'do' : at.slice(0, -2));
  }
};

/** Observations in the form of `abi/`, held to the calls that they answer. */
const take = (got: readonly WireObservation[], calls: readonly WireCall[]): Observation[] =>
  got.map((observation, at) => {
    const call = calls[at];
    if (call === undefined) throw new AdapterError(`an observation of op ${observation.op}, which was not asked`);
    if (call.id !== observation.op) {
      throw new AdapterError(`an observation of op ${observation.op} where op ${call.id} was asked`);
    }
    return expandedObservation(observation);
  });

const isShort = (row: WireBytes): row is string => typeof row === 'string';

/** Only what is spelled short is made anew: most observations are taken as they are. */
const expandedObservation = (observation: WireObservation): Observation => {
  const { result, completions } = observation;
  const own = result === 'pending' ? result : expandedDone(result);
  const others = completions.map(({ op, done }) => ({ op, done: expandedDone(done) }));
  return { op: observation.op, result: own, completions: others };
};

const expandedDone = (done: Exclude<WireObservation['result'], 'pending'>): Done => {
  const { returns, bytes } = done;
  const longReturns =
    returns !== undefined &&
    returns.some(each => 'data' in each && !(isShort(each.data) && each.pieces.every(isShort)));
  const longBytes = bytes !== undefined && bytes !== null && !isShort(bytes);
  if (!longReturns && !longBytes) return done as Done;
  return {
    ...(done as Done),
    ...(longBytes ? { bytes: expanded(bytes) } : {}),
    ...(returns === undefined
      ? {}
      : {
          returns: returns.map(each =>
            'data' in each
              ? ({ ...each, data: expanded(each.data), pieces: each.pieces.map(expanded) } as Delivery)
              : (each as Exclude<Done['returns'], undefined>[number]),
          ),
        }),
  };
};

const expanded = (row: WireBytes): string => {
  try {
    return expand(row);
  } catch (error) {
    throw new AdapterError(`bytes that no driver delivers: ${(error as Error).message}`);
  }
};

/** Characters of a call as JSON, or a little more. */
const sizeOf = (call: WireCall): number => {
  if (call.op !== 'write_read') return 300;
  let size = 200;
  for (const command of call.write) {
    size += 120;
    if (!('message' in command)) continue;
    const { data, pieces, objects, offsets } = command.message;
    size += 200 + rowSize(data) + 160 * objects.length + 24 * offsets.length;
    for (const piece of pieces) size += rowSize(piece) + 8;
  }
  return size;
};

const rowSize = (row: WireBytes): number => (isShort(row) ? row.length + 2 : JSON.stringify(row).length);
