/** Long rows of bytes, of which many are mostly one byte, in fewer: pairs of different and of equal ones. */
import { Writer } from './writer.ts';

const LONG = 512;
const SHORTEST_RUN = 32;

/** Whether memory of this length travels as runs. */
export const isLong = (length: number): boolean => length >= LONG;

/** The runs of some bytes. */
export const toRuns = (bytes: Uint8Array): Uint8Array => {
  const out = new Writer();
  let from = 0;
  for (let at = 0; at < bytes.length;) {
    const byte = bytes[at] as number;
    let end = at + 1;
    while (end < bytes.length && bytes[end] === byte) end++;
    if (end - at >= SHORTEST_RUN || end === bytes.length) {
      out
        .u32(at - from)
        .raw(bytes.subarray(from, at))
        .u32(end - at)
        .u8(byte);
      from = end;
    }
    at = end;
  }
  return out.bytes();
};

/** The bytes of some runs. */
export const fromRuns = (runs: Uint8Array): Uint8Array => {
  const view = new DataView(runs.buffer, runs.byteOffset, runs.byteLength);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < runs.length;) {
    const different = view.getUint32(at, true);
    at += 4 + different;
    const equal = new Uint8Array(view.getUint32(at, true)).fill(runs[at + 4] as number);
    parts.push(runs.subarray(at - different, at), equal);
    at += 5;
  }
  return Buffer.concat(parts);
};
