/** Op-log files: reading with one clear message for whatever is wrong, writing whole or not at all. */
import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { formatOpLog } from '../abi/op-log-text.ts';
import { OpLogSchema, type OpLog } from '../abi/op.ts';
import { UsageError, fileReason } from './exit.ts';
import { writeWhole } from './files.ts';

const FORMAT = 'binder-spec/op-log';

/** A path inside a JSON file as people write it: `ops[3].write[0].handle`. */
const inside = (path: readonly PropertyKey[]): string =>
  path.map((part, at) => (typeof part === 'number' ? `[${part}]` : `${at === 0 ? '' : '.'}${String(part)}`)).join('');

/** Where something is wrong and what: inside unions, by the branch that got furthest. */
export const placeAndMessage = (
  issue: z.core.$ZodIssue,
  above: readonly PropertyKey[] = [],
): { readonly path: string; readonly message: string } => {
  const path = [...above, ...issue.path];
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const branches = issue.errors.flatMap(branch => branch.slice(0, 1)).sort((a, b) => b.path.length - a.path.length);
    const [best, second] = branches;
    if (best !== undefined && best.path.length > (second?.path.length ?? 0)) return placeAndMessage(best, path);
  }
  return { path: inside(path), message: issue.message };
};

const lineOf = (text: string, message: string): string => {
  const position = /position (\d+)/.exec(message)?.[1];
  if (position === undefined) return '';
  const before = text.slice(0, Number(position)).split('\n');
  return ` (line ${before.length}, column ${(before.at(-1) as string).length + 1})`;
};

const parseJson = (file: string, text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const { message } = error as Error;
    throw new UsageError(`${file}: not JSON: ${message.replaceAll(/\s+/g, ' ')}${lineOf(text, message)}`);
  }
};

/** The op log in a text. Throws `UsageError` with the file and the place in it. */
export const parseOpLog = (file: string, text: string): OpLog => {
  const json = parseJson(file, text);
  const { format, version } = (typeof json === 'object' && json !== null ? json : {}) as Record<string, unknown>;
  if (format !== FORMAT) {
    throw new UsageError(`${file}: not an op log: format is ${JSON.stringify(format) ?? 'absent'}, not "${FORMAT}"`);
  }
  if (version !== 1) {
    throw new UsageError(`${file}: this program reads op logs of version 1, not ${JSON.stringify(version) ?? 'none'}`);
  }
  const parsed = OpLogSchema.safeParse(json);
  if (!parsed.success) {
    const { path, message } = placeAndMessage(parsed.error.issues[0] as z.core.$ZodIssue);
    throw new UsageError(`${file}: ${path === '' ? '' : `${path}: `}${message}`);
  }
  const seen = new Set<number>();
  parsed.data.ops.forEach(({ id }, at) => {
    if (seen.has(id)) throw new UsageError(`${file}: ops[${at}].id: ${id} is the id of an earlier op`);
    seen.add(id);
  });
  return parsed.data;
};

/** Reads an op log. Throws `UsageError` for a file that cannot be read or is none. */
export const readOpLog = (file: string): OpLog => {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${fileReason(error)}`);
  }
  return parseOpLog(file, text);
};

/** Writes an op log whole or not at all. Throws `EnvironmentError` when it cannot. */
export const writeOpLog = (file: string, log: OpLog): void => writeWhole(file, formatOpLog(log));
