/** Reading a recorded trace, line by line: however long it is, one sequence is in memory. */
import { closeSync, createReadStream, fstatSync, openSync, readSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { z } from 'zod';
import { TraceHeadSchema, TraceSequenceSchema, type TraceHead, type TraceSequence } from '../../abi/trace.ts';
import { UsageError, fileReason } from '../exit.ts';
import { placeAndMessage } from '../oplog-file.ts';

/** What a line of a trace is. */
export type TraceLine =
  | { readonly head: TraceHead }
  | { readonly sequence: TraceSequence; readonly line: number }
  /** The last line broke off while it was written; what it held is lost. */
  | { readonly torn: number };

const parsed = <Type>(schema: z.ZodType<Type>, value: unknown, where: string): Type => {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { path, message } = placeAndMessage(result.error.issues[0] as z.core.$ZodIssue);
  throw new UsageError(`${where}: ${path === '' ? '' : `${path}: `}${message}`);
};

const headOf = (value: unknown, where: string): TraceHead => {
  const { format, version } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  if (format !== 'binder-spec/trace') {
    throw new UsageError(
      `${where}: not a trace: format is ${JSON.stringify(format) ?? 'absent'}, not "binder-spec/trace"`,
    );
  }
  if (version !== 1) {
    throw new UsageError(`${where}: this program reads traces of version 1, not ${JSON.stringify(version) ?? 'none'}`);
  }
  return parsed(TraceHeadSchema, value, where);
};

/** Whether the file ends in the middle of a line. Throws `UsageError` when it cannot be read. */
const endsTorn = (file: string): boolean => {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, 'r');
    const stat = fstatSync(descriptor);
    if (stat.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
    if (!stat.isFile() || stat.size === 0) return false;
    const last = Buffer.alloc(1);
    readSync(descriptor, last, 0, 1, stat.size - 1);
    return last[0] !== 0x0a;
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${fileReason(error)}`);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
};

/** The lines of a trace, the head first. Throws `UsageError` with the number of the line for anything malformed. */
export async function* readTrace(file: string): AsyncGenerator<TraceLine> {
  const mayBeTorn = endsTorn(file);
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Infinity });
  let number = 0;
  let broken: UsageError | undefined;
  for await (const text of lines) {
    // What is broken is forgiven only where nothing follows.
    if (broken !== undefined) throw broken;
    number++;
    const where = `${file}: line ${number}`;
    let value: unknown;
    try {
      value = JSON.parse(text) as unknown;
    } catch (error) {
      broken = new UsageError(`${where}: not JSON: ${(error as Error).message.replaceAll(/\s+/g, ' ').slice(0, 200)}`);
      continue;
    }
    if (number === 1) yield { head: headOf(value, where) };
    else yield { sequence: parsed(TraceSequenceSchema, value, where), line: number };
  }
  if (broken !== undefined && !(mayBeTorn && number > 1)) throw broken;
  if (number === 0) throw new UsageError(`${file}: not a trace: it is empty`);
  if (broken !== undefined) yield { torn: number };
}
