/** The adapter's side of the protocol for any driver of this process: one line in, one line out. */
import type { Call } from '../../abi/call.ts';
import type { Driver } from '../../abi/driver.ts';
import type { Observation } from '../../abi/observation.ts';
import { LONG, shorten } from '../../conformance/protocol/bytes.ts';
import {
  PREFIX,
  PROTOCOL,
  RequestSchema,
  type ErrorCode,
  type Hello,
  type Request,
} from '../../conformance/protocol/messages.ts';
import { plainCall } from '../../conformance/protocol/spelling.ts';

/** What is served. */
export interface Service {
  readonly hello: Hello;
  /** Makes a driver; each is used for many tests, one after the other. */
  readonly make: () => Driver;
}

type Do = Extract<Request, { readonly q: 'do' }>;

interface Trouble {
  readonly code: ErrorCode;
  readonly definite: boolean;
  readonly msg: string;
  readonly op?: number;
  readonly observations?: readonly unknown[];
}

/** What a request asks for cannot be done. */
class Refused extends Error {
  readonly trouble: Trouble;

  constructor(trouble: Trouble) {
    super(trouble.msg);
    this.trouble = trouble;
  }
}

const refuse = (code: ErrorCode, msg: string): Refused => new Refused({ code, definite: true, msg });

/** Answers requests; `answer` takes a line and gives the line to write, or nothing after `bye`. */
export class Server {
  readonly #service: Service;
  readonly #open = new Map<number, Driver>();
  readonly #idle: Driver[] = [];
  /** The last request was `bye`. */
  over = false;

  constructor(service: Service) {
    this.#service = service;
  }

  /** The answer to one line, with the prefix and without the newline. */
  answer(line: string): string {
    let id = 0;
    let gen: { readonly gen?: number } = {};
    try {
      const json: unknown = JSON.parse(line);
      const said = (json ?? {}) as { readonly id?: unknown; readonly gen?: unknown };
      id = Number(said.id ?? 0);
      if (typeof said.gen === 'number') gen = { gen: said.gen };
      const parsed = RequestSchema.safeParse(json);
      if (!parsed.success) throw refuse(...whyNot(json, parsed.error.issues[0]?.message));
      return this.#say({ id, ...gen, ok: this.#perform(parsed.data) });
    } catch (error) {
      const err =
        error instanceof Refused
          ? error.trouble
          : { code: 'bad_request', definite: true, msg: error instanceof Error ? error.message : String(error) };
      return this.#say({ id, ...gen, err });
    }
  }

  #say(message: unknown): string {
    return PREFIX + JSON.stringify(message);
  }

  #perform(request: Request): unknown {
    switch (request.q) {
      case 'hello':
        if (request.protocols.includes(PROTOCOL)) return this.#service.hello;
        throw refuse('version', `this adapter speaks protocol ${PROTOCOL}`);
      case 'begin': {
        const driver = this.#idle.pop() ?? this.#service.make();
        driver.reset({ devices: request.devices });
        this.#open.set(request.gen, driver);
        return { residue: null };
      }
      case 'do':
        return this.#do(request);
      case 'snapshot':
        return { snapshot: this.#driverOf(request.gen).snapshot() ?? null };
      case 'journal':
        return { journal: this.#driverOf(request.gen).journal?.() ?? null };
      case 'end':
        this.#idle.push(this.#driverOf(request.gen));
        this.#open.delete(request.gen);
        return { residue: null };
      case 'bye':
        this.over = true;
        return {};
    }
  }

  #do({ gen, calls }: Do): unknown {
    const driver = this.#driverOf(gen);
    const observations: unknown[] = [];
    for (const call of calls) {
      try {
        observations.push(wireObservation(driver.perform(plainCall(call))));
      } catch (error) {
        // An exception of the driver is its crash: nobody knows what it left behind.
        const msg = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
        throw new Refused({ code: 'crashed', definite: false, msg, op: call.id, observations });
      }
    }
    return { observations };
  }

  #driverOf(gen: number): Driver {
    const driver = this.#open.get(gen);
    if (driver === undefined) throw refuse('bad_request', `no test of generation ${gen} is open`);
    return driver;
  }
}

/** A request that is not understood, and one that is understood and not offered. */
const whyNot = (json: unknown, message = 'no request'): [ErrorCode, string] => {
  const { q } = (json ?? {}) as { readonly q?: unknown };
  const known = ['hello', 'begin', 'do', 'snapshot', 'journal', 'end', 'bye'];
  if (typeof q === 'string' && !known.includes(q)) return ['unsupported', `no request has the name ${q}`];
  const calls = q === 'do' ? ((json as { readonly calls?: unknown }).calls ?? []) : [];
  const odd = Array.isArray(calls)
    ? calls.find(call => !OPS.has((call as { readonly op?: string } | null)?.op ?? ''))
    : undefined;
  return odd === undefined ? ['bad_request', message] : ['unsupported', `no op has the name ${String(odd?.op)}`];
};

const OPS = new Set<string>([
  'open',
  'mmap',
  'munmap',
  'share',
  'fork',
  'close',
  'flush',
  'kill',
  'write_read',
  'ioctl',
  'poll',
  'set_nonblock',
  'signal',
  'exit_task',
  'set_nice',
  'get_nice',
  'set_euid',
  'reclaim',
  'peek',
  'file_io',
  'mprotect',
  'madvise',
  'limit_fds',
  'epoll_ctl',
  'epoll_wait',
] satisfies Call['op'][]);

/** The observation with long rows spelled short; itself where it has none. */
const wireObservation = (observation: Observation): unknown => {
  const { result, completions } = observation;
  const dones = [...(result === 'pending' ? [] : [result]), ...completions.map(({ done }) => done)];
  const long = dones.some(({ returns }) => returns?.some(each => 'data' in each && each.data.length >= LONG));
  if (!long) return observation;
  return JSON.parse(JSON.stringify(observation), (key, value: unknown) =>
    key === 'data' && typeof value === 'string' ? shorten(value) : value,
  );
};
