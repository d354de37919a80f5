/**
 * The head of a reply: which exception the call ended with.
 *
 * Source: AOSP `libs/binder/Status.cpp` (`writeToParcel`, `readFromParcel`).
 */
import { STATUS } from '../status.ts';
import { EX, exceptionName, type ExceptionName } from './format.ts';
import type { Parcel } from './parcel.ts';

/** An exception that a service throws and its caller catches, on either side of the driver. */
export class ServiceException extends Error {
  override readonly name = 'ServiceException';
  /** One of `EX`, or a code that has no name here. */
  readonly code: number;
  /** The service's own number, with EX_SERVICE_SPECIFIC; else 0. */
  readonly specific: number;
  /** The message as it travels: null is not the empty text. */
  readonly said: string | null;

  constructor(code: ExceptionName | number, said: string | null = null, specific = 0) {
    const number = typeof code === 'number' ? code : EX[code];
    super(`${exceptionName(number)}${number === EX.SERVICE_SPECIFIC ? ` (${specific})` : ''}: ${said ?? 'no message'}`);
    this.code = number;
    this.said = said;
    this.specific = specific;
  }
}

/** Writes the head of a reply: one word for success; else code, message, an empty stack trace, and the service's number. */
export const writeException = (parcel: Parcel, exception: ServiceException | undefined): void => {
  if (exception === undefined) {
    parcel.writeInt32(EX.NONE);
    return;
  }
  parcel.writeInt32(exception.code);
  parcel.writeString16(exception.said ?? '');
  // Size of the remote stack trace.
  parcel.writeInt32(0);
  if (exception.code === EX.SERVICE_SPECIFIC) parcel.writeInt32(exception.specific);
  // Size of the parcelable.
  else if (exception.code === EX.PARCELABLE) parcel.writeInt32(0);
};

/** Skips a header whose first word is its size, that word included. */
const skipHeader = (parcel: Parcel): void => {
  const start = parcel.position;
  const available = parcel.available;
  const size = parcel.readInt32();
  if (size < 0 || size > available) parcel.fail(STATUS.UNKNOWN_ERROR);
  else if (size > 0) parcel.seek(start + size);
};

/** Reads the head of a reply; bytes that are none leave their status in the parcel. */
export const readException = (parcel: Parcel): ServiceException | undefined => {
  let code = parcel.readInt32();
  if (code === EX.HAS_NOTED_APPOPS_REPLY_HEADER) {
    skipHeader(parcel);
    code = parcel.readInt32();
  }
  if (code === EX.HAS_REPLY_HEADER) {
    skipHeader(parcel);
    // Such a header stands only before replies without an exception.
    code = EX.NONE;
  }
  if (code === EX.NONE || parcel.status !== STATUS.OK) return undefined;
  const said = parcel.readString16();
  skipHeader(parcel);
  const specific = code === EX.SERVICE_SPECIFIC ? parcel.readInt32() : 0;
  if (code === EX.PARCELABLE) skipHeader(parcel);
  return parcel.status === STATUS.OK ? new ServiceException(code, said, specific) : undefined;
};
