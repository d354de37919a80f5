/**
 * The event log of a run: what happened, in order, as JSON lines. Every report is a function of it.
 *
 * A head, then events, then a footer. It is only ever appended to; a log without a footer is that of a run which was
 * killed, and a torn last line is lost, the lines before it stand.
 */
import { z } from 'zod';
import { CertificateSchema, type Certificate } from '../../abi/certificate.ts';
import { OpSchema, type Op } from '../../abi/op.ts';
import type { Frozen, Same } from '../../abi/schema.ts';
import { TargetInfoSchema, TraceSequenceSchema, type TargetInfo, type TraceSequence } from '../../abi/trace.ts';
import type { CoverageRecord } from '../../properties/coverage.ts';
import type { Failure } from '../../properties/failure.ts';
import type { Shard, Source } from '../campaign/plan.ts';
import { OUTCOMES, type Decided } from '../known/decide.ts';
import { STATUSES } from '../known/file.ts';
import { CAPABILITY_NAMES, type CapabilityName } from '../protocol/capabilities.ts';
import { GUARANTEES, type Guarantee } from '../protocol/messages.ts';
import { LEVELS, PROFILES, type LevelName, type ProfileName } from '../options.ts';

const count = z.int().nonnegative();
const counts = z.record(z.string(), count);

/** What an adapter said of itself. */
export interface AdapterFacts {
  readonly name: string;
  readonly version: string;
  /** The driver in words. */
  readonly driver: string;
  /** Where reports of its bugs go. */
  readonly issues?: string;
  /** How it knows that every thread rests, and what that is worth. */
  readonly quiescence: { readonly method: string; readonly guarantee: Guarantee };
  /** What is fresh for each test. */
  readonly reset: string;
  /** Capabilities that it does not declare. */
  readonly undeclared: readonly CapabilityName[];
}

/** The first line: what was asked for, and of what. */
export interface RunHead {
  readonly event: 'head';
  readonly format: 'binder-spec/run';
  readonly version: 1;
  readonly tool: { readonly name: string; readonly version: string };
  readonly target: TargetInfo;
  /** The target as `--target` takes it, such as `mutant:NAME`; an adapter as `-- CMD`. */
  readonly chosen: string;
  /** Absent for the targets of this program. */
  readonly adapter?: AdapterFacts;
  readonly profile: ProfileName;
  readonly level: LevelName;
  readonly seed: number;
  /** Devices of every sequence's world. */
  readonly devices: number;
  /** Ops of every sequence; absent: the generator's mixture. */
  readonly length?: number;
  readonly budget: { readonly ops?: number; readonly seconds?: number; readonly failures: number };
  /** Absent: the whole run. */
  readonly shard?: Shard;
  /** Of how many shards this log was put together; absent: it is what one run wrote. */
  readonly merged?: number;
  /** Ids of all invariants and witnesses that could have been seen. */
  readonly invariants: readonly string[];
  readonly witnesses: readonly string[];
}

/** What happened. `core` names the failure that an event is about: what two sightings of one bug share. */
export type RunEvent =
  /** Where it ran, in words. */
  | { readonly event: 'environment'; readonly facts: Readonly<Record<string, string>> }
  /** Sequences were driven: what they exercised, and how many of them were logs of the corpus. */
  | { readonly event: 'sequences'; readonly regressions: number; readonly coverage: CoverageRecord }
  /** A known failure was decided by performing its log. */
  | ({ readonly event: 'known'; readonly file: string } & Decided)
  /** A bug was seen for the first time. */
  | {
      readonly event: 'failure';
      readonly failure: Failure;
      readonly ops: readonly Op[];
      readonly source: Source;
      readonly devices: number;
    }
  /** The same bug was seen in further sequences. */
  | { readonly event: 'seen-again'; readonly core: string; readonly times: number }
  /** Further executions of the log that showed it, and how many of them failed in the same way. */
  | { readonly event: 'confirmed'; readonly core: string; readonly agreed: number; readonly of: number }
  /** Shrinking is under way: the length of the log after so many executions. */
  | { readonly event: 'shrinking'; readonly core: string; readonly executions: number; readonly ops: number }
  /** Shrinking has ended. */
  | {
      readonly event: 'shrunk';
      readonly core: string;
      readonly ops: readonly Op[];
      readonly failure: Failure;
      readonly executions: number;
    }
  /** What is proved about the shortest log. */
  | { readonly event: 'certificate'; readonly core: string; readonly certificate: Certificate }
  /** The shortest log was performed once more and recorded. */
  | { readonly event: 'trace'; readonly core: string; readonly exactIds: boolean; readonly trace: TraceSequence }
  /** The shortest log is in a file. */
  | { readonly event: 'saved'; readonly core: string; readonly file: string }
  /** Trouble of the adapter or the environment. */
  | { readonly event: 'error'; readonly message: string };

/** The last line. */
export interface RunFooter {
  readonly event: 'footer';
  /** How long the sequences took, shrinking apart. */
  readonly seconds: number;
  readonly interrupted: boolean;
}

