/** The caller's side of an interface: it packs a call, transacts, unpacks what comes back. */
import { z } from 'zod';
import { TF_ONE_WAY } from '../../abi/constants.ts';
import type { IBinder } from '../native/ibinder.ts';
import { readException } from '../parcel/exception.ts';
import type { Parcel } from '../parcel/parcel.ts';
import { STATUS, TransactionError } from '../status.ts';
import type { Method } from './method.ts';
import { readValue } from './wire.ts';

/** Replaces what an `out` or `inout` array holds, in place. */
const refill = (given: unknown, value: unknown): void => {
  if (Array.isArray(given) && Array.isArray(value)) given.splice(0, given.length, ...value);
  else if (given instanceof Uint8Array && value instanceof Uint8Array) given.set(value.subarray(0, given.length));
};

/** Makes one call. Throws `TypeError`, `TransactionError`, or the service's `ServiceException`. */
export const callMethod = async (
  binder: IBinder,
  parcel: () => Parcel,
  descriptor: string,
  method: Method,
  given: readonly unknown[],
): Promise<unknown> => {
  const where = `${descriptor}.${method.name}`;
  const data = parcel();
  let reply: Parcel | undefined;
  try {
    data.writeInterfaceToken(descriptor);
    method.args.forEach(({ name, direction, schema, wire }, at) => {
      const value = given[at];
      if (direction === 'out') {
        data.writeInt32((value as { readonly length: number }).length);
        return;
      }
      const parsed = schema.safeParse(value);
      if (!parsed.success) throw new TypeError(`${where}(${name}): ${z.prettifyError(parsed.error)}`);
      wire.write(data, parsed.data as never);
    });
    reply = await binder.transact(method.code, data, method.oneway ? TF_ONE_WAY : 0);
    if (reply.status !== STATUS.OK) throw new TransactionError(reply.status, where);
    if (method.oneway) return undefined;
    const exception = readException(reply);
    if (exception !== undefined) throw exception;
    const result = method.result === undefined ? undefined : readValue(method.result.wire, reply);
    const back = method.args.map(({ direction, wire }) =>
      direction === 'in' ? undefined : readValue(wire, reply as Parcel),
    );
    if (reply.status !== STATUS.OK) throw new TransactionError(reply.status, `${where}: its reply`);
    const parsed = method.result?.schema.safeParse(result);
    if (parsed?.success === false) throw new TypeError(`${where}: its result: ${z.prettifyError(parsed.error)}`);
    // The caller keeps the binders of the result until it releases them.
    if (result !== null && result !== undefined) method.result?.wire.hold?.(result as never);
    method.args.forEach(({ direction, wire }, at) => {
      if (direction === 'in') return;
      wire.hold?.(back[at] as never);
      refill(given[at], back[at]);
    });
    return parsed === undefined ? undefined : parsed.data;
  } finally {
    reply?.free();
    data.free();
  }
};
