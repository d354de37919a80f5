import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { OpSchema, type Op } from '../../abi/op.ts';
import { INVARIANTS, WITNESSES } from '../../properties/all.ts';
import { Coverage } from '../../properties/coverage.ts';
import { OpLogArbitrary } from '../../properties/generator/arbitrary.ts';
import type { GeneratorOptions } from '../../properties/generator/options.ts';
import { runLockstep } from '../../properties/lockstep.ts';
import { specification } from '../../model/model.ts';
import { Planted, seeded } from './toys.ts';

const draw = (options: GeneratorOptions, times: number, seed = 1): (readonly Op[])[] => {
  const arbitrary = new OpLogArbitrary(options);
  const seeder = seeded(seed);
  return Array.from({ length: times }, () => arbitrary.draw(seeder));
};

const commandsOf = (op: Op): readonly string[] => (op.op === 'write_read' ? (op.write ?? []).map(({ bc }) => bc) : []);

describe('generator', () => {
  it('writes ops that the schema takes, with ids from 1', () => {
    for (const ops of draw({}, 150)) {
      ops.forEach((op, at) => {
        expect(op.id).toBe(at + 1);
        const parsed = OpSchema.safeParse(op);
        expect(parsed.success, JSON.stringify(op)).toBe(true);
      });
    }
  });

  it('is a function of its seed', () => {
    expect(draw({}, 20, 7)).toEqual(draw({}, 20, 7));
    expect(draw({}, 20, 7)).not.toEqual(draw({}, 20, 8));
    const [first] = fc.sample(new OpLogArbitrary(), { seed: 3, numRuns: 1 });
    const [again] = fc.sample(new OpLogArbitrary(), { seed: 3, numRuns: 1 });
    expect(first).toEqual(again);
  });

  it('mixes short and long sequences, and keeps to a length that it is given', () => {
    const lengths = draw({}, 400).map(ops => ops.length);
    const share = (test: (length: number) => boolean): number => lengths.filter(test).length / lengths.length;
    expect(share(length => length <= 60)).toBeGreaterThan(0.4);
    expect(share(length => length > 140)).toBeGreaterThan(0.08);
    for (const ops of draw({ length: 200 }, 20)) {
      expect(ops.length).toBeGreaterThanOrEqual(200);
      expect(ops.length).toBeLessThan(280);
    }
  });

  it('leaves out of the first slice what it does not cover', () => {
    const kinds = new Set(draw({ level: 'slice' }, 300).flatMap(ops => ops.flatMap(op => [op.op, ...commandsOf(op)])));
    for (const kind of [
      'signal',
      'kill',
      'flush',
      'poll',
      'peek',
      'reclaim',
      'set_euid',
      'BC_REQUEST_DEATH_NOTIFICATION',
    ]) {
      expect(kinds).not.toContain(kind);
    }
    for (const kind of [
      'open',
      'mmap',
      'munmap',
      'close',
      'ioctl',
      'BC_REPLY',
      'BC_FREE_BUFFER',
      'BC_ACQUIRE_DONE',
      'RAW',
    ]) {
      expect(kinds).toContain(kind);
    }
  });

  it('switches off what is weighted with zero', () => {
    const off = { poll: 0, peek: 0, epoll: 0, fds: 0, mapping: 0, share: 0 };
    const kinds = new Set(draw({ weights: off }, 200).flatMap(ops => ops.map(op => op.op)));
    for (const kind of ['epoll_ctl', 'epoll_wait', 'limit_fds', 'mprotect', 'file_io', 'share', 'fork'])
      expect(kinds).not.toContain(kind);
    expect(kinds).not.toContain('poll');
    expect(kinds).not.toContain('peek');
    expect(kinds).toContain('flush');
  });

  it('asks for handles and buffers by who produced them', () => {
    for (const ops of draw({}, 60)) {
      for (const op of ops) {
        for (const [, of] of JSON.stringify(op).matchAll(/"of":(\d+)/g)) expect(Number(of)).toBeLessThanOrEqual(op.id);
      }
    }
  });
});