/** A line of the file: seconds since the beginning of the run, and what happened then. */
export type RunLine = { readonly at: number } & (RunHead | RunEvent | RunFooter);

const AdapterSchema = z.strictObject({
  name: z.string(),
  version: z.string(),
  driver: z.string(),
  issues: z.string().exactOptional(),
  quiescence: z.strictObject({
    method: z.string(),
    guarantee: z.enum(Object.keys(GUARANTEES) as [Guarantee, ...Guarantee[]]),
  }),
  reset: z.string(),
  undeclared: z.array(z.enum(CAPABILITY_NAMES as readonly [CapabilityName, ...CapabilityName[]])),
});

const ShardSchema = z.strictObject({ index: z.int().positive(), of: z.int().positive() });

const CoverageSchema = z.strictObject({
  sequences: count,
  ops: count,
  skipped: count,
  checkpoints: count,
  widest: count,
  rules: counts,
  outcomes: z.record(z.string(), counts),
  commands: counts,
  returns: counts,
  weights: counts,
  witnesses: counts,
  reached: z.strictObject({ rules: counts, operations: counts, classes: counts }).exactOptional(),
});

const FailureSchema = z.strictObject({
  kind: z.enum(['observation', 'snapshot', 'journal', 'invariant', 'crash', 'timeout', 'capability']),
  signature: z.string(),
  core: z.string(),
  commands: z.array(z.string()),
  op: OpSchema,
  observed: z.unknown(),
  allowed: z.array(z.unknown()),
  rules: z.array(z.string()),
  explanation: z.array(z.string()),
  skipped: z.array(count),
});

const met = z.string().exactOptional();
const SourceSchema = z.union([
  z.strictObject({ sequence: count, made: z.literal('mutated').exactOptional(), met }),
  z.strictObject({ regression: z.string(), met }),
  z.strictObject({ recorded: z.string(), met }),
]);

const at = z.number().nonnegative();

/** The first line. */
export const RunHeadSchema = z.strictObject({
  at,
  event: z.literal('head'),
  format: z.literal('binder-spec/run'),
  version: z.literal(1),
  tool: z.strictObject({ name: z.string(), version: z.string() }),
  target: TargetInfoSchema,
  chosen: z.string(),
  adapter: AdapterSchema.exactOptional(),
  profile: z.enum(PROFILES),
  level: z.enum(LEVELS),
  seed: count,
  devices: z.int().positive(),
  length: z.int().positive().exactOptional(),
  budget: z.strictObject({
    ops: count.exactOptional(),
    seconds: z.number().positive().exactOptional(),
    failures: count,
  }),
  shard: ShardSchema.exactOptional(),
  merged: z.int().positive().exactOptional(),
  invariants: z.array(z.string()),
  witnesses: z.array(z.string()),
});

const core = z.string();

/** Every further line. */
export const RunEventSchema = z.discriminatedUnion('event', [
  z.strictObject({ at, event: z.literal('environment'), facts: z.record(z.string(), z.string()) }),
  z.strictObject({ at, event: z.literal('sequences'), regressions: count, coverage: CoverageSchema }),
  z.strictObject({
    at,
    event: z.literal('known'),
    file: z.string(),
    entry: z.strictObject({
      req: z.string(),
      signature: z.string(),
      when: z.string().exactOptional(),
      status: z.enum(STATUSES),
      issue: z.string(),
      expires: z.string().exactOptional(),
      repro: z.string(),
    }),
    outcome: z.enum(OUTCOMES),
    saw: z.string().nullable(),
    excuses: z.string().nullable(),
  }),
  z.strictObject({
    at,
    event: z.literal('failure'),
    failure: FailureSchema,
    ops: z.array(OpSchema),
    source: SourceSchema,
    devices: z.int().positive(),
  }),
  z.strictObject({ at, event: z.literal('seen-again'), core, times: count }),
  z.strictObject({ at, event: z.literal('confirmed'), core, agreed: count, of: count }),
  z.strictObject({ at, event: z.literal('shrinking'), core, executions: count, ops: count }),
  z.strictObject({
    at,
    event: z.literal('shrunk'),
    core,
    ops: z.array(OpSchema),
    failure: FailureSchema,
    executions: count,
  }),
  z.strictObject({ at, event: z.literal('certificate'), core, certificate: CertificateSchema }),
  z.strictObject({ at, event: z.literal('trace'), core, exactIds: z.boolean(), trace: TraceSequenceSchema }),
  z.strictObject({ at, event: z.literal('saved'), core, file: z.string() }),
  z.strictObject({ at, event: z.literal('error'), message: z.string() }),
  z.strictObject({ at, event: z.literal('footer'), seconds: z.number().nonnegative(), interrupted: z.boolean() }),
]);

/** Does not compile when a schema and its type drift apart. */
export const SCHEMAS_ARE_THE_TYPES: readonly [
  Same<Frozen<z.infer<typeof RunHeadSchema>>, Frozen<RunHead & { readonly at: number }>>,
  Same<Frozen<z.infer<typeof RunEventSchema>>, Frozen<{ readonly at: number } & (RunEvent | RunFooter)>>,
] = [true, true];
