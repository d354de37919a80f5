/**
 * The buffer space of one file: an arena cut into regions that tile it exactly, allocated or free.
 *
 * Best fit over the free regions; the low end of a region is taken; neighbours that are free are always one region.
 * Oneway buffers are charged to half of the arena, a counter only (ALLOC-20). Free regions know when they became
 * free, because that decides between equal ones.
 */
import { MAX_ARENA, PAGE, type ProcIndex } from '../abi/ids.ts';
import { big, isSmall, type U64 } from '../abi/u64.ts';
import type { Arena, Buffer, FileKey, NodeId, Region } from './state.ts';
import { withArena, withBuffer, withRegion } from './record.ts';
import { itemAt, type Turn } from './turn.ts';
import { zeroed } from './memory.ts';
import { absentPages, addPages, pagesOf } from './page.ts';

/** ALLOC-11: no mapping yet. */
export const noArena: Arena = {
  size: 0,
  live: false,
  readable: false,
  mapped: 0,
  gone: [],
  regions: [],
  freeAsync: 0,
  spamDetected: false,
  nextFreed: 0,
  populated: [],
  hidden: [],
  highWatermark: 0,
  spans: [],
};

/** ALLOC-01: the first 4 MiB of the mapping are managed; half of them may carry oneways. */
export const newArena = (length: number, readable: boolean): Arena => {
  const mapped = Math.ceil(length / PAGE) * PAGE;
  const size = Math.min(mapped, MAX_ARENA);
  return withArena(noArena, {
    size,
    live: true,
    readable,
    mapped,
    regions: [{ offset: 0, size, freed: 0, buffer: null }],
    freeAsync: size / 2,
    nextFreed: 1,
  });
};

const LIMIT = 1n << 64n;
const align8 = (size: number): number => (size + 7) & ~7;

/** Sizes of a message: ALLOC-12. `null` when the sum wraps 64 bits (ALLOC-14). */
const regionSize = (data: U64, offsets: U64, extra: U64): number | bigint | null => {
  if (isSmall(data) && isSmall(offsets) && isSmall(extra) && data < 2 ** 30 && offsets < 2 ** 30 && extra < 2 ** 30) {
    return Math.max(align8(data) + align8(offsets) + align8(extra), 8);
  }
  let sum = 0n;
  for (const part of [data, offsets, extra]) {
    const rounded = (big(part) + 7n) & ~7n;
    if (rounded >= LIMIT) return null;
    sum += rounded;
  }
  return sum >= LIMIT ? null : sum === 0n ? 8n : sum;
};

export interface Request {
  readonly id: number;
  readonly dataSize: U64;
  readonly offsetsSize: U64;
  readonly extraSize: U64;
  readonly async: boolean;
  readonly clearOnFree: boolean;
  readonly sender: ProcIndex;
  /** 0 for a reply. */
  readonly targetNode: NodeId;
}

export type Allocation =
  | { readonly got: 'buffer'; readonly offset: number; readonly spam: boolean }
  | { readonly got: 'nothing'; readonly errno: 'ESRCH' | 'EINVAL' | 'ENOSPC' };

/** ALLOC-15: the order in which a request is refused, or a buffer (binder_alloc_new_buf). */
export const allocate = (t: Turn, key: FileKey, request: Request): Allocation => {
  const { arena } = t.file(key);
  if (!arena.live) {
    t.fire('ALLOC-15', arena.size === 0 ? 'ALLOC-11' : 'ALLOC-10', 'ALLOC-46');
    if (arena.size === 0) t.fire('PROC-10');
    return { got: 'nothing', errno: 'ESRCH' };
  }
  const size = regionSize(request.dataSize, request.offsetsSize, request.extraSize);
  if (size === null) {
    t.fire('ALLOC-15', 'ALLOC-14', 'ALLOC-46');
    return { got: 'nothing', errno: 'EINVAL' };
  }
  t.fire('ALLOC-12');
  if (request.dataSize === 0 && request.offsetsSize === 0) t.fire('ALLOC-13');
  if (request.async && arena.freeAsync < size) {
    t.fire('ALLOC-15', 'ALLOC-16', 'ALLOC-46');
    return { got: 'nothing', errno: 'ENOSPC' };
  }
  const at = bestFit(t, arena.regions, size);
  if (at < 0) {
    t.fire('ALLOC-15', 'ALLOC-21', 'ALLOC-46');
    if (request.async) t.fire('ALLOC-20');
    return { got: 'nothing', errno: 'ENOSPC' };
  }
  return take(t, key, at, Number(size), request);
};

/** ALLOC-21, ALLOC-22, ALLOC-23: which free region serves. -1 when none is large enough. */
const bestFit = (t: Turn, regions: readonly Region[], size: number | bigint): number => {
  let best = -1;
  let equals = 0;
  for (let at = 0; at < regions.length; at++) {
    const region = regions[at] as Region;
    if (region.buffer !== null || region.size < size) continue;
    const found = itemAt(regions, best);
    if (found === undefined || region.size < found.size) {
      best = at;
      equals = 1;
    } else if (region.size === found.size) {
      equals++;
      if (region.freed < found.freed) best = at;
    }
  }
  if (best < 0) return best;
  if (equals === 1) {
    t.fire('ALLOC-21');
    return best;
  }
  const fit = (regions[best] as Region).size;
  if (fit > Number(size)) {
    t.fire('ALLOC-22');
    return best;
  }
  t.fire('ALLOC-23');
  const exact = regions.flatMap((region, at) => (region.buffer === null && region.size === fit ? [at] : []));
  return exact[t.choose(exact.length)] as number;
};

