/** Where an op is put into a program, and what comes of it there. */
import type { Actor } from './cast.ts';
import type { Ground } from './ground.ts';
import type { Lowered } from './lower.ts';
import type { Program, Value } from './program.ts';

/** A thread of the agent, and the program under construction. */
export interface Place {
  readonly program: Program;
  readonly ground: Ground;
  readonly actor: Actor;
  readonly seat: number;
}

/** The instruction that answers for a call, and how its answer is read. */
export interface Main {
  readonly main: number;
  readonly done: Lowered['done'];
}

/** A system call that never rests for long and needs no memory. */
export const systemCall = (
  { program, actor, seat }: Place,
  number: number,
  args: readonly Value[],
  save?: number,
): number =>
  program.call(actor.seat, seat, { number, args, mustComplete: true, ...(save === undefined ? {} : { save }) });
