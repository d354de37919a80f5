/** Arenas and the buffers in them, from the numbers of a row. */
import { activePages, countPages } from '../page.ts';
import type { Arena, Buffer, Held, Region } from '../state.ts';
import { BUFFERS, takeProc, takeTransaction, type Unpacking } from './reading.ts';

const align8 = (size: number): number => (size + 7) & ~7;

/** The arena of a file of which the mapping is known. */
export const readArena = (u: Unpacking, begun: Arena): Arena => {
  const from = u.from;
  const count = from.take();
  const size = count === 0 ? 0 : from.take() * 4096;
  const regions: Region[] = [];
  let at = 0;
  let charged = 0;
  let youngest = 0;
  for (let number = 1; number <= count; number++) {
    const tag = from.take();
    if (tag === 0) {
      const length = number < count ? from.take() * 8 : size - at;
      const freed = from.take();
      youngest = Math.max(youngest, freed);
      regions.push({ offset: at, size: length, freed, buffer: null });
      at += length;
      continue;
    }
    const buffer = readBuffer(u, tag);
    const length = Math.max(8, align8(buffer.dataSize) + align8(buffer.offsetsSize) + align8(buffer.extraSize));
    if (buffer.async) charged += length;
    regions.push({ offset: at, size: length, freed: -1, buffer });
    at += length;
  }
  const arena: Arena = {
    ...begun,
    size,
    mapped: begun.mapped < 0 ? size : begun.mapped,
    readable: size > 0 && begun.readable,
    regions,
    freeAsync: size / 2 - charged,
    nextFreed: youngest + 1,
  };
  if (size === 0) return arena;
  const populated = u.layout.pages ? readPages(u) : activePages(arena);
  return { ...arena, populated, highWatermark: u.layout.pages ? from.take() : countPages(populated) };
};

/** Ranges of pages. */
export const readPages = (u: Unpacking): [number, number][] => {
  const pages: [number, number][] = [];
  for (let left = u.from.take(); left > 0; left--) {
    const first = u.from.take();
    pages.push([first, u.from.take()]);
  }
  return pages;
};

const readBuffer = (u: Unpacking, tag: number): Buffer => {
  const from = u.from;
  const dataSize = from.take();
  const transaction = takeTransaction(u);
  const targetNode = from.take();
  const sender = (tag & 2) !== 0 ? takeProc(u) : 0;
  const rare = (tag & 8) !== 0;
  const offsetsSize = rare ? from.take() * 8 : 0;
  const extraSize = rare ? from.take() : 0;
  const clearOnFree = rare && from.take() !== 0;
  const held: Held[] = [];
  if (rare) for (let left = from.take(); left > 0; left--) held.push(readHeld(u));
  return {
    id: transaction === 0 ? BUFFERS + ++u.buffers : transaction,
    dataSize,
    offsetsSize,
    extraSize,
    async: (tag & 2) !== 0,
    clearOnFree,
    userMayFree: (tag & 4) !== 0,
    sender,
    transaction,
    targetNode,
    held,
  };
};

const readHeld = (u: Unpacking): Held => {
  const from = u.from;
  const kind = from.take();
  const what = from.take();
  if (kind < 2) return { held: 'node', ptr: what, strong: kind === 0 };
  if (kind < 4) return { held: 'handle', handle: what, strong: kind === 2 };
  const fds: number[] = [];
  for (let left = from.take(); left > 0; left--) fds.push(from.take());
  return { held: 'fds', count: what, fds };
};
