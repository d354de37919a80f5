/** The data structures of the optimised driver agree with naive ones on every history. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Buffer } from '../../impl/buffer.ts';
import { FreeIndex } from '../../impl/free-index.ts';
import { Handles } from '../../impl/handles.ts';
import { Mapping } from '../../impl/mapping.ts';
import { Memory } from '../../impl/memory.ts';
import type { Ref } from '../../impl/ref.ts';
import { Table } from '../../impl/table.ts';
import { Work, WorkList, unqueue } from '../../impl/work.ts';

const region = (size: number): Buffer => {
  const made = new Buffer();
  made.size = size;
  return made;
};

describe('the table', () => {
  test('holds what a map would hold', () => {
    const step = fc.record({ add: fc.boolean(), low: fc.integer({ min: -3, max: 40 }), high: fc.nat(2) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), steps => {
        const table = new Table<{ readonly key: string }>();
        const map = new Map<string, { readonly key: string }>();
        for (const { add, low, high } of steps) {
          const key = `${low}:${high}`;
          if (!add) {
            table.remove(low, high);
            map.delete(key);
          } else if (!map.has(key)) {
            map.set(key, { key });
            table.add(low, high, map.get(key) as { readonly key: string });
          }
          expect(table.get(low, high)).toBe(map.get(key) ?? null);
          expect(table.size).toBe(map.size);
        }
        expect(new Set(table.all())).toEqual(new Set(map.values()));
      }),
    );
  });

  test('takes an unsigned word and its signed twin for the same key', () => {
    const table = new Table<object>();
    const value = {};
    table.add(0xffff_fff0, 0, value);
    expect(table.get(-16, 0)).toBe(value);
  });
});

describe('the index of free regions', () => {
  test('finds the smallest region that is large enough, the oldest among equals', () => {
    const step = fc.record({ insert: fc.boolean(), size: fc.integer({ min: 1, max: 12 }), pick: fc.nat(1000) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), steps => {
        const index = new FreeIndex();
        const inOrder: Buffer[] = [];
        for (const { insert, size, pick } of steps) {
          if (insert || inOrder.length === 0) {
            const made = region(size);
            index.insert(made);
            inOrder.push(made);
          } else {
            const [gone] = inOrder.splice(pick % inOrder.length, 1);
            if (gone !== undefined) index.remove(gone);
          }
          const fitting = inOrder.filter(each => each.size >= size);
          const least = Math.min(...fitting.map(each => each.size));
          expect(index.find(size)).toBe(fitting.find(each => each.size === least) ?? null);
        }
      }),
    );
  });
});

describe('handles', () => {
  test('are the lowest free numbers, and 0 only where it is asked for', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ take: fc.boolean(), pick: fc.nat(200), zero: fc.boolean() })), steps => {
        const handles = new Handles();
        const taken = new Map<number, Ref>();
        for (const { take, pick, zero } of steps) {
          let lowest = zero ? 0 : 1;
          while (taken.has(lowest)) lowest++;
          expect(handles.lowestFree(zero ? 0 : 1)).toBe(lowest);
          if (take) {
            const ref = { handle: lowest } as Ref;
            taken.set(lowest, ref);
            handles.set(lowest, ref);
          } else if (taken.delete(pick)) {
            handles.clear(pick);
          }
          expect(handles.get(pick)).toBe(taken.get(pick) ?? null);
        }
        expect(handles.all().map(({ handle }) => handle)).toEqual([...taken.keys()].sort((a, b) => a - b));
      }),
    );
  });

  test('go on behind the hundredth', () => {
    const handles = new Handles();
    for (let count = 0; count < 300; count++) handles.set(handles.lowestFree(1), {} as Ref);
    expect(handles.lowestFree(1)).toBe(301);
    handles.clear(7);
    expect(handles.lowestFree(1)).toBe(7);
  });
});

describe('user memory', () => {
  const memory = new Memory(new Uint8Array(64));
  memory.map(0x1000, 16, 0);
  memory.map(0x2000, 16, 32);

  test('is where a region says it is', () => {
    expect(memory.locate(0x1000, 16)).toBe(0);
    expect(memory.locate(0x2004, 4)).toBe(36);
    expect(memory.locate(0x1008, 8)).toBe(8);
  });

  test('ends where a region ends', () => {
    expect(memory.locate(0x1008, 9)).toBe(-1);
    expect(memory.locate(0x0fff, 4)).toBe(-1);
    expect(memory.locate(0x1800, 1)).toBe(-1);
    expect(memory.locate(2 ** 63, 8)).toBe(-1);
  });
});

describe('a mapping', () => {
  test('is what was not cut out of it', () => {
    const mapping = new Mapping(5 * 4096, true);
    expect(mapping.cut(2 * 4096, 2 * 4096 + 1)).toBe(true);
    expect(mapping.covers(0, 2 * 4096)).toBe(true);
    expect(mapping.covers(2 * 4096, 2 * 4096 + 1)).toBe(false);
    expect(mapping.covers(3 * 4096, 5 * 4096)).toBe(true);
    expect(mapping.cut(2 * 4096, 3 * 4096)).toBe(false);
    expect(mapping.cut(0, 9 * 4096)).toBe(true);
    expect(mapping.gone).toBe(true);
  });
});

describe('a work list', () => {
  test('gives items in the order in which they came, without those that were taken out', () => {
    const list = new WorkList();
    const items = [1, 2, 3, 4].map(kind => new Work(kind, null, null, null));
    for (const item of items) list.push(item);
    for (const at of [0, 2]) unqueue(items[at] as Work);
    expect([list.shift(), list.shift(), list.shift()]).toEqual([items[1], items[3], null]);
  });
});
