/** What is simpler: the costs of a log, in the order in which they count. */
import type { Op } from '../../abi/op.ts';

const objectCount = (op: Op): number => {
  if (op.op !== 'write_read') return 0;
  let count = 0;
  for (const command of op.write ?? []) {
    count++;
    if ('message' in command) count += command.message.objects?.length ?? 0;
  }
  return count + (op.read === undefined ? 0 : 1);
};

/** What simpler means: fewer ops, fewer commands and objects, fewer threads, less text, lower numbers, files opened first. */
export const costs = (ops: readonly Op[]): readonly number[] => {
  const who = new Set(ops.map(op => ('thread' in op ? `${op.proc} ${op.thread}` : '')));
  const names = ops.reduce((sum, op) => sum + ('proc' in op ? op.proc : 0) + ('thread' in op ? op.thread : 0), 0);
  const late = ops.reduce((sum, { op }, at) => sum + (op === 'open' || op === 'mmap' ? at : 0), 0);
  return [ops.length, ops.reduce((sum, op) => sum + objectCount(op), 0), who.size, weightOf(ops), names, late];
};

const weights = new WeakMap<Op, number>();
const weightOf = (ops: readonly Op[]): number => {
  let sum = 0;
  for (const op of ops) {
    let own = weights.get(op);
    if (own === undefined) weights.set(op, (own = weight(op)));
    sum += own;
  }
  return sum;
};

/** The sum of all quantities by their magnitude, and of all text by its length. */
const weight = (value: unknown): number => {
  if (typeof value === 'number') return value < 0 ? 40 : value === 0 ? 1 : 2 + Math.log2(value + 1);
  if (typeof value === 'string') return 2 + value.length;
  if (typeof value !== 'object' || value === null) return 1;
  let sum = 1;
  for (const item of Object.values(value)) sum += weight(item);
  return sum;
};

/** Ops never change in place, and most of them are in many candidates. */
const texts = new WeakMap<Op, string>();
const textOf = (op: Op): string => {
  let text = texts.get(op);
  if (text === undefined) texts.set(op, (text = JSON.stringify(op)));
  return text;
};

/** One text for a log. */
export const keyOf = (ops: readonly Op[]): string => ops.map(textOf).join();

/** Whether a log with these costs is simpler than one with those. */
export const isSimpler = (candidate: readonly number[], best: readonly number[]): boolean => {
  for (let at = 0; at < best.length; at++) {
    const difference = (candidate[at] as number) - (best[at] as number);
    if (difference !== 0) return difference < 0;
  }
  return false;
};
