/**
 * Whether two observations are the same. It is what `equal` says of them, with every field named: it is asked at every
 * step, and a comparison that does not know its fields is several times slower.
 */
import { equal } from './equal.ts';
import type { Completion, Delivery, Done, Observation, Result, Return } from './observation.ts';

const sameDelivery = (a: Delivery, b: Delivery): boolean =>
  a.data === b.data &&
  a.buffer === b.buffer &&
  a.code === b.code &&
  a.flags === b.flags &&
  a.sender === b.sender &&
  a.euid === b.euid &&
  a.ptr === b.ptr &&
  a.cookie === b.cookie &&
  a.dataSize === b.dataSize &&
  a.offsetsSize === b.offsetsSize &&
  a.offsetsAt === b.offsetsAt &&
  equal(a.offsets, b.offsets) &&
  equal(a.pieces, b.pieces);

const sameReturn = (a: Return, b: Return): boolean => {
  if (a.br !== b.br) return false;
  switch (a.br) {
    case 'BR_TRANSACTION':
    case 'BR_TRANSACTION_SEC_CTX':
    case 'BR_REPLY':
      return sameDelivery(a, b as Delivery);
    case 'BR_INCREFS':
    case 'BR_ACQUIRE':
    case 'BR_RELEASE':
    case 'BR_DECREFS':
    case 'BR_DEAD_BINDER':
    case 'BR_CLEAR_DEATH_NOTIFICATION_DONE':
    case 'malformed':
      return equal(a, b);
    default:
      return true;
  }
};

const sameReturns = (a: Done['returns'], b: Done['returns']): boolean => {
  if (a === undefined || b === undefined || a.length !== b.length) return a === b;
  for (let at = 0; at < a.length; at++) if (!sameReturn(a[at] as Return, b[at] as Return)) return false;
  return true;
};

/** Whether it shows nothing but how it ended and what it exchanged, as most do. */
const isPlain = ({ readable, nice, bytes, ready, out }: Done): boolean =>
  readable === undefined && nice === undefined && bytes === undefined && ready === undefined && out === undefined;

const sameRest = (a: Done, b: Done): boolean =>
  a.readable === b.readable &&
  a.nice === b.nice &&
  a.bytes === b.bytes &&
  equal(a.ready, b.ready) &&
  equal(a.out, b.out);

/** Two counts that may be absent; what is known to be a number is compared faster. */
const sameCount = (a: number | undefined, b: number | undefined): boolean =>
  a === undefined ? b === undefined : b !== undefined && a === b;

const sameDone = (a: Done, b: Done): boolean =>
  a.status === b.status &&
  sameCount(a.wrote, b.wrote) &&
  sameCount(a.read, b.read) &&
  sameReturns(a.returns, b.returns) &&
  ((isPlain(a) && isPlain(b)) || sameRest(a, b));

const sameResult = (a: Result, b: Result): boolean =>
  typeof a === 'string' || typeof b === 'string' ? a === b : sameDone(a, b);

const sameCompletions = (a: readonly Completion[], b: readonly Completion[]): boolean => {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) {
    const left = a[at] as Completion;
    const right = b[at] as Completion;
    if (left.op !== right.op || !sameDone(left.done, right.done)) return false;
  }
  return true;
};

/** True when both show the same. */
export const same = (a: Observation, b: Observation): boolean =>
  a.op === b.op && sameResult(a.result, b.result) && sameCompletions(a.completions, b.completions);

/** Does not compile when an observation gets a field that is not compared here. */
export const EVERY_FIELD: readonly [
  Record<Exclude<keyof Delivery, 'br'>, true>,
  Record<keyof Done, true>,
  Record<keyof Observation, true>,
] = [
  {
    data: true,
    buffer: true,
    code: true,
    flags: true,
    sender: true,
    euid: true,
    ptr: true,
    cookie: true,
    dataSize: true,
    offsetsSize: true,
    offsetsAt: true,
    offsets: true,
    pieces: true,
  },
  {
    status: true,
    wrote: true,
    read: true,
    readable: true,
    nice: true,
    bytes: true,
    ready: true,
    returns: true,
    out: true,
  },
  { op: true, result: true, completions: true },
];
