/**
 * What the specification allows, in the terms of a driver that differs where the profile lets it: wherever something
 * may differ, the driver's own value takes the place of the specification's. What is left is compared as it is.
 */
import { decodeObject } from '../../abi/codec.ts';
import { fromHex, overlay, toHex } from '../../abi/hex.ts';
import { BINDER_BUFFER_FLAG_HAS_PARENT, BR } from '../../abi/constants.ts';
import type { OpId } from '../../abi/ids.ts';
import type { Delivery, Done, Observation, Result, Return } from '../../abi/observation.ts';
import type { Call } from '../../abi/call.ts';
import type { Circumstances } from './circumstances.ts';
import type { FlagId } from './flags.ts';

/** A message that both sides delivered. */
export interface Pair {
  readonly ours: Delivery;
  readonly theirs: Delivery;
}

export interface Adopting {
  readonly flags: ReadonlySet<FlagId>;
  readonly call: Call;
  /** Rules of the outcome. */
  readonly rules: readonly string[];
  readonly circumstances: Pick<Circumstances, 'frozenAndGone' | 'unmapped'>;
  /** Whether the thread that made a call sent a oneway to a frozen process before, or with it. */
  readonly sentToFrozen: (op: OpId) => boolean;
  /** Deliveries that stand for each other, in the order in which they were met. */
  readonly pairs: Pair[];
  /** What a delivery must be, where the driver's own numbers for it may not be. */
  readonly corrections?: ReadonlyMap<Delivery, (shown: Delivery) => Delivery>;
}

const isDelivery = (value: Return): value is Delivery => 'offsetsAt' in value;

/** Position of the second word of an object: the number of a handle or descriptor, the address of a piece. */
const WORD = 8;
const HANDLE_BYTES = 4;
const ADDRESS_BYTES = 8;

/** `hex` with `length` bytes at `at` as `other` has them. */
const taken = (hex: string, other: string, at: number, length: number): string =>
  (at + length) * 2 > Math.min(hex.length, other.length)
    ? hex
    : overlay(hex, at, other.slice(at * 2, (at + length) * 2));

const objectsOf = (data: string, offsets: readonly number[]) => {
  const bytes = fromHex(data);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return offsets.map(at => ({ at, object: decodeObject(view, at, bytes.length) }));
};

/** The payload with the driver's numbers and addresses in the slots of objects. */
const payload = ({ flags }: Adopting, ours: Delivery, theirs: Delivery): Pick<Delivery, 'data' | 'pieces'> => {
  let { data } = ours;
  const pieces = [...ours.pieces];
  if (ours.offsets.length === 0) return { data, pieces };
  const objects = objectsOf(data, ours.offsets);
  // Number of the piece behind each PTR, by slot.
  const pieceOf = new Map<number, number>();
  objects.forEach(({ object }, slot) => {
    if (object.type === 'PTR') pieceOf.set(slot, pieceOf.size);
  });
  const inPiece = (parent: unknown, at: unknown, length: number): void => {
    const piece = pieceOf.get(Number(parent));
    const [mine, other] = piece === undefined ? [] : [pieces[piece], theirs.pieces[piece]];
    if (piece === undefined || mine === undefined || other === undefined) return;
    pieces[piece] = taken(mine, other, Number(at), length);
  };
  for (const { at, object } of objects) {
    switch (object.type) {
      case 'HANDLE':
      case 'WEAK_HANDLE':
        if (flags.has('handle-numbers')) data = taken(data, theirs.data, at + WORD, HANDLE_BYTES);
        break;
      case 'FD':
        if (flags.has('descriptor-numbers')) data = taken(data, theirs.data, at + WORD, HANDLE_BYTES);
        break;
      case 'FDA':
        if (flags.has('descriptor-numbers')) inPiece(object.parent, object.parentOffset, 4 * Number(object.numFds));
        break;
      case 'PTR':
        if (!flags.has('placement')) break;
        data = taken(data, theirs.data, at + WORD, ADDRESS_BYTES);
        if ((object.flags & BINDER_BUFFER_FLAG_HAS_PARENT) !== 0)
          inPiece(object.parent, object.parentOffset, ADDRESS_BYTES);
        break;
      default:
        break;
    }
  }
  return { data, pieces };
};

