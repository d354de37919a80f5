/** Edits of single ops: what they refer to, what remains when producers go, and renamings. */
import type { CommandSpec, HandleRef, MessageSpec, Op } from '../../abi/op.ts';

type Sent = { readonly of: number; readonly cmd?: number | undefined };
export type WriteReadOp = Extract<Op, { op: 'write_read' }>;

const isSent = (ref: unknown): ref is Sent => typeof ref === 'object' && ref !== null && 'of' in ref;

/** A copy of `value` in which every reference to a sent message went through `change`; the value itself if none did. */
export const mapReferences = <Value>(value: Value, change: (ref: Sent) => unknown): Value => {
  if (typeof value !== 'object' || value === null) return value;
  if (isSent(value)) return change(value) as Value;
  if (Array.isArray(value)) {
    let changed = false;
    const items = value.map((item: unknown) => {
      const next = mapReferences(item, change);
      if (next !== item) changed = true;
      return next;
    });
    return changed ? (items as Value) : value;
  }
  let copy: Record<string, unknown> | undefined;
  for (const [key, item] of Object.entries(value)) {
    const next = mapReferences(item, change);
    if (next !== item) (copy ??= { ...(value as Record<string, unknown>) })[key] = next;
  }
  return (copy as Value | undefined) ?? value;
};

const collect = (value: unknown, found: Set<number>): Set<number> => {
  if (typeof value !== 'object' || value === null) return found;
  if (isSent(value)) found.add(value.of);
  else for (const item of Object.values(value)) collect(item, found);
  return found;
};

/** Ops and commands never change in place, and shrinking asks about the same ones again and again. */
const producers = new WeakMap<object, ReadonlySet<number>>();

/** Ids of the ops that an op or a command refers to. */
export const producersOf = (value: object): ReadonlySet<number> => {
  let found = producers.get(value);
  if (found === undefined) producers.set(value, (found = collect(value, new Set())));
  return found;
};

const isComplete = (op: Op, known: ReadonlySet<number>): boolean => {
  for (const of of producersOf(op)) if (!known.has(of)) return false;
  return true;
};

const complete = (value: unknown, known: ReadonlySet<number>): boolean => {
  if (typeof value !== 'object' || value === null) return true;
  if (isSent(value)) return known.has(value.of);
  return Object.values(value).every(item => complete(item, known));
};

const repairMessage = (message: MessageSpec, known: ReadonlySet<number>): MessageSpec => {
  const { objects } = message;
  if (objects === undefined || complete(objects, known)) return message;
  const { objects: _, ...rest } = message;
  const kept = objects.filter(object => complete(object, known));
  return kept.length === 0 ? rest : { ...rest, objects: kept };
};

const repairCommand = (command: CommandSpec, known: ReadonlySet<number>): CommandSpec | undefined => {
  if (complete(command, known)) return command;
  if (command.bc === 'BC_TRANSACTION') {
    if (!complete(command.target, known)) return undefined;
    return { ...command, message: repairMessage(command.message, known) };
  }
  if (command.bc === 'BC_REPLY') return { ...command, message: repairMessage(command.message, known) };
  return undefined;
};

/** The write_read with these commands: without a write when none is left, `undefined` when nothing is. */
export const withCommands = (op: WriteReadOp, write: readonly CommandSpec[]): Op | undefined => {
  if (write.length > 0) return { ...op, write: [...write] };
  if (op.read === undefined) return undefined;
  const { write: _, ...rest } = op;
  return rest;
};

/**
 * What is left of a log whose producers are partly gone: commands and objects that name them go, and ops of which
 * nothing remains. The log itself when nothing changes.
 */
export const repair = (ops: readonly Op[]): readonly Op[] => {
  const known = new Set(ops.map(({ id }) => id));
  let changed = false;
  const renumbered = new Map<number, readonly number[]>();
  const kept = ops.flatMap((op): Op[] => {
    if (isComplete(op, known)) return [op];
    changed = true;
    if (op.op !== 'write_read') return op.op === 'ioctl' ? [] : [op];
    const places: number[] = [];
    const write: CommandSpec[] = [];
    for (const command of op.write ?? []) {
      const next = repairCommand(command, known);
      places.push(next === undefined ? -1 : write.length);
      if (next !== undefined) write.push(next);
    }
    if (write.length < places.length) renumbered.set(op.id, places);
    const next = withCommands(op, write);
    return next === undefined ? [] : [next];
  });
  if (!changed) return ops;
  // A command that went may have been what others name, or stood before one that they name.
  return repair(renumbered.size === 0 ? kept : kept.map(op => mapReferences(op, ref => moved(ref, renumbered))));
};

