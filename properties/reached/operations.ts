/** Operations by outcome: what a call asked for, and how each part of it ended. */
import type { Call, Command, WriteRead } from '../../abi/call.ts';
import { commandSize } from '../../abi/encode.ts';
import type { Observation, Result } from '../../abi/observation.ts';

/** How an op ended: its status, or that its thread sleeps. */
export const endOf = ({ result }: Observation): string => wordOf(result);

const wordOf = (result: Result): string => (result === 'pending' ? 'pending' : result.status);

/** A write whose size, place and memory are what they seem. */
const isPlain = ({ writeSize, writeConsumed, writeLimit, bad }: WriteRead): boolean =>
  writeSize === undefined && writeConsumed === 0 && writeLimit === undefined && bad === undefined;

/**
 * `operation outcome` of each part of a call: a command that was consumed is OK, the one that was not has the errno, a
 * read has it where every command was consumed. A sleeper that the call released ends as `woken`.
 */
export const operationsOf = (call: Call, { result, completions }: Observation): readonly string[] => {
  const end = wordOf(result);
  const keys: string[] = [];
  for (const { done } of completions) keys.push(`woken ${done.status}`);
  if (call.op === 'ioctl') keys.push(`${typeof call.cmd === 'string' ? call.cmd : 'unknown ioctl'} ${end}`);
  else if (call.op !== 'write_read') keys.push(`${call.op} ${end}`);
  else if (!isPlain(call)) keys.push(`strange write ${end}`);
  else addParts(keys, call, result);
  return keys;
};

const GOOD = new Set(['OK', 'pending']);
const OF_READS = new Set(['EFAULT', 'EAGAIN', 'EINTR']);

const addParts = (keys: string[], call: WriteRead, result: Result): void => {
  const { write, read } = call;
  if (write.length === 0 && read === undefined) keys.push(`empty write ${wordOf(result)}`);
  // A sleeper has consumed its commands; so has one who was not told how many.
  let left = result === 'pending' ? Infinity : (result.wrote ?? (result.status === 'OK' ? Infinity : 0));
  const end = wordOf(result);
  // A write that is whole neither faults nor waits: where there is a read, these are its own ways to end.
  const failed = !GOOD.has(end) && !(read !== undefined && OF_READS.has(end));
  for (const command of write) {
    left -= commandSize(command as Command);
    if (left >= 0) {
      keys.push(`${command.bc} OK`);
      continue;
    }
    // Commands behind an error that waits to be read are left where they are, and nothing fails.
    keys.push(`${command.bc} ${failed ? end : 'left'}`);
    if (failed) return;
    break;
  }
  if (read !== undefined) keys.push(`read ${end}`);
};
