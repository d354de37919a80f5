/**
 * A recorded trace: what a driver showed, so that any checker can judge it elsewhere and later.
 *
 * A file of JSON lines: a head, then one line for each sequence. It is only ever appended to; what a torn last line
 * held is lost, the lines before it stand.
 */
import { z } from 'zod';
import type { Observation } from './observation.ts';
import { OpSchema, type Op } from './op.ts';
import { ObservationSchema, SnapshotSchema } from './schema.ts';
import type { Snapshot } from './snapshot.ts';

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
  /** The seed of the run, where the sequences were generated. */
  seed: z.int().nonnegative().exactOptional(),
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
  /** The driver fell silent behind the last step: at which op at the latest, and what was heard of it. */
  died: z
    .strictObject({
      kind: z.enum(['crash', 'timeout']),
      who: z.enum(['driver', 'target']),
      op: OpSchema,
      why: z.string(),
    })
    .exactOptional(),
});

export type TargetInfo = Readonly<z.infer<typeof TargetInfoSchema>>;
export type TraceHead = Readonly<z.infer<typeof TraceHeadSchema>>;
export interface TraceStep {
  readonly op: Op;
  readonly observation: Observation;
  readonly snapshot?: Snapshot;
}
export interface TraceSequence extends Readonly<Omit<z.infer<typeof TraceSequenceSchema>, 'steps'>> {
  readonly steps: readonly TraceStep[];
}