/** The id of no op: what a reference to a dropped command becomes until `repair` drops its user. */
const NOBODY = -1;

const moved = (ref: Sent, places: ReadonlyMap<number, readonly number[]>): Sent => {
  const place = places.get(ref.of);
  if (place === undefined) return ref;
  const next = place[ref.cmd ?? 0] ?? NOBODY;
  if (next === (ref.cmd ?? 0)) return ref;
  const { cmd: _, ...rest } = ref;
  if (next === NOBODY) return { ...rest, of: NOBODY };
  return next === 0 ? rest : { ...rest, cmd: next };
};

/** The log without command number `index` of one op; references to later commands of that op move along. */
export const withoutCommand = (ops: readonly Op[], at: number, index: number): readonly Op[] => {
  const op = ops[at] as WriteReadOp;
  const write = op.write ?? [];
  const next = withCommands(
    op,
    write.filter((_, each) => each !== index),
  );
  const places = new Map([[op.id, write.map((_, each) => (each === index ? NOBODY : each > index ? each - 1 : each))]]);
  const rest =
    next === undefined ? [...ops.slice(0, at), ...ops.slice(at + 1)] : ops.map(each => (each === op ? next : each));
  return rest.map(each => mapReferences(each, ref => moved(ref, places)));
};

/** Two write_reads of one thread as one, in the place of the first or of the second. */
export const joined = (ops: readonly Op[], first: number, second: number, late: boolean): readonly Op[] | undefined => {
  const one = ops[first] as WriteReadOp;
  const two = ops[second] as WriteReadOp;
  if (one.bad === true || two.bad === true) return undefined;
  const before = one.write?.length ?? 0;
  const write = [...(one.write ?? []), ...(two.write ?? [])];
  const read = two.read ?? one.read;
  const { write: _, read: __, ...who } = one;
  const merged: Op = { ...who, ...(write.length === 0 ? {} : { write }), ...(read === undefined ? {} : { read }) };
  const place = late ? second : first;
  return ops.flatMap((op, at): Op[] => {
    if (at === place) return [merged];
    if (at === first || at === second) return [];
    return [mapReferences(op, ref => (ref.of === two.id ? { ...ref, of: one.id, cmd: (ref.cmd ?? 0) + before } : ref))];
  });
};

/** The op done by another process, thread or descriptor. */
export const renamed = (
  op: Op,
  name: (who: { proc: number; thread: number; fd: number }) => { proc: number; thread: number; fd: number },
): Op => {
  if (op.op === 'reclaim') return op;
  const given = { proc: op.proc, thread: 'thread' in op ? op.thread : 0, fd: 'fd' in op ? op.fd : 0 };
  const { proc, thread, fd } = name(given);
  const next = {
    ...op,
    proc,
    ...('thread' in op ? { thread } : {}),
    ...('fd' in op ? { fd } : {}),
  } as Op;
  if (next.op === 'fork') return { ...next, child: name({ proc: next.child, thread: 0, fd: 0 }).proc };
  if (next.op === 'share') {
    const got = name({ proc: next.to, thread: 0, fd: next.as });
    return { ...next, to: got.proc, as: got.fd };
  }
  if (next.op === 'ioctl' && next.arg?.target !== undefined && 'proc' in next.arg.target) {
    const target = name({ proc: next.arg.target.proc, thread: 0, fd: 0 });
    return { ...next, arg: { ...next.arg, target: { proc: target.proc } } };
  }
  return next;
};

/** Every handle reference of a log once, in order of appearance; for trying another one in its place. */
export const handlesOf = (ops: readonly Op[]): readonly HandleRef[] => {
  const found = new Map<string, HandleRef>();
  for (const op of ops) {
    if (op.op !== 'write_read') continue;
    for (const command of op.write ?? []) {
      const refs = 'handle' in command ? [command.handle] : 'target' in command ? [command.target] : [];
      for (const ref of refs) if (typeof ref !== 'number') found.set(JSON.stringify(ref), ref);
    }
  }
  return [...found.values()];
};
