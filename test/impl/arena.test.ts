/** Placement, accounting and pages of the arena (sections 3.2 to 3.6 of the rules). */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Arena, regionSize, wideRegionSize } from '../../impl/arena.ts';
import type { Buffer } from '../../impl/buffer.ts';
import { ENOSPC, ESRCH } from '../../impl/result.ts';

const arenaOf = (size: number): Arena => {
  const arena = new Arena();
  arena.map(0x1000, size, true, new Uint8Array(size).fill(0xee));
  return arena;
};

const allocate = (arena: Arena, size: number, async = false, pid = 1): Buffer | null =>
  arena.allocate(regionSize(size, 0, 0), size, 0, 0, async, pid);

const mustAllocate = (arena: Arena, size: number, async = false, pid = 1): Buffer => {
  const buffer = allocate(arena, size, async, pid);
  if (buffer === null) throw new Error('the arena is full');
  return buffer;
};

describe('a region', () => {
  test('has room for its three parts, each rounded up to 8, and at least 8 bytes', () => {
    expect(regionSize(5, 8, 3)).toBe(24);
    expect(regionSize(0, 0, 0)).toBe(8);
  });

  test('does not exist when a part or the sum wraps', () => {
    expect(wideRegionSize((1n << 64n) - 1n, 0n, 0n)).toBe(-1);
    expect(wideRegionSize(1n << 63n, 1n << 63n, 0n)).toBe(-1);
    expect(wideRegionSize(8n, 0n, (1n << 64n) - 8n)).toBe(-1);
    expect(wideRegionSize(0n, 0n, (1n << 64n) - 8n)).toBeGreaterThan(2 ** 63);
  });
});

describe('placement', () => {
  test('splits from the low end and leaves the rest free', () => {
    const arena = arenaOf(4096);
    expect(mustAllocate(arena, 320).offset).toBe(0);
    expect(mustAllocate(arena, 480).offset).toBe(320);
  });

  test('takes equal holes in the order in which they were freed', () => {
    const arena = arenaOf(4096);
    const buffers = Array.from({ length: 16 }, () => mustAllocate(arena, 256));
    const order = [5, 2, 9, 12];
    for (const at of order) arena.release(buffers[at] as Buffer);
    // No hole fits exactly, so that the order of their making decides.
    expect(order.map(() => mustAllocate(arena, 248).offset / 256)).toEqual(order);
  });

  test('merges everything back into one region, in whatever order buffers go', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(700), fc.nat(1000)), { maxLength: 200 }), steps => {
        const arena = arenaOf(16384);
        const live: Buffer[] = [];
        for (const [free, size, pick] of steps) {
          if (free && live.length > 0) {
            const [gone] = live.splice(pick % live.length, 1);
            if (gone !== undefined) arena.release(gone);
          } else {
            const made = allocate(arena, size);
            if (made !== null) live.push(made);
          }
          expect(arena.allocated).toBe(live.length);
          for (const buffer of live) expect(arena.at(0x1000 + buffer.offset)).toBe(buffer);
        }
        for (const buffer of live) arena.release(buffer);
        expect(mustAllocate(arena, 16384).offset).toBe(0);
      }),
    );
  });

  test('fails with ESRCH once a part was unmapped and with ENOSPC when nothing fits', () => {
    const arena = arenaOf(4096);
    expect(allocate(arena, 4097)).toBeNull();
    expect(arena.refusal).toBe(ENOSPC);
    arena.alive = false;
    expect(allocate(arena, 8)).toBeNull();
    expect(arena.refusal).toBe(ESRCH);
  });
});

describe('the async half', () => {
  test('is charged what a region measures and credited the same', () => {
    const arena = arenaOf(1 << 20);
    const buffer = mustAllocate(arena, 3, true);
    expect(arena.freeAsync).toBe((1 << 19) - 8);
    arena.release(buffer);
    expect(arena.freeAsync).toBe(1 << 19);
  });

  test('is exactly half', () => {
    const arena = arenaOf(1 << 20);
    mustAllocate(arena, 1 << 19, true);
    expect(allocate(arena, 0, true)).toBeNull();
    expect(allocate(arena, 0)).not.toBeNull();
  });

  test('makes the eleventh of 40000 bytes suspect, and no other', () => {
    const arena = arenaOf(1 << 20);
    const suspects = Array.from({ length: 13 }, () => mustAllocate(arena, 40000, true).spamSuspect);
    expect(suspects.indexOf(true)).toBe(10);
    expect(suspects.filter(Boolean)).toHaveLength(1);
  });

  test('counts buffers by sender', () => {
    const arena = arenaOf(1 << 20);
    for (let count = 0; count < 10; count++) mustAllocate(arena, 41904, true, 1);
    const suspects = Array.from({ length: 52 }, () => mustAllocate(arena, 8, true, 2).spamSuspect);
    expect(suspects.indexOf(true)).toBe(50);
  });
});

describe('pages', () => {
  test('are active while a buffer overlaps them, and reclaimable afterwards', () => {
    const arena = arenaOf(1 << 16);
    const { pages } = arena;
    const counts = (): readonly number[] => [pages.active, pages.reclaimable];
    const first = mustAllocate(arena, 5000);
    expect(counts()).toEqual([2, 0]);
    const second = mustAllocate(arena, 3192);
    expect(counts()).toEqual([2, 0]);
    const third = mustAllocate(arena, 8);
    expect(counts()).toEqual([3, 0]);
    arena.release(first);
    expect(counts()).toEqual([2, 1]);
    arena.release(second);
    expect(counts()).toEqual([1, 2]);
    arena.release(third);
    expect(counts()).toEqual([0, 3]);
    expect(pages.highWatermark).toBe(3);
  });

  test('keep old bytes until they are reclaimed, and are zero when they come back', () => {
    const arena = arenaOf(4096);
    const buffer = mustAllocate(arena, 64);
    expect(arena.peek(0, 64)).toEqual(new Uint8Array(64));
    arena.bytes.fill(0x5a, 0, 64);
    arena.release(buffer);
    expect(arena.peek(0, 2)).toEqual(new Uint8Array([0x5a, 0x5a]));
    arena.pages.reclaim(() => true);
    expect(arena.peek(0, 2)).toBeUndefined();
    mustAllocate(arena, 8);
    expect(arena.peek(0, 64)).toEqual(new Uint8Array(64));
  });
});
