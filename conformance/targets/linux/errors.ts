/** What can go wrong around the Linux driver, apart from what the driver itself answers. */
import type { Observation } from '../../../abi/observation.ts';
import type { Failure } from './wire.ts';

/** The environment lacks something: the message names it and the command that fixes it. The command line exits with 3. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
  readonly fix: string;
  constructor(missing: string, fix: string) {
    super(`${missing} Fix: ${fix}`);
    this.fix = fix;
  }
}

/** The machine stopped while these slots had a program in flight. */
export class MachineDied extends Error {
  override readonly name = 'MachineDied';
  readonly slots: readonly number[];
  readonly console: string;
  constructor(reason: string, slots: readonly number[], consoleText: string) {
    super(
      `the Linux machine died (${reason}) with ${slots.length === 0 ? 'no slot' : `slots ${slots.join(', ')}`} in flight`,
    );
    this.slots = slots;
    this.console = consoleText;
  }
}

/** The agent gave up a sequence: a process died, a call neither returned nor came to rest, or a limit was met. */
export class SequenceFailed extends Error {
  override readonly name: string;
  readonly failure: Failure;
  /** What the calls before it showed. */
  readonly answered: readonly Observation[];
  constructor(failure: Failure, op: number | undefined, answered: readonly Observation[]) {
    super(
      `${op === undefined ? 'the end of the sequence' : `op ${op}`}: ${failure.message} (${failure.code}, ${failure.detail})`,
    );
    this.name = failure.code === 'timeout' ? 'TimeoutError' : 'SequenceFailed';
    this.failure = failure;
    this.answered = answered;
  }
}
