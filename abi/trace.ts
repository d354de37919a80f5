/**
 * A recorded trace: what a driver showed, so that any checker can judge it elsewhere and later.
 *
 * A file of JSON lines: a head, then one line for each sequence. It is only ever appended to; what a torn last line
 * held is lost, the lines before it stand.
 */
import { z } from 'zod';
import { OpSchema } from './op.ts';
import { ObservationSchema, SnapshotSchema } from './schema.ts';

/** What was driven, as every report names it. */
export const TargetInfoSchema = z.strictObject({
  name: z.string(),
  /** impl, model, linux, mutant or process. */
  kind: z.string(),
  version: z.string(),
});

/** The first line of a trace. */
export const TraceHeadSchema = z.strictObject({
  format: z.literal('binder-spec/trace'),
  version: z.literal(1),
  profile: z.string(),
  target: TargetInfoSchema,
  /** Whether the ids in snapshots are the sequence's own (counted from its beginning) or shared with other sequences. */
  exactIds: z.boolean(),
});

/** One performed op with what it showed; the state after it where the driver was asked for it. */
export const TraceStepSchema = z.strictObject({
  op: OpSchema,
  observation: ObservationSchema,
  snapshot: SnapshotSchema.exactOptional(),
});

/** One sequence: a world that begins with nothing open, and the ops that were performed in it. */
export const TraceSequenceSchema = z.strictObject({
  /** Where it came from: `sequence 12`, the file of a corpus log, the name of a program. */
  source: z.string(),
  devices: z.int().positive(),
  steps: z.array(TraceStepSchema),
});

export type TargetInfo = Readonly<z.infer<typeof TargetInfoSchema>>;
export type TraceHead = Readonly<z.infer<typeof TraceHeadSchema>>;
export type TraceStep = Readonly<z.infer<typeof TraceStepSchema>>;
export type TraceSequence = Readonly<z.infer<typeof TraceSequenceSchema>>;
