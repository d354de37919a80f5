/** A parcel as the message of a command, and a delivered message as a parcel. */
import type { Message, PlacedObject } from '../../abi/call.ts';
import { decodeObject } from '../../abi/codec.ts';
import { fromHex, toHex } from '../../abi/hex.ts';
import type { Delivery } from '../../abi/observation.ts';
import { Parcel, type BinderTable } from '../parcel/parcel.ts';
import type { StatusT } from '../status.ts';

const message = (bytes: Uint8Array, offsets: readonly number[], objects: readonly PlacedObject[]): Message => ({
  size: bytes.length,
  data: toHex(bytes),
  offsets,
  offsetsSize: offsets.length * 8,
  objects,
  pieces: [],
  dataAt: 'own',
  offsetsAt: 'own',
});

/** What the driver is given of a parcel. */
export const messageOf = ({ bytes, offsets }: Parcel): Message => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const objects = offsets.map((at): PlacedObject => {
    const object = decodeObject(view, at, bytes.length);
    if (object.type === 'malformed' || object.type === 'PTR')
      throw new Error(`a parcel holds no ${object.type} object`);
    return { at, object };
  });
  return message(bytes, offsets, objects);
};

/** The message of a reply that is only a status (TF_STATUS_CODE): its four bytes. */
export const statusMessage = (status: StatusT): Message => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, status, true);
  return message(bytes, [], []);
};

/** The status in such a reply. */
export const statusOf = ({ data }: Delivery): StatusT =>
  new DataView(fromHex(data.padEnd(8, '0')).buffer).getInt32(0, true);

/** A delivered message to read; `onFree` runs once, when the parcel is freed. */
export const parcelOf = (table: BinderTable, { data, offsets }: Delivery, onFree: () => void): Parcel =>
  Parcel.received(table, fromHex(data), offsets, onFree);
