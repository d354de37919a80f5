/** What can go wrong with an adapter, apart from what its driver answers. */
import type { Observation } from '../../../abi/observation.ts';
import { EnvironmentError } from '../../exit.ts';
import { PROTOCOL, type AdapterErrorMessage } from '../../protocol/messages.ts';

/** Long lines are shown from both ends. */
const MOST_SHOWN = 400;

/** A line as an error message shows it: control characters spelled, the middle of a long one left out. */
export const shown = (line: string): string => {
  const cut = line.length > MOST_SHOWN ? `${line.slice(0, MOST_SHOWN - 100)} … ${line.slice(-90)}` : line;
  return JSON.stringify(cut).slice(1, -1).replaceAll('\\"', '"');
};

/**
 * The adapter is wrong, not the driver: a line that is no message, an answer that nobody asked for, an exception of its
 * own. There is no verdict then: exit code 3.
 */
export class AdapterError extends Error {
  override readonly name = 'AdapterError';
}

/** The end of a test in the middle of a batch. */
class Interrupted extends Error {
  /** What the calls before it showed. */
  readonly answered: readonly Observation[];

  constructor(message: string, answered: readonly Observation[] = []) {
    super(message);
    this.answered = answered;
  }
}

/** The adapter, or the process of it that runs the driver, is gone in the middle of a test. */
export class AdapterDied extends Interrupted {
  override readonly name = 'AdapterDied';
}

/** No sign of life within the budget, or a call that neither returns nor comes to rest. */
export class TimeoutError extends Interrupted {
  override readonly name = 'TimeoutError';
}

/** The adapter does not offer what it was asked for. */
export class UnsupportedError extends Interrupted {
  override readonly name = 'UnsupportedError';
}

/** An error of the adapter as the error of this program that it means. */
export const errorFrom = (err: AdapterErrorMessage, about: string): Error => {
  const text = `${about}: ${err.msg}`;
  switch (err.code) {
    case 'env':
      return new EnvironmentError(text);
    case 'version':
      return new AdapterError(`${text} (this program speaks protocol ${PROTOCOL})`);
    case 'bad_request':
      return new AdapterError(`${text} (it could not understand the request)`);
    case 'unsupported':
    case 'adapter':
      return new AdapterError(text);
    case 'crashed':
      return new AdapterDied(text);
    case 'hung':
      return new TimeoutError(text);
  }
};
