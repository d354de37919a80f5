/** Systems that are made by name: a worker thread makes its own. */
import type { System } from './system.ts';

/** A system with what it has to say at the end. */
export interface Made<State> {
  readonly system: System<State>;
  readonly finish?: () => unknown;
}

/** Makes a system: `make` is a function of the module at that URL. Throws when there is none. */
export const makeFrom = async (module: string, make: string, given: unknown): Promise<Made<unknown>> => {
  const functions = (await import(module)) as Record<string, ((given: unknown) => Made<unknown>) | undefined>;
  const made = functions[make]?.(given);
  if (made === undefined) throw new Error(`${module} has no function ${make}`);
  return made;
};
