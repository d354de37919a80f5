/** Bytes as hex strings: the form of payloads in ops, states and observations. */

const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

const nibble = (code: number): number => (code < 58 ? code - 48 : code - 87);

/** Up to this many digits, one by one is quicker than a call into the engine. */
const FEW = 96;
/** From this many digits on it pays to look whether all bytes behind the first ones are the same. */
const MANY = 1024;
const HEAD = 256;

const bufferOf = (bytes: Uint8Array): Buffer =>
  bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

/** Writes hex into `into` at `at`. */
export const writeHex = (into: Uint8Array, at: number, hex: string): void => {
  if (hex.length > MANY && hex.slice(HEAD + 2) === hex.slice(HEAD, -2)) {
    // Long payloads are mostly filling.
    const byte = (nibble(hex.charCodeAt(HEAD)) << 4) | nibble(hex.charCodeAt(HEAD + 1));
    into.fill(byte, at + HEAD / 2, at + (hex.length >> 1));
    bufferOf(into).write(hex.slice(0, HEAD), at, 'hex');
  } else if (hex.length > FEW) {
    bufferOf(into).write(hex, at, 'hex');
  } else {
    for (let i = 0; i < hex.length; i += 2)
      into[at++] = (nibble(hex.charCodeAt(i)) << 4) | nibble(hex.charCodeAt(i + 1));
  }
};

/** The bytes of a hex string. */
export const fromHex = (hex: string): Uint8Array => {
  const bytes = new Uint8Array(hex.length >> 1);
  writeHex(bytes, 0, hex);
  return bytes;
};

/** Bytes of a short and of a long row, of which shorter ones are parts: a repeated string is costly when it is read. */
const SHORT = 1 << 12;
const LONG = 1 << 16;
const shortRows: (string | undefined)[] = [];
const longRows: (string | undefined)[] = [];

/** One row for each byte, made when it is first asked for. */
const rowOf = (rows: (string | undefined)[], byte: number, size: number): string =>
  (rows[byte] ??= Buffer.alloc(size, byte).toString('hex'));

/** `size` times one byte, in hex. */
export const filled = (byte: number, size: number): string => {
  const digits = byte & 0xff;
  if (size <= SHORT) return rowOf(shortRows, digits, SHORT).slice(0, size * 2);
  if (size <= LONG) return rowOf(longRows, digits, LONG).slice(0, size * 2);
  return (DIGITS[digits] as string).repeat(size);
};

/** From this many bytes on it costs less to look a string up than to make and to compare it. */
const WORTH = 4096;
/** Strings of long data, which are kept as long as they are not more digits than this together. */
const KEPT = 1 << 24;
const spreads = new Map<string, string>();
let kept = 0;

/**
 * `size` bytes: `head` (hex, no longer than that) and behind it nothing but one byte. Whoever asks for the same long data gets the same
 * string, and two that are the same need not be read to be compared.
 */
export const spread = (head: string, byte: number, size: number): string => {
  const rest = size - (head.length >> 1);
  if (rest === 0) return head;
  if (size < WORTH || head.length > HEAD) return head + filled(byte, rest);
  const first = head + filled(byte, (HEAD - head.length) >> 1);
  const key = `${first}${byte}:${size}`;
  const known = spreads.get(key);
  if (known !== undefined) return known;
  if (kept > KEPT) {
    spreads.clear();
    kept = 0;
  }
  const whole = first + filled(byte, size - (first.length >> 1));
  kept += whole.length;
  spreads.set(key, whole);
  return whole;
};

/** Hex of `length` bytes from `at`. */
export const toHex = (bytes: Uint8Array, at = 0, length = bytes.length - at): string => {
  if (length <= 24) {
    let text = '';
    for (let i = at; i < at + length; i++) text += DIGITS[bytes[i] as number] as string;
    return text;
  }
  const view = Buffer.from(bytes.buffer, bytes.byteOffset + at, length);
  const filling = HEAD >> 1;
  // Long payloads are mostly filling.
  return length >= WORTH && view.compare(view, filling + 1, length, filling, length - 1) === 0
    ? spread(view.toString('hex', 0, filling), view[filling] as number, length)
    : view.toString('hex');
};

/** `hex` with the bytes from `at` replaced. */
export const overlay = (hex: string, at: number, bytes: string): string =>
  hex.slice(0, at * 2) + bytes + hex.slice(at * 2 + bytes.length);

/** Hex of a little-endian 64-bit word. */
export const le64Hex = (value: number | string): string => {
  let rest = typeof value === 'number' ? value : 0;
  let text = '';
  if (typeof value === 'string') {
    for (let wide = BigInt(value), byte = 0; byte < 8; byte++, wide >>= 8n)
      text += DIGITS[Number(wide & 255n)] as string;
    return text;
  }
  for (let byte = 0; byte < 8; byte++, rest = Math.floor(rest / 256)) text += DIGITS[rest % 256] as string;
  return text;
};
