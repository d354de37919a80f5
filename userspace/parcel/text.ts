/** Text of a parcel: UTF-16 and UTF-8 with their terminators. */

/** The units of a text in little endian, and one zero unit. */
export const utf16Bytes = (text: string): Uint8Array => {
  const bytes = new Uint8Array((text.length + 1) * 2);
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    bytes[at * 2] = unit;
    bytes[at * 2 + 1] = unit >>> 8;
  }
  return bytes;
};

/** `length` units from byte `at`. A lone surrogate stays one: a String16 is any units. */
export const utf16 = (view: DataView, at: number, length: number): string => {
  let text = '';
  for (let unit = 0; unit < length; unit++) text += String.fromCharCode(view.getUint16(at + unit * 2, true));
  return text;
};

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The bytes of a text in UTF-8, and one zero byte. */
export const utf8Bytes = (text: string): Uint8Array => encoder.encode(`${text}\0`);

/** `length` bytes from `at`; `undefined` where they are no UTF-8. */
export const utf8 = (bytes: Uint8Array, at: number, length: number): string | undefined => {
  try {
    return decoder.decode(bytes.subarray(at, at + length));
  } catch {
    return undefined;
  }
};

/** Printable characters of bytes, with dots for the others. */
export const latin = (bytes: Uint8Array): string =>
  Array.from(bytes, byte => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
