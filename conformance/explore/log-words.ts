/** The vocabulary of logs: what a configuration must offer before it can have a log. */
import type { Call } from '../../abi/call.ts';
import type { Op } from '../../abi/op.ts';

const flagsOf = (flags: number | undefined): readonly string[] =>
  flags === undefined || (flags & ~1) === 0 ? [] : [`flags ${flags}`];

/** Adds the words of a call: op, ioctl, commands, types of objects, flags. */
export const wordsOfCall = (call: Call, words: Set<string>): void => {
  words.add(call.op);
  if (call.op === 'ioctl') words.add(String(call.cmd));
  if ('fd' in call && call.fd !== 0) words.add(`fd ${call.fd}`);
  if (call.op === 'open' && call.nonblock) words.add('nonblock');
  if (call.op !== 'write_read') return;
  for (const command of call.write) {
    words.add(command.bc);
    if (!('message' in command)) continue;
    for (const word of flagsOf(command.flags)) words.add(word);
    for (const { object } of command.message.objects) words.add(object.type);
  }
};

/** The words of a log. */
export const wordsOfLog = (ops: readonly Op[]): ReadonlySet<string> => {
  const words = new Set<string>();
  for (const op of ops) {
    words.add(op.op);
    if (op.op === 'ioctl') words.add(String(op.cmd));
    if ('fd' in op && op.fd !== 0) words.add(`fd ${op.fd}`);
    if ('device' in op && op.device !== 0) words.add('a second device');
    if (op.op !== 'write_read') continue;
    for (const command of op.write ?? []) {
      words.add(command.bc);
      if (command.bc === 'BC_FREE_BUFFER' && 'delta' in command.buffer) words.add('a guessed address');
      if (!('message' in command)) continue;
      for (const word of flagsOf(command.flags)) words.add(word);
      for (const { type } of command.message.objects ?? []) words.add(type);
    }
  }
  return words;
};
