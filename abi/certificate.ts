/**
 * A certificate: what the executions after a shrink proved about the shrunk op log. Nothing can go (and why not), and
 * how far each quantity may move before the failure is gone.
 */
import { z } from 'zod';
import { U64Schema } from './op.ts';

const int = z.int().nonnegative();

/** What a changed log showed. `inapplicable`: the op at which the log fails could not be performed any more. */
export const ChangedOutcomeSchema = z.enum(['passes', 'other failure', 'inapplicable', 'same failure']);

/** One removal that was executed. */
export const RemovalSchema = z.strictObject({
  /** Id of the op. */
  op: int,
  /** What of it was removed, such as `write[1]` or `read`; absent: all of it. */
  part: z.string().exactOptional(),
  outcome: ChangedOutcomeSchema,
  /** Signature of the failure that was met instead. */
  signature: z.string().exactOptional(),
  /** What happens without it, in words: why it is needed. */
  why: z.string(),
});

/** What lies beyond an edge. `limit`: no value; `untried`: the budget ended before the edge was known to the unit. */
export const EdgeSchema = z.enum([...ChangedOutcomeSchema.options, 'limit', 'untried']);

/** A quantity of an op, with the values around its own that fail in the same way. */
export const IntervalSchema = z.strictObject({
  op: int,
  /** Place in the op, such as `write[0].message.size`. */
  path: z.string(),
  value: U64Schema,
  /** The lowest and the highest value, by bisection: between them not every value was tried. */
  from: U64Schema,
  to: U64Schema,
  /** What the value below `from` shows. */
  below: EdgeSchema,
  /** What the value above `to` shows. */
  above: EdgeSchema,
});

/** What is known about a shrunk log. */
export const CertificateSchema = z.strictObject({
  /** 1-minimal: every op was removed by itself, and nothing failed in the same way. */
  minimal: z.boolean(),
  removals: z.array(RemovalSchema).readonly(),
  intervals: z.array(IntervalSchema).readonly(),
  /** How many executions it rests on. */
  executions: int,
  /** False where the budget ended before every removal and every quantity had its turn. */
  complete: z.boolean(),
});

export type ChangedOutcome = z.infer<typeof ChangedOutcomeSchema>;
export type Removal = Readonly<z.infer<typeof RemovalSchema>>;
export type Interval = Readonly<z.infer<typeof IntervalSchema>>;
export type Certificate = Readonly<z.infer<typeof CertificateSchema>>;
