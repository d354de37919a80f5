/** Whatever an agent runs in: it is started, runs programs on slots, may die, and is started again. */
import type { Greeting } from './agent.ts';
import type { Result, RunOptions } from './wire.ts';

/** A place with an agent. */
export interface AgentHost {
  /** What it is, for reports. */
  readonly version: string;
  /** Starts it and waits for the agent's greeting; once started, answers that. Throws `EnvironmentError`. */
  start(): Promise<Greeting>;
  /** Runs a program on a slot. Rejects with `MachineDied` only. */
  run(slot: number, program: Uint8Array, options?: RunOptions): Promise<Result>;
  /** Stops and starts again. */
  restart(): Promise<Greeting>;
  /** Stops; safe to call at any time. */
  stop(): Promise<void>;
  /** Ends it without telling anyone, as a crash would. */
  crash(): void;
}
