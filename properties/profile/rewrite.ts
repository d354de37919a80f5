/**
 * Ops as every driver understands them: a reference that means nothing any more is a number that no driver gives out,
 * because what it would mean by chance is different on each.
 */
import { STRAY_ADDRESS, STRAY_FD, STRAY_HANDLE } from '../../abi/resolve.ts';
import type { CommandSpec, HandleRef, Op } from '../../abi/op.ts';
import type { Snapshot } from '../../abi/snapshot.ts';
import type { FlagId } from './flags.ts';
import { fileIn, type Arrived, type Names, type Slot } from './names.ts';

interface Reference {
  readonly of: number;
  readonly cmd?: number | undefined;
  readonly slot?: number | undefined;
  readonly delta?: number | undefined;
}

/** Who uses a reference, and what is true then. */
export interface Place {
  readonly proc: number;
  readonly fd: number;
  readonly state: Snapshot;
  readonly names: Names;
}

const arrivedAt = ({ proc, fd, names }: Place, { of, cmd = 0 }: Reference): Arrived | undefined => {
  const arrived = names.arrival(of, cmd);
  // What somebody else received is a number by chance.
  return arrived?.proc === proc && arrived.fd === fd ? arrived : undefined;
};

/** The handle that a reference means, while the reference behind it is held. */
const heldHandle = (place: Place, reference: Reference): Slot | undefined => {
  const slot = arrivedAt(place, reference)?.slots[reference.slot ?? 0];
  if (slot?.ref === undefined) return undefined;
  const file = fileIn(place.state, place.proc, place.fd);
  return file?.refs.some(({ id }) => id === slot.ref) === true ? slot : undefined;
};

/** The message that a reference means, while it is held. */
const heldBuffer = (place: Place, reference: Reference): Arrived | undefined => {
  if ((reference.delta ?? 0) !== 0) return undefined;
  const arrived = arrivedAt(place, reference);
  const file = fileIn(place.state, place.proc, place.fd);
  return arrived !== undefined && file?.buffers.some(({ id }) => id === arrived.id) === true ? arrived : undefined;
};

const isReference = (value: unknown): value is Reference =>
  typeof value === 'object' && value !== null && 'of' in value;

/** Small numbers are those that a driver gives out. */
const GIVEN = 1000;

/** A handle as every driver understands it; handle 0 and what nobody gives out stay what they are. */
const handleFor = (place: Place, value: HandleRef): HandleRef => {
  if (typeof value === 'number') return value === 0 || value >= GIVEN ? value : STRAY_HANDLE;
  if (heldHandle(place, value) !== undefined) return value;
  return arrivedAt(place, value)?.slots[value.slot ?? 0]?.ours === 0 ? 0 : STRAY_HANDLE;
};

const descriptorFor = (place: Place, value: Reference): unknown =>
  place.names.arrival(value.of, value.cmd ?? 0)?.proc === place.proc ? value : { number: STRAY_FD };

/** The value with what is stale replaced by what no driver gives out; `key` says what may stand there. */
const fresh = (place: Place, value: unknown, key = ''): unknown => {
  if ((key === 'target' || key === 'handle') && (isReference(value) || typeof value === 'number')) {
    return handleFor(place, value);
  }
  if (isReference(value)) {
    if (key === 'buffer') return heldBuffer(place, value) === undefined ? STRAY_ADDRESS : value;
    return descriptorFor(place, value);
  }
  if (Array.isArray(value)) return value.map(item => fresh(place, item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, fresh(place, item, name)]));
};

const COUNTS = new Set(['BC_INCREFS', 'BC_ACQUIRE', 'BC_RELEASE', 'BC_DECREFS']);
const DEATHS = new Set(['BC_REQUEST_DEATH_NOTIFICATION', 'BC_CLEAR_DEATH_NOTIFICATION']);

/** Whether command `at` acknowledges a strong announcement while the weak one of that node is not. */
const isEarly = ({ state, proc, fd }: Place, write: readonly CommandSpec[], at: number): boolean => {
  const command = write[at];
  if (command?.bc !== 'BC_ACQUIRE_DONE') return false;
  const { ptr, cookie } = command;
  const acknowledged = write
    .slice(0, at)
    .some(each => each.bc === 'BC_INCREFS_DONE' && each.ptr === ptr && each.cookie === cookie);
  return !acknowledged && fileIn(state, proc, fd)?.nodes.some(each => each.ptr === ptr && each.localWeak > 0) === true;
};

/** Whether a command does the same on every driver that the profile is about. */
const isPortable = (flags: ReadonlySet<FlagId>, place: Place, write: readonly CommandSpec[], at: number): boolean => {
  const command = write[at] as CommandSpec;
  if (flags.has('release-timing') && isEarly(place, write, at)) return false;
  if (command.bc === 'BC_FREE_BUFFER') {
    const { buffer } = command;
    return !flags.has('unknown-buffer') || ('of' in buffer && heldBuffer(place, buffer) !== undefined);
  }
  if (!('handle' in command) || !(COUNTS.has(command.bc) || DEATHS.has(command.bc))) return true;
  const slot = isReference(command.handle) ? heldHandle(place, command.handle) : undefined;
  if (slot === undefined) return command.handle === 0 ? !flags.has('handle-zero') : !flags.has('unknown-handle');
  if (slot.ours === 0 && flags.has('handle-zero')) return false;
  const ref = fileIn(place.state, place.proc, place.fd)?.refs.find(({ id }) => id === slot.ref);
  const again = command.bc === 'BC_REQUEST_DEATH_NOTIFICATION' && ref?.death === true;
  return !(again && flags.has('second-registration'));
};

/** Numbers of the commands of a write that every driver takes alike, in their order. */
export const portableCommands = (flags: ReadonlySet<FlagId>, place: Place, op: Op): readonly number[] =>
  op.op === 'write_read'
    ? (op.write ?? []).flatMap((_command, at, write) => (isPortable(flags, place, write, at) ? [at] : []))
    : [];

/** Number of a command that no write of the log has: BC_ENTER_LOOPER, which a profile puts before the others. */
export const ENTERS = -1;

/** The op with only these commands of its write, and with nothing in it that means something by chance. */
export const rewritten = (place: Place, op: Op, commands: readonly number[]): Op => {
  if (op.op !== 'write_read') return fresh(place, op) as Op;
  const { write, ...rest } = op;
  if (write === undefined && commands.length === 0) return fresh(place, rest) as Op;
  const kept = commands.map(at => (at === ENTERS ? { bc: 'BC_ENTER_LOOPER' } : write?.[at]));
  return fresh(place, { ...rest, write: kept }) as Op;
};
