/** The service's side of an interface: it unpacks calls, runs the handler, packs what comes of it. */
import { z } from 'zod';
import { TF_ONE_WAY } from '../../abi/constants.ts';
import { BBinder, type Incoming } from '../native/bbinder.ts';
import { ServiceException, writeException } from '../parcel/exception.ts';
import { EX } from '../parcel/format.ts';
import type { Parcel } from '../parcel/parcel.ts';
import { STATUS, type StatusT } from '../status.ts';
import type { Argument, Method } from './method.ts';
import { readValue } from './wire.ts';

type Handler = (...args: readonly unknown[]) => unknown;

/** Items of an `out` array, at most: as many bytes as a process maps. */
const MOST_OUT = 1 << 20;

/** An array of zeros, as long as the caller's: what an `out` argument is to the handler. */
const blank = ({ wire }: Argument, parcel: Parcel): unknown => {
  const length = parcel.readInt32();
  // The caller names a length for which it sends no bytes, so only a sane one is served.
  if (length > MOST_OUT) parcel.fail(STATUS.NO_MEMORY);
  return wire.blank?.(parcel.status === STATUS.OK && length > 0 ? length : 0);
};

/** An object that answers the methods of one interface. */
export class Stub extends BBinder {
  /** The handlers as a local caller gets them: no parcel is made. */
  readonly local: Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>;
  readonly #methods: ReadonlyMap<number, Method>;
  readonly #handlers: Readonly<Record<string, Handler>>;

  constructor(descriptor: string, methods: readonly Method[], handlers: Readonly<Record<string, Handler>>) {
    super(descriptor);
    this.#methods = new Map(methods.map(method => [method.code, method]));
    this.#handlers = handlers;
    const local: Record<string, unknown> = {};
    for (const { name } of methods) local[name] = async (...args: readonly unknown[]) => handlers[name]?.(...args);
    this.local = local as typeof this.local;
  }

  protected override async onTransact({ code, flags, data, reply }: Incoming): Promise<StatusT> {
    const method = this.#methods.get(code);
    if (method === undefined) return STATUS.UNKNOWN_TRANSACTION;
    if (!data.enforceInterface(this.descriptor)) return STATUS.BAD_TYPE;
    const values = method.args.map(argument =>
      argument.direction === 'out' ? blank(argument, data) : readValue(argument.wire, data),
    );
    if (data.status !== STATUS.OK) return data.status;
    const silent = method.oneway || (flags & TF_ONE_WAY) !== 0;
    try {
      const args = method.args.map(({ name, schema, direction }, at) => {
        const parsed = direction === 'out' ? undefined : schema.safeParse(values[at]);
        if (parsed?.success === false)
          throw new ServiceException('ILLEGAL_ARGUMENT', `${method.name}(${name}): ${z.prettifyError(parsed.error)}`);
        return parsed === undefined ? values[at] : parsed.data;
      });
      const result = await this.#handlers[method.name]?.(...args);
      if (silent) return STATUS.OK;
      writeException(reply, undefined);
      if (method.result !== undefined) method.result.wire.write(reply, method.result.schema.parse(result) as never);
      method.args.forEach(({ direction, wire }, at) => {
        if (direction !== 'in') wire.write(reply, args[at] as never);
      });
    } catch (error) {
      if (!(error instanceof ServiceException)) throw error;
      if (silent) return STATUS.OK;
      // Never on the wire: the caller would take it for a header.
      const code =
        error.code <= EX.HAS_NOTED_APPOPS_REPLY_HEADER || error.code === EX.NONE ? EX.ILLEGAL_STATE : error.code;
      reply.clear();
      writeException(reply, code === error.code ? error : new ServiceException(code, error.said));
    }
    return STATUS.OK;
  }
}
