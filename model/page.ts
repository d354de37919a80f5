/**
 * Pages of an arena: populated when a buffer first needs them (ALLOC-27), kept until memory is short (ALLOC-31).
 * A page is active while an allocated buffer overlaps it, otherwise reclaimable or absent (ALLOC-28).
 */
import { PAGE } from '../abi/ids.ts';
import type { Arena } from './state.ts';

export type Pages = readonly (readonly [number, number])[];

/** Pages that a region overlaps, as [first, end). */
export const pagesOf = (offset: number, size: number): readonly [number, number] => [
  Math.floor(offset / PAGE),
  Math.ceil((offset + size) / PAGE),
];

/** The union of sorted disjoint ranges with one more. */
export const addPages = (pages: Pages, [first, end]: readonly [number, number]): Pages => {
  for (const [low, high] of pages) if (low <= first && end <= high) return pages;
  const next: (readonly [number, number])[] = [];
  let low = first;
  let high = end;
  for (const range of pages) {
    if (range[1] < low || range[0] > high) next.push(range);
    else {
      low = Math.min(low, range[0]);
      high = Math.max(high, range[1]);
    }
  }
  next.push([low, high]);
  return next.sort((a, b) => a[0] - b[0]);
};

/** What two unions of ranges have in common. */
export const commonPages = (pages: Pages, others: Pages): Pages =>
  pages.flatMap(([first, end]) =>
    others.flatMap(([low, high]): Pages => {
      const range = [Math.max(first, low), Math.min(end, high)] as const;
      return range[0] < range[1] ? [range] : [];
    }),
  );

/** The parts of a range that no range covers. */
export const absentPages = (pages: Pages, [first, end]: readonly [number, number]): Pages => {
  const absent: (readonly [number, number])[] = [];
  let at = first;
  for (const [low, high] of pages) {
    if (high <= at) continue;
    if (low >= end) break;
    if (low > at) absent.push([at, low]);
    at = high;
  }
  if (at < end) absent.push([at, end]);
  return absent;
};

/** Pages under allocated buffers. */
export const activePages = (arena: Arena): Pages => {
  let pages: Pages = [];
  for (const { offset, size, buffer } of arena.regions)
    if (buffer !== null) pages = addPages(pages, pagesOf(offset, size));
  return pages;
};

export const countPages = (pages: Pages): number => pages.reduce((sum, [first, end]) => sum + end - first, 0);
