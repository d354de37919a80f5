/**
 * One conversation with an adapter over two streams: requests out, answers back by id, many in flight; every message
 * checked against its schema in both directions.
 */
import type { Readable, Writable } from 'node:stream';
import type { z } from 'zod';
import {
  AnswerSchema,
  ErrorSchema,
  EventSchema,
  PREFIX,
  RequestSchema,
  RESULTS,
  type AdapterErrorMessage,
  type Event,
  type Request,
  type RequestName,
} from '../../protocol/messages.ts';
import { placeAndMessage } from '../../oplog-file.ts';
import { budgetOf, type BudgetName, type Patience } from './budgets.ts';
import { AdapterDied, AdapterError, shown, TimeoutError } from './errors.ts';
import { LineReader } from './lines.ts';
import type { AdapterLog } from './log.ts';

/** What a request came to. */
export type Answer<Q extends RequestName> =
  { readonly ok: z.infer<(typeof RESULTS)[Q]> } | { readonly err: AdapterErrorMessage };

interface InFlight {
  readonly q: RequestName;
  readonly gen: number | undefined;
  /** `none`: for ever. */
  budget: BudgetName | 'none';
  /** Milliseconds since it was asked, and since the adapter was last heard of in this matter. */
  asked: number;
  silent: number;
  readonly resolve: (answer: Answer<RequestName>) => void;
  readonly reject: (error: Error) => void;
}

/** The body of a request without what the connection adds. */
type Body<Q extends RequestName> = Omit<Extract<Request, { readonly q: Q }>, 'q' | 'id'>;

/** How often the clocks of the requests in flight are looked at. */
const TICK_MS = 20;
/** What one look counts at most: while this process is busy with itself, nobody listens to the adapter. */
const MOST_COUNTED_MS = 40;

const issueOf = (error: z.ZodError): string => {
  const [issue] = error.issues;
  if (issue === undefined) return 'it does not fit';
  const { path, message } = placeAndMessage(issue);
  return `${path === '' ? 'the message' : path}: ${message}`;
};

export class Connection {
  readonly #output: Writable;
  readonly #patience: Patience;
  readonly #log: AdapterLog;
  readonly #onEvent: (event: Event) => void;
  readonly #inFlight = new Map<number, InFlight>();
  readonly #clock: NodeJS.Timeout;
  #nextId = 0;
  #looked = performance.now();
  #dead: Error | undefined;
  #heard = false;

  constructor(
    input: Readable,
    output: Writable,
    patience: Patience,
    log: AdapterLog,
    onEvent: (event: Event) => void = () => undefined,
  ) {
    this.#output = output;
    this.#patience = patience;
    this.#log = log;
    this.#onEvent = onEvent;
    const lines = new LineReader(
      line => this.#line(line),
      (bytes, start) => this.fail(new AdapterError(`a line of ${bytes} bytes and no end of it: ${shown(start)}`)),
    );
    input.on('data', (chunk: Buffer) => lines.push(chunk));
    input.on('end', () => {
      lines.end();
      this.fail(new AdapterDied('the adapter closed its output'));
    });
    input.on('error', error => this.fail(new AdapterDied(`its output broke: ${error.message}`)));
    output.on('error', error => this.fail(new AdapterDied(`its input broke: ${error.message}`)));
    this.#clock = setInterval(() => this.#tick(), TICK_MS);
    this.#clock.unref();
  }

  /** Whatever ended the conversation. */
  get dead(): Error | undefined {
    return this.#dead;
  }