/** ALLOC-24: the buffer takes the low end; the rest is free and the newest. */
const take = (t: Turn, key: FileKey, at: number, size: number, request: Request): Allocation => {
  const { arena } = t.file(key);
  const region = arena.regions[at] as Region;
  const buffer: Buffer = {
    id: request.id,
    dataSize: request.dataSize as number,
    offsetsSize: request.offsetsSize as number,
    extraSize: request.extraSize as number,
    async: request.async,
    clearOnFree: request.clearOnFree,
    userMayFree: false,
    sender: request.sender,
    transaction: request.id,
    targetNode: request.targetNode,
    held: [],
  };
  const taken: Region = { offset: region.offset, size, freed: -1, buffer };
  const rest: Region = {
    offset: region.offset + size,
    size: region.size - size,
    freed: arena.nextFreed,
    buffer: null,
  };
  const regions = arena.regions.slice();
  if (rest.size > 0) {
    t.fire('ALLOC-24');
    regions.splice(at, 1, taken, rest);
  } else {
    regions[at] = taken;
  }
  t.fire('ALLOC-27', 'ALLOC-28', 'ALLOC-32');
  const pages = pagesOf(region.offset, size);
  const charged = withArena(arena, {
    regions,
    nextFreed: arena.nextFreed + 1,
    freeAsync: request.async ? arena.freeAsync - size : arena.freeAsync,
    populated: addPages(arena.populated, pages),
    spans: absentPages(arena.populated, pages).reduce(
      (spans, [first, end]) => zeroed(spans, first * PAGE, (end - first) * PAGE),
      arena.spans,
    ),
    highWatermark: Math.max(arena.highWatermark, pages[1]),
  });
  if (!request.async) {
    t.fire('ALLOC-19');
    t.changeFile(key, { arena: charged });
    return { got: 'buffer', offset: region.offset, spam: false };
  }
  t.fire('ALLOC-16', 'ALLOC-17');
  const { arena: judged, spam } = judgeSpam(t, charged, request.sender);
  t.changeFile(key, { arena: judged });
  return { got: 'buffer', offset: region.offset, spam };
};

/** ALLOC-39 .. ALLOC-42, IOC-05: whether this oneway is the one that is reported as spam. */
const judgeSpam = (t: Turn, arena: Arena, sender: ProcIndex): { arena: Arena; spam: boolean } => {
  if (arena.freeAsync >= Math.floor(arena.size / 10)) {
    return { arena: arena.spamDetected ? withArena(arena, { spamDetected: false }) : arena, spam: false };
  }
  t.fire('ALLOC-39', 'ALLOC-42');
  let count = 0;
  let total = 0;
  for (const { buffer, size } of arena.regions) {
    if (buffer === null || !buffer.async || buffer.sender !== sender) continue;
    count++;
    total += size;
  }
  if (count <= 50 && total <= Math.floor(arena.size / 4)) return { arena, spam: false };
  t.fire('ALLOC-40', 'ALLOC-41', 'IOC-05');
  return { arena: withArena(arena, { spamDetected: true }), spam: !arena.spamDetected };
};

/** The allocated region that starts at an offset, or -1 (ALLOC-45). */
export const regionAt = (arena: Arena, offset: number): number => {
  for (let at = 0; at < arena.regions.length; at++) {
    const region = arena.regions[at] as Region;
    if (region.offset === offset && region.buffer !== null) return at;
  }
  return -1;
};

/** The buffer at an offset. */
export const bufferAt = (t: Turn, key: FileKey, offset: number): Buffer | undefined =>
  itemAt(t.file(key).arena.regions, regionAt(t.file(key).arena, offset))?.buffer ?? undefined;

export const changeBuffer = (t: Turn, key: FileKey, offset: number, change: Partial<Buffer>): void => {
  const { arena } = t.file(key);
  const at = regionAt(arena, offset);
  const region = itemAt(arena.regions, at);
  if (region === undefined || region.buffer === null) throw new Error('the model is wrong: no buffer to change');
  const regions = arena.regions.slice();
  regions[at] = withRegion(region, { buffer: withBuffer(region.buffer, change) });
  t.changeFile(key, { arena: withArena(arena, { regions }) });
};

/** ALLOC-18, ALLOC-25: the region is free again, one with its free neighbours, and the newest of the free set. */
export const giveBack = (t: Turn, key: FileKey, offset: number): void => {
  const { arena } = t.file(key);
  const at = regionAt(arena, offset);
  const region = arena.regions[at] as Region;
  const regions = arena.regions.slice();
  const before = itemAt(regions, at - 1);
  const after = regions[at + 1];
  const first = before !== undefined && before.buffer === null ? at - 1 : at;
  const last = after !== undefined && after.buffer === null ? at + 1 : at;
  const from = (regions[first] as Region).offset;
  const end = (regions[last] as Region).offset + (regions[last] as Region).size;
  regions.splice(first, last - first + 1, { offset: from, size: end - from, freed: arena.nextFreed, buffer: null });
  if (last > first) t.fire('ALLOC-25');
  const async = region.buffer?.async === true;
  const clear = region.buffer?.clearOnFree === true;
  if (clear) t.fire('ALLOC-37');
  if (async) t.fire('ALLOC-18');
  t.changeFile(key, {
    arena: withArena(arena, {
      regions,
      nextFreed: arena.nextFreed + 1,
      freeAsync: async ? arena.freeAsync + region.size : arena.freeAsync,
      spans: clear ? zeroed(arena.spans, offset, region.size) : arena.spans,
    }),
  });
};
