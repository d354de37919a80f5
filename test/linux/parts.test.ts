import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Image } from '../../abi/image.ts';
import { Actor, Cast, TooLarge } from '../../conformance/targets/linux/cast.ts';
import { Descriptor, OpenFile } from '../../conformance/targets/linux/open-file.ts';
import { placesOf } from '../../conformance/targets/linux/places.ts';
import { windowOf } from '../../conformance/targets/linux/raise.ts';
import { ReclaimGate } from '../../conformance/targets/linux/reclaim.ts';
import { fromRuns, toRuns } from '../../conformance/targets/linux/runs.ts';

describe('runs of bytes', () => {
  test('come back as they went', () => {
    const row = fc
      .tuple(fc.nat({ max: 3 }), fc.nat({ max: 80 }))
      .map(([byte, length]) => new Uint8Array(length).fill(byte));
    fc.assert(
      fc.property(fc.array(fc.oneof(row, fc.uint8Array())), parts => {
        const bytes = Buffer.concat(parts);
        expect(Buffer.from(fromRuns(toRuns(bytes)))).toEqual(bytes);
      }),
    );
  });

  test('make a megabyte of one byte small', () => {
    expect(toRuns(new Uint8Array(1 << 20).fill(7)).length).toBeLessThan(16);
  });
});

