/**
 * Every message of adapter protocol 1, in both directions, as schemas: what is published, what documents, what checks.
 *
 * Envelopes may carry more fields than these (they are ignored); calls and observations may not.
 */
import { z } from 'zod';
import { callSchema } from '../../abi/call-schema.ts';
import { JournalSchema } from '../../abi/journal-schema.ts';
import { doneSchema, observationSchema, SnapshotSchema } from '../../abi/schema.ts';
import { BytesSchema } from './bytes.ts';
import { CAPABILITY_NAMES } from './capabilities.ts';

/** The protocol that this program speaks. */
export const PROTOCOL = 1;
/** What protocol lines of an adapter begin with; every other line is log text. */
export const PREFIX = '@b ';

const count = z.int().nonnegative();
const id = count.describe('number of the request; its answer carries the same');
const gen = count.describe('generation: number of the test; never used twice in the life of an adapter');

const request = <Q extends string, Shape extends z.core.$ZodLooseShape>(q: Q, shape: Shape) =>
  z.looseObject({ q: z.literal(q), id, ...shape });

/** A call on the wire. */
export const WireCallSchema = callSchema(BytesSchema);
/** An observation on the wire. */
export const WireObservationSchema = observationSchema(BytesSchema);

const PlaceSchema = z.strictObject({
  proc: count,
  fd: count,
  buffer: count.describe('offset in the mapping that the delivery has to report'),
  length: count.describe('bytes that the message takes there, at most'),
});

/** What the runner asks, by `q`. */
export const REQUESTS = {
  hello: request('hello', {
    protocols: z.array(count).min(1).describe('protocols that the runner speaks; the adapter picks one'),
    tool: z.looseObject({ name: z.string(), version: z.string() }),
    spec: z.string().describe('profile of the rules'),
    time_scale: z.number().positive().describe('factor on every budget'),
  }),
  begin: request('begin', {
    gen,
    devices: count.min(1).describe('devices that must exist, each a context of its own'),
    test: z.string().describe('name of the test, for the log'),
    budget_ms: count.describe('how long a request may take without a sign of life; 0: for ever'),
  }),
  do: request('do', {
    gen,
    calls: z
      .array(WireCallSchema)
      .min(1)
      .describe('to be performed in this order, each after the one before has come to rest'),
    places: z
      .record(z.string(), z.array(PlaceSchema))
      .exactOptional()
      .describe('only for adapters without `placement`: by the id of a call, where its deliveries are to be reported'),
  }),
  snapshot: request('snapshot', { gen }),
  journal: request('journal', { gen }),
  end: request('end', { gen }),
  bye: request('bye', {}),
} as const;
/** The name of a request. */
export type RequestName = keyof typeof REQUESTS;

/** Any request. */
export const RequestSchema = z.discriminatedUnion('q', [
  REQUESTS.hello,
  REQUESTS.begin,
  REQUESTS.do,
  REQUESTS.snapshot,
  REQUESTS.journal,
  REQUESTS.end,
  REQUESTS.bye,
]);
export type Request = z.infer<typeof RequestSchema>;

const residue = z
  .record(z.string(), count)
  .nullish()
  .describe(
    'what is left of earlier tests, by class; null or absent: cannot be told; anything above 0 is a fault of the adapter',
  );

/** What quiescence is worth: who may be trusted when a thread is said to rest. */
export const GUARANTEES = {
  exact: 'the adapter owns the scheduler: a thread is parked when it says so',
  structural: 'the state of the threads was read, not waited for',
  timed: 'nothing happened for a while',
} as const;
/** Names of the guarantees. */
export type Guarantee = keyof typeof GUARANTEES;

