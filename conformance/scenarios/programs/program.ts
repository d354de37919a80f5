/**
 * Random programs over the layers above the driver, as plain JSON: what is generated, shrunk, saved and run again.
 *
 * Numbers of processes, names and references are any naturals; whoever runs the program takes them modulo what there is, so
 * that a program stays a program when steps are taken out of it.
 */
import fc from 'fast-check';
import { z } from 'zod';

const index = z.int().nonnegative();
/** The step goes on while the next ones begin; without it, everything comes to rest first. */
const along = z.literal(true).optional();
const on = { proc: index, along };
const named = { ...on, name: index };

/** One step. */
export const ProgramStepSchema = z.discriminatedUnion('do', [
  /** A new process with a pool of threads. */
  z.strictObject({ do: z.literal('start') }),
  /** One of its objects is published under a name. */
  z.strictObject({ do: z.literal('add'), ...named, object: index }),
  /** The object of a name is looked up and held. */
  z.strictObject({ do: z.literal('get'), ...named }),
  /** A held reference is let go. */
  z.strictObject({ do: z.literal('drop'), ...named }),
  /** A call that visits the names of its route one after the other, each from within the one before. */
  z.strictObject({ do: z.literal('call'), ...on, route: z.array(index), bytes: index }),
  /** Oneway calls to one object. */
  z.strictObject({ do: z.literal('burst'), ...named, count: index }),
  /** An object of the caller's goes along and is called back, from within the call. */
  z.strictObject({ do: z.literal('lend'), ...named, times: index }),
  /** An object of the caller's goes along and is kept. */
  z.strictObject({ do: z.literal('give'), ...named }),
  /** Everything that was given to the object is let go. */
  z.strictObject({ do: z.literal('forget'), ...named }),
  /** A recipient is linked to the death of a name's object, or unlinked. */
  z.strictObject({ do: z.literal('link'), ...named }),
  z.strictObject({ do: z.literal('unlink'), ...named }),
  /** A callback is registered for a name, or taken back. */
  z.strictObject({ do: z.literal('watch'), ...named }),
  z.strictObject({ do: z.literal('unwatch'), ...named }),
  /** The names are listed. */
  z.strictObject({ do: z.literal('list'), ...on }),
  /** The process tries to become context manager. */
  z.strictObject({ do: z.literal('rival'), ...on }),
  /** The process ends: killed, or after it closed the driver. */
  z.strictObject({ do: z.literal('kill'), ...on }),
  z.strictObject({ do: z.literal('close'), ...on }),
]);

/** A program with the choices of its scheduler. */
export const ProgramSchema = z.strictObject({
  /** Threads that the driver may ask each process for. Few of them: steps are not run along others, which could starve. */
  maxThreads: index,
  /** Seed of the order in which threads go on; 0: first come, first served. */
  schedule: index,
  steps: z.array(ProgramStepSchema),
});

export type ProgramStep = Readonly<z.infer<typeof ProgramStepSchema>>;
export interface Program {
  readonly maxThreads: number;
  readonly schedule: number;
  readonly steps: readonly ProgramStep[];
}

/** Names that programs use. */
export const NAMES = ['alpha', 'beta.IThing/default', 'gamma-3'] as const;
/** Processes alive at once beside the manager, and in all. */
export const MOST_ALIVE = 4;
export const MOST_STARTED = 12;
/** Steps that run along each other, at most. */
export const MOST_ALONG = 5;
/** So many threads are enough for every step that may run along. */
export const ENOUGH_THREADS = 8;

const small = fc.nat({ max: 5 });
const alongOr = fc.option(fc.constant(true as const), { nil: undefined, freq: 2 });

/** A step of one kind with its fields; `along` is absent or true. */
const step = (
  kind: ProgramStep['do'],
  fields: Readonly<Record<string, fc.Arbitrary<unknown>>>,
): fc.Arbitrary<ProgramStep> =>
  fc
    .record({ proc: small, along: alongOr, ...fields })
    .map(({ along, ...rest }) => ({ do: kind, ...rest, ...(along === true ? { along } : {}) }) as ProgramStep);

const stepArbitrary: fc.Arbitrary<ProgramStep> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<ProgramStep>({ do: 'start' }) },
  { weight: 7, arbitrary: step('add', { name: small, object: small }) },
  { weight: 4, arbitrary: step('get', { name: small }) },
  { weight: 2, arbitrary: step('drop', { name: small }) },
  {
    weight: 8,
    arbitrary: step('call', { route: fc.array(small, { minLength: 1, maxLength: 6 }), bytes: fc.nat({ max: 600 }) }),
  },
  { weight: 4, arbitrary: step('burst', { name: small, count: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 2, arbitrary: step('lend', { name: small, times: fc.nat({ max: 3 }) }) },
  { weight: 2, arbitrary: step('give', { name: small }) },
  { weight: 1, arbitrary: step('forget', { name: small }) },
  { weight: 5, arbitrary: step('link', { name: small }) },
  { weight: 2, arbitrary: step('unlink', { name: small }) },
  { weight: 2, arbitrary: step('watch', { name: small }) },
  { weight: 1, arbitrary: step('unwatch', { name: small }) },
  { weight: 1, arbitrary: step('list', {}) },
  { weight: 1, arbitrary: step('rival', {}) },
  { weight: 2, arbitrary: step('kill', {}) },
  { weight: 1, arbitrary: step('close', {}) },
);

/** Most programs begin with some servers: without them little can happen. */
const beginning: fc.Arbitrary<ProgramStep> = fc.oneof(
  fc.constant<ProgramStep>({ do: 'start' }),
  step('add', { name: small, object: small }),
);

/** Steps of a program, apart from its beginning, at most. */
export const LONGEST = 40;

/** Programs, from empty ones to long ones; they shrink towards fewer and smaller steps in plain order. */
export const programArbitrary: fc.Arbitrary<Program> = fc.record({
  maxThreads: fc.constantFrom(ENOUGH_THREADS, ENOUGH_THREADS, ENOUGH_THREADS, 3, 1, 0),
  schedule: fc.nat({ max: 0xffff }),
  steps: fc
    .tuple(
      fc.array(beginning, { maxLength: 6, size: 'max' }),
      fc.array(stepArbitrary, { maxLength: LONGEST, size: 'max' }),
    )
    .map(([first, more]) => [...first, ...more]),
});