describe('the cast of a sequence', () => {
  test('gives the seat of a killed process to the next one', () => {
    const cast = new Cast(0);
    const seats = [0, 1, 2].map(proc => cast.enter(proc));
    cast.leave(seats[1] as Actor);
    expect(cast.enter(7).seat).toBe(1);
    expect(cast.enter(8).seat).toBe(3);
  });

  test('refuses more living processes than the agent holds', () => {
    const cast = new Cast(0);
    expect(() => Array.from({ length: 99 }, (_, proc) => cast.enter(proc))).toThrow(TooLarge);
  });

  test('retires only who left the driver and is as a fresh process', () => {
    const cast = new Cast(0);
    const actors = Array.from({ length: 24 }, (_, proc) => cast.enter(proc));
    const files = actors.map(actor => new Descriptor(actor, 0, new OpenFile(actor, 0, 0)));
    expect([cast.isFull, cast.idle(() => false)]).toEqual([true, undefined]);
    for (const at of [2, 3, 4, 5, 6]) files[at]?.close();
    Object.assign(actors[2] ?? {}, { holds: true });
    Object.assign(actors[3] ?? {}, { euid: 7 });
    Object.assign(files[4]?.file ?? {}, { mapped: 4096 });
    expect(cast.idle(actor => actor === actors[5])).toBe(actors[6]);
  });

  test('keeps the seat of a killed process as long as others have a file that it opened', () => {
    const cast = new Cast(0);
    const [opener, holder] = [cast.enter(0), cast.enter(1)];
    const file = new OpenFile(opener, 0, 0);
    opener.descriptors.set(0, new Descriptor(opener, 0, file));
    const held = new Descriptor(holder, 2, file);
    cast.leave(opener);
    expect([file.isAlive, cast.openers, cast.enter(2).seat]).toEqual([true, expect.arrayContaining([opener]), 2]);
    held.close();
    expect([file.isAlive, cast.openers.includes(opener), cast.enter(3).seat]).toEqual([false, false, 0]);
  });

  test('gives the number of a name by itself only where every name below has one', () => {
    const actor = new Actor(0, 0);
    const open = (fd: number): Descriptor => {
      const descriptor = new Descriptor(actor, fd, new OpenFile(actor, fd, 0));
      actor.descriptors.set(fd, descriptor);
      return descriptor;
    };
    expect([0, 2, 1, 3].map(fd => actor.givesNext(open(fd)))).toEqual([true, false, true, true]);
    actor.descriptors.get(1)?.close();
    expect(actor.givesNext(open(4))).toBe(false);
    actor.wasLimited = true;
    expect(actor.givesNext(open(1))).toBe(false);
  });

  test('gives threads with small numbers their own, and the first large one the last', () => {
    const actor = new Actor(0, 0);
    expect([0, 90, 3, 90, 1].map(thread => actor.thread(thread))).toEqual([0, 15, 3, 15, 1]);
    expect(() => Array.from({ length: 16 }, (_, thread) => actor.thread(thread + 100))).toThrow(TooLarge);
  });

  test('unmaps only what is still mapped', () => {
    const file = new OpenFile(new Actor(0, 0), 0, 0);
    file.mapped = 5 * 4096 - 1;
    file.holes = [[4096, 8192]];
    expect(file.remaining(0, 8 * 4096)).toEqual([
      [0, 4096],
      [8192, 5 * 4096],
    ]);
    expect([file.covers(0, 4096), file.covers(4095, 2), file.covers(8192, 12288), file.covers(8192, 12289)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });
});

describe('the places of an encoded call', () => {
  test('everything lies in one segment, except what ends at an unmapped page', () => {
    const image = new Image();
    const argument = image.segment(16);
    const cut = image.segment(12, true);
    const read = image.segment(64);
    image.point(image.at(argument, 8), { segment: cut, addend: 4 });
    image.point(image.at(cut, 0), { segment: read, addend: 0 });
    image.point(image.at(argument, 0), { mapping: 24 });
    const places = placesOf(image, read);
    const file = new OpenFile(new Actor(0, 0), 3, 0);
    expect(places.segments.map(({ length, guarded, bytes }) => [length ?? bytes?.length, guarded === true])).toEqual([
      [image.end, false],
      [12, true],
    ]);
    expect(places.relocations(file)).toEqual([
      { segment: 0, offset: 8, value: { segment: 1, add: 4 } },
      { segment: 1, offset: 0, value: { segment: 0, add: image.at(read) } },
      { segment: 0, offset: 0, value: { register: 3, process: 0, add: 24 } },
    ]);
  });
});

describe('a peek', () => {
  test('reads half an address more on both sides, within its pages', () => {
    expect([windowOf(42, 8), windowOf(0, 8), windowOf(4088, 8), windowOf(4090, 10)]).toEqual([
      { from: 36, to: 56 },
      { from: 0, to: 12 },
      { from: 4084, to: 4096 },
      { from: 4084, to: 4104 },
    ]);
  });
});

describe('the gate of reclaim', () => {
  test('opens when every sequence has ended or asks, and lets nobody in before', async () => {
    const events: string[] = [];
    const gate = new ReclaimGate(() => {
      events.push('reclaimed');
      return Promise.resolve();
    });
    await Promise.all([gate.begin(), gate.begin(), gate.begin()]);
    const first = gate.ask().then(() => events.push('first'));
    const late = gate.begin().then(() => events.push('late'));
    const second = gate.ask().then(() => events.push('second'));
    await Promise.resolve();
    expect(events).toEqual([]);
    gate.end();
    await Promise.all([first, second, late]);
    expect(events).toEqual(['reclaimed', 'first', 'second', 'late']);
  });

  test('lets one be alone when all others have ended, and others in when it has', async () => {
    const events: string[] = [];
    const gate = new ReclaimGate(() => Promise.resolve());
    await gate.begin();
    const alone = gate.beginAlone().then(() => events.push('alone'));
    const late = gate.begin().then(() => events.push('late'));
    await Promise.resolve();
    expect(events).toEqual([]);
    gate.end();
    await alone;
    await Promise.resolve();
    expect(events).toEqual(['alone']);
    gate.endAlone();
    await late;
    expect(events).toEqual(['alone', 'late']);
  });

  test('refuses who asked when the machine is started again', async () => {
    const gate = new ReclaimGate(() => Promise.resolve());
    await gate.begin();
    await gate.begin();
    const asked = gate.ask();
    gate.reset();
    await expect(asked).rejects.toThrow('started again');
  });
});