/** What `hello` answers. */
export const HelloSchema = z.looseObject({
  protocol: z.literal(PROTOCOL),
  adapter: z.looseObject({ name: z.string().min(1), version: z.string(), language: z.string().optional() }),
  impl: z.looseObject({
    id: z.string().min(1).describe('short name of the driver, without spaces'),
    name: z.string().min(1),
    version: z.string(),
    kind: z.string().optional().describe('kernel, library, …'),
    homepage: z.string().optional(),
    issues: z.string().optional().describe('where a report of a bug goes'),
  }),
  env: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .optional()
    .describe('where it runs: printed in every report'),
  caps: z.record(z.string(), z.boolean()).describe(`claims; absent means false. Known: ${CAPABILITY_NAMES.join(', ')}`),
  limits: z
    .looseObject({
      max_line: count
        .min(1024)
        .optional()
        .describe('longest line in bytes that the adapter reads; 1048576 unless told'),
      slots: count.min(1).max(64).optional().describe('tests open side by side; 1 unless told'),
      devices: count.min(1).optional().describe('devices of one test; 1 unless `multi_device`, then 2 unless told'),
      procs: count.min(2).optional().describe('processes alive in one test; no limit unless told'),
    })
    .optional(),
  reset: z.looseObject({ unit: z.string().describe('what is fresh for each test: context, process, reboot') }),
  quiescence: z.looseObject({
    method: z.string().describe('how the adapter knows that every thread rests'),
    guarantee: z.enum(Object.keys(GUARANTEES) as [Guarantee, ...Guarantee[]]),
  }),
});
export type Hello = z.infer<typeof HelloSchema>;

/** What is under `ok` in the answer to each request. */
export const RESULTS = {
  hello: HelloSchema,
  begin: z.looseObject({ residue }),
  do: z.looseObject({
    observations: z.array(WireObservationSchema).describe('one for each call, in the order of the calls'),
    settle: z
      .looseObject({ ok: z.boolean(), us: z.number().nonnegative().optional() })
      .optional()
      .describe('whether every thread came to rest, and how long the longest wait was'),
  }),
  snapshot: z.looseObject({ snapshot: SnapshotSchema.nullable().describe('null: cannot be told now') }),
  journal: z.looseObject({ journal: JournalSchema.nullable().describe('null: cannot be told now') }),
  end: z.looseObject({
    residue,
    abandoned: z.array(count).optional().describe('ids of calls that were still parked and were given up'),
  }),
  bye: z.looseObject({}),
} as const satisfies Readonly<Record<RequestName, z.ZodType>>;

/** Codes of an error, each with what it means and what becomes of it. */
export const ERROR_CODES = {
  unsupported: {
    means: 'the op, the request or the field is not offered',
    verdict: 'expected where the capability is not declared; a failure (capability) where it is',
  },
  bad_request: {
    means: 'the adapter could not parse or understand the request',
    verdict: 'error of the suite: exit 3',
  },
  env: { means: 'no device, no permission, no space', verdict: 'error of the environment: exit 3' },
  adapter: { means: 'an exception of the adapter itself', verdict: 'error of the adapter: exit 3' },
  crashed: {
    means: 'the process that runs the driver died',
    verdict: 'a failure (crash) if the test does it alone; else a finding about order',
  },
  hung: {
    means: 'a call neither returned nor came to rest',
    verdict: 'a failure (hang) if the test does it alone; else a finding about order',
  },
  version: { means: 'no protocol in common', verdict: 'exit 3' },
} as const;
/** The code of an error. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** What is under `err`. */
export const ErrorSchema = z.looseObject({
  code: z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]),
  definite: z.boolean().describe('true promises that the call did not and will not take effect; when in doubt, false'),
  msg: z.string(),
  op: count.optional().describe('id of the call at which it happened'),
  observations: z.array(WireObservationSchema).optional().describe('what the calls before it showed'),
  detail: z.unknown().optional(),
});
export type AdapterErrorMessage = z.infer<typeof ErrorSchema>;

/** An answer without a look at what is under `ok`: that depends on the request. */
export const AnswerSchema = z.union([
  z.looseObject({ id, gen: gen.optional(), ok: z.looseObject({}) }),
  z.looseObject({ id, gen: gen.optional(), err: ErrorSchema }),
]);

/** What the adapter says unasked, by `ev`. */
export const EVENTS = {
  alive: z.looseObject({ ev: z.literal('alive'), gen: gen.optional() }),
  log: z.looseObject({ ev: z.literal('log'), gen: gen.optional(), text: z.string() }),
  done: z.looseObject({ ev: z.literal('done'), gen, op: count, done: doneSchema(BytesSchema) }),
  health: z.looseObject({ ev: z.literal('health'), gen: gen.optional(), bad: z.boolean(), text: z.string() }),
} as const;
/** Any event. */
export const EventSchema = z.discriminatedUnion('ev', [EVENTS.alive, EVENTS.log, EVENTS.done, EVENTS.health]);
export type Event = z.infer<typeof EventSchema>;
