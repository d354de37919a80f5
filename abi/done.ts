/**
 * Answers with one shape: every field is there, undefined where the op shows nothing of the kind. Whoever compares or
 * counts answers of any kind, which is done at every step, then meets one kind of record.
 */
import type { Status } from './call.ts';
import type { Done, Return } from './observation.ts';

/** What a BINDER_WRITE_READ shows; `returns` is undefined where no read was asked for. */
export const exchanged = (status: Status, wrote: number, read: number, returns: readonly Return[] | undefined): Done =>
  ({
    status,
    wrote,
    read,
    returns,
    out: undefined,
    readable: undefined,
    nice: undefined,
    bytes: undefined,
    ready: undefined,
  }) as unknown as Done;

/** The same answer in that shape. */
export const shaped = ({ status, wrote, read, returns, out, readable, nice, bytes, ready }: Done): Done =>
  ({ status, wrote, read, returns, out, readable, nice, bytes, ready }) as unknown as Done;