describe('what the generator writes', () => {
  const logs = draw({}, 2000, 5);
  const ops = logs.flat();
  const commands = ops.flatMap(op => (op.op === 'write_read' ? (op.write ?? []) : []));
  const percent = (items: readonly string[], kind: string): number =>
    (100 * items.filter(item => item === kind).length) / items.length;

  it('has every op kind in a share of its own', () => {
    const kinds = ops.map(op => op.op);
    const floors = { write_read: 60, ioctl: 5, open: 3, mmap: 3, poll: 0.5, signal: 0.5, kill: 0.5, flush: 0.5 };
    const rare = [
      'close',
      'munmap',
      'get_nice',
      'set_nice',
      'peek',
      'set_nonblock',
      'reclaim',
      'set_euid',
      'exit_task',
      'file_io',
      'mprotect',
      'madvise',
      'limit_fds',
      'epoll_ctl',
      'epoll_wait',
      'share',
    ];
    for (const [kind, floor] of Object.entries(floors)) expect(percent(kinds, kind), kind).toBeGreaterThan(floor);
    for (const kind of rare) expect(percent(kinds, kind), kind).toBeGreaterThan(0.05);
  });

  it('has every command in a share of its own, and calls no more than half of the time or so', () => {
    const names = commands.map(({ bc }) => bc);
    const floors: Readonly<Record<string, number>> = {
      ...{ BC_TRANSACTION: 30, BC_REPLY: 4, BC_FREE_BUFFER: 7, BC_ACQUIRE: 3, BC_RELEASE: 1, BC_INCREFS: 1 },
      ...{ BC_DECREFS: 0.7, BC_ACQUIRE_DONE: 1, BC_INCREFS_DONE: 1, BC_REQUEST_DEATH_NOTIFICATION: 2 },
      ...{ BC_CLEAR_DEATH_NOTIFICATION: 0.8, BC_DEAD_BINDER_DONE: 0.5, BC_ENTER_LOOPER: 4, BC_REGISTER_LOOPER: 0.8 },
      ...{ BC_EXIT_LOOPER: 1, BC_ATTEMPT_ACQUIRE: 0.1, BC_ACQUIRE_RESULT: 0.1, RAW: 0.2 },
    };
    for (const [name, floor] of Object.entries(floors)) expect(percent(names, name), name).toBeGreaterThan(floor);
    expect(percent(names, 'BC_TRANSACTION')).toBeLessThan(60);
  });

  it('has batches of several commands', () => {
    const batches = ops.filter(op => op.op === 'write_read' && (op.write?.length ?? 0) > 1);
    expect((100 * batches.length) / ops.length).toBeGreaterThan(2);
  });

  it('has a median length of a few dozen ops', () => {
    const lengths = logs.map(({ length }) => length).sort((a, b) => a - b);
    expect(lengths[lengths.length >> 1]).toBeGreaterThan(30);
    expect(lengths[lengths.length >> 1]).toBeLessThan(80);
  });

  it('meets every edge of a size: nothing, a word, a page, shares of a mapping, what wraps', () => {
    const sizes = new Map<number | string, number>();
    for (const command of commands) {
      if (!('message' in command)) continue;
      const { size } = command.message;
      sizes.set(size, (sizes.get(size) ?? 0) + 1);
    }
    // Half, a quarter and a tenth of the smallest mapping, with their neighbours, beside the page itself.
    const shares = [2048, 2040, 2056, 1024, 1032, 408, 400, 416, 4096, 4088, 4104];
    const wide = [2 ** 32, '0x8000000000000000', '0x7ffffffffffffff8', '0xfffffffffffffff8', '0xffffffffffffffff'];
    for (const edge of [0, 1, 4, 7, 8, 9, ...shares, ...wide])
      expect(sizes.get(edge) ?? 0, String(edge)).toBeGreaterThan(0);
  });
});

describe('generator against the specification', () => {
  const coverage = new Coverage(WITNESSES);
  const failures: string[] = [];

  beforeAll(() => {
    for (const ops of draw({ length: 100 }, 300, 11)) {
      const { failure } = runLockstep(
        { specification, driver: new Planted(specification), coverage, invariants: INVARIANTS },
        ops,
      );
      if (failure !== undefined) failures.push(failure.signature);
    }
  });

  it('meets no broken invariant and no difference where the driver is the specification', () => {
    expect(failures).toEqual([]);
  });

  it('writes few ops that nobody can perform', () => {
    const { ops, skipped } = coverage.record();
    expect(skipped / (ops + skipped)).toBeLessThan(0.12);
  });

  it('is refused on purpose in a share that leaves most ops to mean something', () => {
    const { ops, outcomes, returns } = coverage.record();
    const errors = Object.values(outcomes).flatMap(table => Object.entries(table));
    const refused = errors.reduce((sum, [status, n]) => sum + (status === 'OK' || status === 'pending' ? 0 : n), 0);
    const failed = (returns['BR_FAILED_REPLY'] ?? 0) + (returns['BR_DEAD_REPLY'] ?? 0);
    expect((refused + failed) / ops).toBeGreaterThan(0.05);
    expect((refused + failed) / ops).toBeLessThan(0.35);
  });

  it('reaches deep states: calls within calls, oneways in a row, the dead, the frozen, space that runs out', () => {
    const { rules } = coverage.record();
    for (const rule of ['TXN-11', 'TXN-41', 'TXN-32', 'DEATH-08', 'FRZ-11', 'ALLOC-14']) {
      expect(rules[rule] ?? 0, rule).toBeGreaterThan(0);
    }
  });

  it('shows every witness', () => {
    const unseen = Object.entries(coverage.record().witnesses).filter(([, times]) => times === 0);
    expect(unseen).toEqual([]);
  });

  it('gives every invariant something to speak about', () => {
    const { weights } = coverage.record();
    expect(INVARIANTS.filter(({ id }) => (weights[id] ?? 0) === 0).map(({ id }) => id)).toEqual([]);
  });

  it('has calls answered, and every common return read', () => {
    const { returns, outcomes } = coverage.record();
    const transactions = returns['BR_TRANSACTION'] ?? 0;
    expect((returns['BR_REPLY'] ?? 0) / transactions).toBeGreaterThan(0.15);
    const refused = (returns['BR_FAILED_REPLY'] ?? 0) + (returns['BR_DEAD_REPLY'] ?? 0);
    expect(refused).toBeLessThan(transactions * 2);
    expect(outcomes['write_read']?.['pending'] ?? 0).toBeGreaterThan(coverage.ops * 0.03);
  });
});
