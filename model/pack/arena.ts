/** Arenas and the buffers in them, as numbers of a row. */
import type { Arena, Buffer, FileKey, Region } from '../state.ts';
import { meet, small, type Packing } from './row.ts';

/** The regions of an arena from the lowest on; their places follow from their sizes. */
export const packArena = (p: Packing, file: FileKey, arena: Arena): void => {
  const out = p.out;
  const { regions, size } = arena;
  out.put(regions.length);
  if (size === 0) return;
  out.put(size >>> 12);
  let at = 0;
  while (at < regions.length) {
    const region = regions[at] as Region;
    at++;
    if (region.buffer !== null) packBuffer(p, file, region.buffer);
    else {
      out.put(0);
      if (at < regions.length) out.put(region.size >>> 3);
      out.put(ageOf(arena, region));
    }
  }
  if (!p.layout.pages) return;
  packPages(p, arena.populated);
  out.put(arena.highWatermark);
};

/** Ranges of pages. */
export const packPages = (p: Packing, pages: Arena['populated']): void => {
  p.out.put(pages.length);
  for (const [first, end] of pages) {
    p.out.put(first);
    p.out.put(end);
  }
};

const packBuffer = (p: Packing, file: FileKey, buffer: Buffer): void => {
  const out = p.out;
  const rare = buffer.offsetsSize + buffer.extraSize > 0 || buffer.held.length > 0 || buffer.clearOnFree;
  out.put(1 | (buffer.async ? 2 : 0) | (buffer.userMayFree ? 4 : 0) | (rare ? 8 : 0));
  out.put(buffer.dataSize);
  out.put(meet(p, buffer.transaction));
  out.put(p.names.node(buffer.targetNode));
  if (buffer.async) out.put(p.names.proc(buffer.sender));
  if (!rare) return;
  out.put(buffer.offsetsSize >>> 3);
  out.put(buffer.extraSize);
  out.put(buffer.clearOnFree ? 1 : 0);
  out.put(buffer.held.length);
  for (const held of buffer.held) {
    if (held.held === 'node') {
      out.put(held.strong ? 0 : 1);
      out.put(p.names.ptr(file, small(held.ptr)));
    } else if (held.held === 'handle') {
      out.put(held.strong ? 2 : 3);
      out.put(held.handle);
    } else {
      out.put(4);
      out.put(held.count);
      out.put(held.fds.length);
      for (const fd of held.fds) out.put(fd);
    }
  }
};

/** Place of a free region among those of its size in the order of becoming free: only that decides (ALLOC-22). */
const ageOf = (arena: Arena, { size, freed }: Region): number => {
  let age = 0;
  const { regions } = arena;
  for (let at = 0; at < regions.length; at++) {
    const other = regions[at] as Region;
    if (other.buffer === null && other.size === size && other.freed < freed) age++;
  }
  return age;
};
