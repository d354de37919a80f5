/** Mutations of kept logs: parts of them put together, repeated, pointed elsewhere, changed in a value. */
import type { Op } from '../../abi/op.ts';
import type { Dice } from '../generator/dice.ts';
import { mapReferences } from '../shrink/edit.ts';
import { edited } from '../shrink/leaves.ts';
import { quantitiesOf } from '../shrink/quantities.ts';

type Log = readonly Op[];

/** Ops of one repetition, insertion or removal, at most. */
const LONGEST_PART = 6;
/** Percent of mutations that begin as a kept log. */
const KEPT_BASE = 20;

/** A log that showed something new, with the numbers of ops behind which it did. */
export interface Kept {
  readonly ops: Log;
  readonly places: readonly number[];
}

/** The few ops that led to something new in a kept log; any few where only the state at its end was new. */
const telling = (dice: Dice, { ops, places }: Kept): Log => {
  const end = places.length === 0 ? dice.between(1, ops.length) : dice.pick(places);
  return ops.slice(Math.max(0, end - dice.between(1, LONGEST_PART)), end);
};

/** A part of a log: where it begins and where it ends. */
const partOf = (dice: Dice, log: Log): readonly [number, number] => {
  const length = dice.between(1, Math.min(LONGEST_PART, log.length));
  const start = dice.below(log.length - length + 1);
  return [start, start + length];
};

/** The beginning of one log, then the end of another. */
const spliced = (dice: Dice, one: Log, other: Log): Log => [
  ...one.slice(0, dice.between(1, one.length)),
  ...other.slice(dice.below(other.length)),
];

const repeated = (dice: Dice, log: Log): Log => {
  const [start, end] = partOf(dice, log);
  return [...log.slice(0, end), ...log.slice(start, end), ...log.slice(end)];
};

const inserted = (dice: Dice, log: Log, part: Log): Log => {
  const at = dice.below(log.length + 1);
  return [...log.slice(0, at), ...part, ...log.slice(at)];
};

/** Two neighbours change places. */
const swapped = (dice: Dice, log: Log): Log => {
  if (log.length < 2) return log;
  const at = dice.below(log.length - 1);
  return log.with(at, log[at + 1] as Op).with(at + 1, log[at] as Op);
};

const isMessage = (op: Op): boolean => op.op === 'write_read' && (op.write ?? []).some(command => 'message' in command);

/** One op refers to other messages than it did. */
const retargeted = (dice: Dice, log: Log): Log => {
  const messages = log.filter(isMessage);
  if (messages.length === 0) return log;
  const at = dice.below(log.length);
  return log.map((op, each) =>
    each === at ? mapReferences(op, ref => ({ ...ref, of: dice.recent(messages).id })) : op,
  );
};

/** Values by the name of their field; fields that are not here keep theirs. */
const VALUES: Readonly<Record<string, readonly (number | string)[]>> = {
  size: [0, 1, 4, 7, 8, 9, 24, 48, 255, 256, 408, 1024, 2040, 2048, 2056, 4088, 4096, 4104, '0xfffffffffffffff8'],
  code: [0, 1, 2, 3],
  flags: [0, 1, 0x10, 0x11, 0x20, 0x41, 0x100],
  at: [0, 4, 8, 24, 48],
  offsets: [0, 4, 8, 24, 48],
  cookie: [0xd0, 0xd1, 0xd2, 17, 33, 49],
  value: [0, 1, 2, 15],
  enable: [0, 1],
};

/** A read buffer that is shorter than what a file of this size may hold. */
const READS = [0, 4, 76, 80, 84, 128, 256, 512];

/** One quantity of one op is another. */
const revalued = (dice: Dice, log: Log): Log => {
  const at = dice.below(log.length);
  const op = log[at] as Op;
  if (op.op === 'mmap') return log;
  const quantities = quantitiesOf(op).filter(({ path }) => VALUES[nameOf(path)] !== undefined);
  if (quantities.length === 0) return log;
  const { path } = dice.pick(quantities);
  const values = path[0] === 'read' ? READS : (VALUES[nameOf(path)] as readonly (number | string)[]);
  const small = path.includes('message') ? values : values.filter(value => typeof value === 'number');
  return log.with(at, edited(op, path, dice.pick(small)));
};

const nameOf = (path: readonly (string | number)[]): string =>
  (path.findLast(part => typeof part === 'string') as string | undefined) ?? '';

/** Ids from 1; what refers to a message that is not before it refers to one that is. */
const renumbered = (dice: Dice, log: Log): Log => {
  const latest = new Map<number, number>();
  const messages: number[] = [];
  return log.map((op, at) => {
    const id = at + 1;
    // An op may refer to messages that earlier commands of its own write sent.
    latest.set(op.id, id);
    const next = mapReferences(op, ref => {
      const of = latest.get(ref.of) ?? (messages.length > 0 ? dice.recent(messages) : id);
      return of === ref.of ? ref : { ...ref, of };
    });
    if (isMessage(op)) messages.push(id);
    return { ...next, id };
  });
};

const hasPieces = (op: Op): boolean =>
  op.op === 'write_read' &&
  (op.write ?? []).some(
    command => 'message' in command && (command.message.objects ?? []).some(({ type }) => type === 'PTR'),
  );

/** Stale bytes of a mapping may hold absolute addresses, which differ between targets: nobody looks where pieces are sent. */
const comparable = (log: Log): Log => (log.some(hasPieces) ? log.filter(({ op }) => op !== 'peek') : log);

/** A log as long as `fresh`, made from it and from kept ones. */
export const mutated = (dice: Dice, kept: readonly Kept[], fresh: Log): Log => {
  let log = dice.chance(KEPT_BASE) ? spliced(dice, dice.pick(kept).ops, fresh) : fresh;
  for (let turn = dice.between(2, 2 + (fresh.length >> 4)); turn > 0; turn--) {
    switch (dice.below(7)) {
      case 0:
      case 1:
        log = inserted(dice, log, telling(dice, dice.pick(kept)));
        break;
      case 2:
        log = repeated(dice, log);
        break;
      case 3:
        log = retargeted(dice, log);
        break;
      case 4:
        log = revalued(dice, log);
        break;
      default:
        log = swapped(dice, log);
    }
  }
  const whole = comparable([...log, ...fresh.slice(Math.min(log.length, fresh.length - 1))]);
  return renumbered(dice, whole.slice(0, fresh.length));
};