const delivery = (how: Adopting, ours: Delivery, theirs: Delivery): Delivery => {
  how.pairs.push({ ours, theirs });
  const opaque = how.flags.has('placement');
  const noOffsets = how.flags.has('offsets-pointer') && ours.offsetsSize === 0;
  const buffer = opaque ? theirs.buffer : ours.buffer;
  const offsetsAt = noOffsets ? theirs.offsetsAt : ours.offsetsAt - ours.buffer + buffer;
  const like = { ...ours, buffer, offsetsAt, ...payload(how, ours, theirs) };
  return how.corrections?.get(ours)?.(like) ?? like;
};

const isFrozenAndGone = ({ flags, circumstances }: Adopting): boolean =>
  flags.has('frozen-and-gone') && circumstances.frozenAndGone;

/** A receiver was never mapped. */
const isUnmapped = ({ flags, circumstances, rules }: Adopting): boolean =>
  flags.has('dead-or-failed') && (circumstances.unmapped || rules.includes('ALLOC-11'));

/** Whether a noted error may be the other one. */
const mayBe = (how: Adopting, ours: number | undefined, theirs: number | undefined): boolean => {
  const both = new Set<number | undefined>([ours, theirs]);
  const are = (one: number, other: number): boolean => both.has(one) && both.has(other);
  return (
    (isFrozenAndGone(how) && are(BR.BR_FROZEN_REPLY, BR.BR_DEAD_REPLY)) ||
    (isUnmapped(how) && are(BR.BR_DEAD_REPLY, BR.BR_FAILED_REPLY))
  );
};

const returned = (how: Adopting, op: OpId, ours: Return, theirs: Return): Return => {
  if (isDelivery(ours) && isDelivery(theirs)) return delivery(how, ours, theirs);
  const either = (one: string, other: string): boolean =>
    (ours.br === one && theirs.br === other) || (ours.br === other && theirs.br === one);
  if (how.flags.has('spam-report') && either('BR_ONEWAY_SPAM_SUSPECT', 'BR_TRANSACTION_COMPLETE')) return theirs;
  const waits = how.flags.has('pending-frozen') && how.sentToFrozen(op);
  if (waits && either('BR_TRANSACTION_COMPLETE', 'BR_TRANSACTION_PENDING_FROZEN')) return theirs;
  if (isFrozenAndGone(how) && either('BR_FROZEN_REPLY', 'BR_DEAD_REPLY')) return theirs;
  const unmapped = isUnmapped(how);
  return unmapped && either('BR_DEAD_REPLY', 'BR_FAILED_REPLY') ? theirs : ours;
};

/** Returns that a driver may leave out or add. */
const isOptional = (flags: ReadonlySet<FlagId>, { br }: Return): boolean =>
  (br === 'BR_NOOP' && flags.has('noop')) || (br === 'BR_SPAWN_LOOPER' && flags.has('spawn-looper'));

/** The returns with the optional ones where the driver has them, and how many more of these it has. */
const returnsLike = (
  how: Adopting,
  op: OpId,
  ours: readonly Return[],
  theirs: readonly Return[],
): { readonly returns: readonly Return[]; readonly more: number } => {
  const needed = ours.filter(each => !isOptional(how.flags, each));
  let next = 0;
  const returns = theirs.flatMap((other): readonly Return[] => {
    if (isOptional(how.flags, other)) return [other];
    const own = needed[next++];
    return own === undefined ? [] : [returned(how, op, own, other)];
  });
  const optional = (list: readonly Return[]): number => list.filter(each => isOptional(how.flags, each)).length;
  return { returns: [...returns, ...needed.slice(next)], more: optional(theirs) - optional(ours) };
};

