/**
 * Free regions ordered by size, then by age: a treap that lives in the regions themselves.
 *
 * `find` answers the smallest region that is large enough and, among equals, the one inserted first (ALLOC-21,
 * ALLOC-22). Among several exact fits the rules leave the choice free (ALLOC-23): it is the oldest here, too.
 */
import type { Buffer } from './buffer.ts';

export class FreeIndex {
  #root: Buffer | null = null;
  #sequence = 0;
  #random = 0x2545f491;

  /** Adds a region as the newest of its size. */
  insert(region: Buffer): void {
    region.sequence = ++this.#sequence;
    let random = this.#random;
    random ^= random << 13;
    random ^= random >>> 17;
    random ^= random << 5;
    this.#random = random;
    region.priority = random & 0x3fffffff;
    const { size, priority } = region;

    let above: Buffer | null = null;
    let here = this.#root;
    let toLeft = false;
    while (here !== null && here.priority >= priority) {
      above = here;
      toLeft = here.size > size;
      here = toLeft ? here.left : here.right;
    }
    if (above === null) this.#root = region;
    else if (toLeft) above.left = region;
    else above.right = region;
    split(here, region);
  }

  /** Takes out a region that is in the index. */
  remove(region: Buffer): void {
    let above: Buffer | null = null;
    let here = this.#root;
    let toLeft = false;
    while (here !== null && here !== region) {
      above = here;
      toLeft = region.size < here.size || (region.size === here.size && region.sequence < here.sequence);
      here = toLeft ? here.left : here.right;
    }
    if (here === null) return;
    const rest = merge(region.left, region.right);
    if (above === null) this.#root = rest;
    else if (toLeft) above.left = rest;
    else above.right = rest;
    region.left = null;
    region.right = null;
  }

  /** The best region of at least `size` bytes; it stays in the index. */
  find(size: number): Buffer | null {
    let best: Buffer | null = null;
    let here = this.#root;
    while (here !== null) {
      if (here.size >= size) {
        best = here;
        here = here.left;
      } else {
        here = here.right;
      }
    }
    return best;
  }
}

/** Hangs the parts of a tree that are older and newer than `region` under it. */
const split = (tree: Buffer | null, region: Buffer): void => {
  let older: Buffer | null = null;
  let newer: Buffer | null = null;
  region.left = null;
  region.right = null;
  while (tree !== null) {
    if (tree.size <= region.size) {
      if (older === null) region.left = tree;
      else older.right = tree;
      older = tree;
      tree = tree.right;
    } else {
      if (newer === null) region.right = tree;
      else newer.left = tree;
      newer = tree;
      tree = tree.left;
    }
  }
  if (older !== null) older.right = null;
  if (newer !== null) newer.left = null;
};

/** One tree of two, all of `low` before all of `high`. */
const merge = (low: Buffer | null, high: Buffer | null): Buffer | null => {
  let root: Buffer | null = null;
  let above: Buffer | null = null;
  let toLeft = false;
  while (low !== null && high !== null) {
    const takeLow: boolean = low.priority >= high.priority;
    const top: Buffer = takeLow ? low : high;
    if (above === null) root = top;
    else if (toLeft) above.left = top;
    else above.right = top;
    above = top;
    toLeft = !takeLow;
    if (takeLow) low = top.right;
    else high = top.left;
  }
  const rest = low ?? high;
  if (above === null) return rest;
  if (toLeft) above.left = rest;
  else above.right = rest;
  return root;
};
