/** Observations as text without quotes: what exported programs print, and what a person reads in a bug report. */
import type { Done, Observation, Return } from '../../abi/observation.ts';

/** Equal bytes in a row from here on are written once, with their number. */
export const SHORTEST_RUN = 16;

const RUN = /((?:[0-9a-f]{2}))\1{15,}/;

/** Hex with long rows of one byte as `(00*4096)`; `-` for no bytes. */
export const hexText = (hex: string): string => {
  if (hex === '') return '-';
  if (!RUN.test(hex)) return hex;
  let text = '';
  for (let at = 0; at < hex.length;) {
    const byte = hex.slice(at, at + 2);
    let end = at + 2;
    while (end < hex.length && hex.startsWith(byte, end)) end += 2;
    const count = (end - at) / 2;
    text += count >= SHORTEST_RUN ? `(${byte}*${count})` : hex.slice(at, end);
    at = end;
  }
  return text;
};

/** Fields that hold bytes. */
const BYTES = new Set(['data', 'pieces', 'bytes']);

const valueText = (key: string, value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(item => valueText(key, item)).join(', ')}]`;
  if (typeof value === 'object' && value !== null) return 'br' in value ? returnText(value as Return) : fields(value);
  return typeof value === 'string' && BYTES.has(key) ? hexText(value) : String(value);
};

const fields = (record: object): string => {
  const parts = Object.entries(record)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key} ${valueText(key, value)}`);
  return parts.length === 0 ? '' : `{${parts.join(', ')}}`;
};

const returnText = ({ br, ...rest }: Return): string => `${br}${fields(rest)}`;

const doneText = ({ status, ...rest }: Done): string => `${status}${fields(rest)}`;

/** `OK{wrote 4, read 4, returns [BR_NOOP]}; op 7: …`, without the number of the op itself. */
export const observationText = ({ result, completions }: Pick<Observation, 'result' | 'completions'>): string =>
  [
    result === 'pending' ? result : doneText(result),
    ...completions.map(({ op, done }) => `op ${op}: ${doneText(done)}`),
  ].join('; ');