const ARGUMENT = new Set(['EFAULT', 'EINVAL']);

const statusLike = ({ flags, call }: Adopting, ours: Done['status'], theirs: Done['status']): Done['status'] => {
  if (flags.has('argument-errno') && ARGUMENT.has(ours) && ARGUMENT.has(theirs)) return theirs;
  const refused = call.op === 'mmap' && ours !== 'OK' && theirs !== 'OK';
  return flags.has('mmap-errno') && refused ? theirs : ours;
};

const without = <Key extends keyof Done>(done: Done, keys: readonly Key[]): Done =>
  Object.fromEntries(Object.entries(done).filter(([key]) => !keys.includes(key as Key))) as unknown as Done;

const done = (how: Adopting, op: OpId, ours: Done, theirs: Done): Done => {
  const status = statusLike(how, ours.status, theirs.status);
  let like: Done = { ...ours, status };
  if (how.flags.has('again') && status === 'EAGAIN' && theirs.status === 'EAGAIN') {
    like = without(like, ['read', 'returns']);
    const { read, returns } = theirs;
    return { ...like, ...(read === undefined ? {} : { read }), ...(returns === undefined ? {} : { returns }) };
  }
  if (ours.returns !== undefined && theirs.returns !== undefined) {
    const { returns, more } = returnsLike(how, op, ours.returns, theirs.returns);
    like = { ...like, returns, ...(ours.read === undefined ? {} : { read: ours.read + 4 * more }) };
  }
  const { call } = how;
  const error = call.op === 'ioctl' && call.cmd === 'BINDER_GET_EXTENDED_ERROR' && how.flags.has('extended-error');
  if (error && ours.out !== undefined && theirs.out !== undefined) {
    const { hasId, param, command } = theirs.out;
    like = {
      ...like,
      out: {
        ...ours.out,
        ...(hasId === undefined ? {} : { hasId }),
        ...(param === undefined ? {} : { param }),
        ...(command !== undefined && mayBe(how, ours.out.command, command) ? { command } : {}),
      },
    };
  }
  return like;
};

const result = (how: Adopting, ours: Result, theirs: Result): Result =>
  ours === 'pending' || theirs === 'pending' ? ours : done(how, how.call.id, ours, theirs);

/** The observation that the specification allows, in the terms of what the driver showed. */
export const adopted = (how: Adopting, ours: Observation, theirs: Observation): Observation => ({
  op: ours.op,
  result: result(how, ours.result, theirs.result),
  completions: ours.completions.map(({ op, done: own }) => {
    const other = theirs.completions.find(each => each.op === op);
    return { op, done: other === undefined ? own : done(how, op, own, other.done) };
  }),
});

/** The number in a slot of a delivered message: of a handle or of a descriptor. */
export const numberAt = (hex: string, at: number): number => {
  const bytes = fromHex(hex.slice((at + WORD) * 2, (at + WORD + HANDLE_BYTES) * 2));
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
};

/** What is in each slot of a delivered message. */
export const slotKinds = ({ data, offsets }: Delivery): readonly ('handle' | 'descriptor' | 'other')[] =>
  objectsOf(data, offsets).map(({ object: { type } }) => {
    if (type === 'HANDLE' || type === 'WEAK_HANDLE') return 'handle';
    return type === 'FD' ? 'descriptor' : 'other';
  });

/** The payload with another handle in a slot: how a number that may not be there is shown. */
export const withHandle = (shown: Delivery, at: number, handle: number): Delivery => {
  const bytes = new Uint8Array(HANDLE_BYTES);
  new DataView(bytes.buffer).setUint32(0, handle, true);
  return { ...shown, data: overlay(shown.data, at + WORD, toHex(bytes)) };
};