  /**
   * Asks. Rejects with `AdapterError` when the adapter breaks the protocol, `TimeoutError` when it stays silent,
   * `AdapterDied` when it is gone. Everything in flight shares that fate.
   */
  ask<Q extends RequestName>(q: Q, body: Body<Q>, budget: BudgetName): Promise<Answer<Q>> {
    if (this.#dead !== undefined) return Promise.reject(this.#dead);
    const id = this.#nextId++;
    const request = { q, id, ...body } as Request;
    const checked = RequestSchema.safeParse(request);
    if (!checked.success) {
      // A defect of this program: the adapter must not see it.
      return Promise.reject(new Error(`a request breaks the protocol: ${issueOf(checked.error)}`));
    }
    return this.#send(id, q, 'gen' in request ? (request.gen as number) : undefined, request, budget) as Promise<
      Answer<Q>
    >;
  }

  /**
   * Asks what no runner asks: the request is not checked, and the answer is taken as one to `q`. For finding out how an
   * adapter takes it.
   */
  askUnchecked(
    q: RequestName,
    body: Readonly<Record<string, unknown>>,
    budget: BudgetName | 'none',
  ): Promise<Answer<RequestName>> {
    if (this.#dead !== undefined) return Promise.reject(this.#dead);
    const id = this.#nextId++;
    const { gen } = body;
    return this.#send(id, q, typeof gen === 'number' ? gen : undefined, { q, id, ...body }, budget);
  }

  #send(
    id: number,
    q: RequestName,
    gen: number | undefined,
    request: unknown,
    budget: BudgetName | 'none',
  ): Promise<Answer<RequestName>> {
    return new Promise((resolve, reject) => {
      this.#inFlight.set(id, { q, gen, budget, asked: 0, silent: 0, resolve, reject });
      this.#output.write(`${JSON.stringify(request)}\n`);
    });
  }

  /** Ends the conversation: everything in flight rejects. */
  fail(error: Error): void {
    if (this.#dead !== undefined) return;
    this.#dead = error;
    clearInterval(this.#clock);
    const flying = [...this.#inFlight.values()];
    this.#inFlight.clear();
    for (const { reject } of flying) reject(error);
  }

  /** Ends it without blame. */
  close(): void {
    this.fail(new AdapterDied('the conversation is over'));
  }

  #line(line: string): void {
    if (this.#dead !== undefined) return;
    if (!this.#heard) {
      // The process runs: from here on it has as long as greeting takes.
      this.#heard = true;
      for (const request of this.#inFlight.values()) {
        request.budget = 'hello';
        request.silent = 0;
      }
    }
    if (!line.startsWith(PREFIX)) {
      this.#log.add('stdout', line);
      return;
    }
    let message: unknown;
    try {
      message = JSON.parse(line.slice(PREFIX.length));
    } catch (error) {
      this.fail(new AdapterError(`a protocol line is no JSON (${(error as Error).message}): ${shown(line)}`));
      return;
    }
    const kind = typeof message === 'object' && message !== null && 'ev' in message;
    if (kind) this.#event(message, line);
    else this.#answer(message, line);
  }

  #event(message: unknown, line: string): void {
    const parsed = EventSchema.safeParse(message);
    if (!parsed.success) {
      this.fail(new AdapterError(`an event breaks the protocol (${issueOf(parsed.error)}): ${shown(line)}`));
      return;
    }
    const event = parsed.data;
    if (event.ev === 'alive') {
      for (const request of this.#inFlight.values()) {
        if (event.gen === undefined || event.gen === request.gen) request.silent = 0;
      }
    }
    if (event.ev === 'log') this.#log.add('stdout', event.text);
    this.#onEvent(event);
  }

  #answer(message: unknown, line: string): void {
    const parsed = AnswerSchema.safeParse(message);
    if (!parsed.success) {
      const { err } = (message ?? {}) as { readonly err?: unknown };
      const reason = err === undefined ? issueOf(parsed.error) : errorIssue(err, parsed.error);
      this.fail(new AdapterError(`an answer breaks the protocol (${reason}): ${shown(line)}`));
      return;
    }
    const answer = parsed.data;
    const asked = this.#inFlight.get(answer.id);
    if (asked === undefined) {
      const why = answer.id < this.#nextId ? 'a second answer to a request' : 'an answer to a request that nobody made';
      this.fail(new AdapterError(`${why}: ${shown(line)}`));
      return;
    }
    if (asked.gen !== undefined && answer.gen !== asked.gen) {
      // An answer to an older test can never be taken for this one's.
      if (answer.gen !== undefined && answer.gen < asked.gen) {
        this.#log.add('runner', `dropped an answer to generation ${answer.gen}`);
        return;
      }
      this.fail(
        new AdapterError(
          `an answer of generation ${answer.gen ?? 'none'} to a request of ${asked.gen}: ${shown(line)}`,
        ),
      );
      return;
    }
    if ('err' in answer) {
      this.#inFlight.delete(answer.id);
      asked.resolve({ err: answer.err as AdapterErrorMessage });
      return;
    }
    const ok = RESULTS[asked.q].safeParse(answer.ok);
    if (!ok.success) {
      this.fail(
        new AdapterError(`the answer to ${asked.q} breaks the protocol (${issueOf(ok.error)}): ${shown(line)}`),
      );
      return;
    }
    this.#inFlight.delete(answer.id);
    asked.resolve({ ok: ok.data as never });
  }

  #tick(): void {
    const now = performance.now();
    const passed = Math.min(now - this.#looked, MOST_COUNTED_MS);
    this.#looked = now;
    for (const request of this.#inFlight.values()) {
      request.asked += passed;
      request.silent += passed;
      const { q, budget, asked, silent } = request;
      if (budget === 'none') continue;
      const most = budgetOf(budget, this.#patience);
      if (silent > most) {
        this.fail(
          new TimeoutError(`no answer to ${q} and no sign of life for ${Math.round(most)} ms (budget ${budget})`),
        );
        return;
      }
      const busy = Math.max(most, budgetOf('busy', this.#patience));
      if (asked > busy) {
        this.fail(new TimeoutError(`no answer to ${q} for ${Math.round(busy)} ms, although it is alive (budget busy)`));
        return;
      }
    }
  }
}

const errorIssue = (err: unknown, otherwise: z.ZodError): string => {
  const parsed = ErrorSchema.safeParse(err);
  return parsed.success ? issueOf(otherwise) : `err.${issueOf(parsed.error)}`;
};
