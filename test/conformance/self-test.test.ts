/** The seeded faults: each is one edit, each is known by a log, and the hunt finds and shrinks them. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { attempt } from '../../conformance/campaign/attempt.ts';
import { readOpLog } from '../../conformance/oplog-file.ts';
import { FAULTS, faultNamed } from '../../conformance/faults/all.ts';
import { AREAS, applyFault, isToldByJournal } from '../../conformance/faults/fault.ts';
import { EXPLORED, ExploredSchema, exploredLengths } from '../../conformance/faults/explored.ts';
import { packageRoot } from '../../conformance/paths.ts';
import { WORLD } from '../../conformance/self-test/suspect.ts';
import { loadDriver } from '../../conformance/targets/faulty.ts';
import { ImplTarget } from '../../conformance/targets/impl.ts';
import { RULES, specification } from '../../model/model.ts';
import { INVARIANTS } from '../../properties/all.ts';
import { Coverage } from '../../properties/coverage.ts';
import type { Failure } from '../../properties/failure.ts';
import { runLockstep } from '../../properties/lockstep.ts';
import type { SelfTestReport } from '../../conformance/report/self-test.ts';
import { command, withFolder } from './command.ts';
import { streamed } from './streamed.ts';
import type { Op } from '../../abi/op.ts';

const logOf = (id: string): string => path.join(packageRoot, 'test', 'faults', `${id}.json`);
const exploredLogOf = (id: string): string => path.join(packageRoot, 'test', 'explore', 'faults', `${id}.json`);

const judged = (driver: ImplTarget, ops: readonly Op[], journal = false): Failure | undefined =>
  runLockstep({ specification, driver, world: WORLD, checkpointEvery: 1, invariants: INVARIANTS, journal }, ops)
    .failure;

/** The same behind the adapter protocol: what it does not carry, nobody can see there. */
const throughBoundary = async (
  driver: ImplTarget,
  ops: readonly Op[],
  journal: boolean,
): Promise<Failure | undefined> => {
  const target = await streamed(() => driver);
  try {
    return (await attempt(target, WORLD.devices, ops, new Coverage(), { checkpointEvery: 1, journal })).failure;
  } finally {
    await target.stop();
  }
};

describe('the catalogue of faults', () => {
  test('has at least 75 faults with ids of their own', () => {
    expect(FAULTS.length).toBeGreaterThanOrEqual(75);
    expect(new Set(FAULTS.map(({ id }) => id)).size).toBe(FAULTS.length);
    expect(FAULTS.filter(({ id }) => !/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(id))).toEqual([]);
  });

  test('covers every area', () => {
    expect(new Set(FAULTS.map(({ area }) => area))).toEqual(new Set(Object.keys(AREAS)));
  });

  test('names rules that the rule book has', () => {
    expect(FAULTS.filter(({ rule }) => !Object.hasOwn(RULES, rule))).toEqual([]);
  });

  test.each(FAULTS)('$id is one edit that applies exactly once', fault => {
    const source = readFileSync(path.join(packageRoot, fault.file), 'utf8');
    expect(applyFault(fault, source)).not.toBe(source);
  });

  test('an edit that applies twice, or not at all, is an error that names the fault', () => {
    const fault = faultNamed('async-space');
    expect(() => applyFault(fault, `${fault.text} ${fault.text}`)).toThrow(/async-space.*2 times/);
    expect(() => applyFault(fault, 'nothing')).toThrow(/async-space.*0 times/);
  });

  test('has a log for each fault, and none besides', () => {
    const files = readdirSync(path.dirname(logOf('any')));
    expect(files.sort()).toEqual(FAULTS.map(({ id }) => `${id}.json`).sort());
  });
});

describe('the shortest known log', () => {
  const right = new ImplTarget();

  test.each(FAULTS)(
    'of $id shows it in $shortestKnown ops, behind the protocol too, and nothing without it',
    async fault => {
      const { ops } = readOpLog(logOf(fault.id));
      expect(ops.length).toBe(fault.shortestKnown);
      const journal = isToldByJournal(fault);
      expect(judged(right, ops, journal)).toBeUndefined();
      const wrong = new ImplTarget(await loadDriver(fault));
      expect(judged(wrong, ops, journal)?.op).toEqual(ops.at(-1));
      expect(await throughBoundary(right, ops, journal)).toBeUndefined();
      expect((await throughBoundary(wrong, ops, journal))?.op).toEqual(ops.at(-1));
      // The explorer's log beside it, where there is one: `npm run explore:faults`.
      const length = exploredLengths().get(fault.id);
      if (length === undefined) return;
      const explored = readOpLog(exploredLogOf(fault.id)).ops;
      expect(explored.length).toBe(length);
      expect(length).toBeGreaterThanOrEqual(fault.shortestKnown);
      expect(judged(right, explored)).toBeUndefined();
      expect(judged(wrong, explored)?.op).toEqual(explored.at(-1));
    },
  );

  test('is known by the explorer too, or it is said why it is not', () => {
    const { faults } = ExploredSchema.parse(JSON.parse(readFileSync(EXPLORED, 'utf8')));
    expect(faults.map(({ id }) => id)).toEqual(FAULTS.map(({ id }) => id));
    const files = readdirSync(path.dirname(exploredLogOf('any')));
    expect(files.sort()).toEqual([...exploredLengths().keys()].map(id => `${id}.json`).sort());
  });
});

describe('self-test', () => {
  const few = ['--fault', 'async-credit-empty', 'node-cookie', 'handle-zero-for-all', 'oneway-parallel', '--seed', '1'];

  test('finds a handful of faults, shrinks them, and says who caught them', async () => {
    await withFolder(async folder => {
      const file = path.join(folder, 'self-test.json');
      const logs = path.join(folder, 'logs');
      const { code, out } = await command(['self-test', ...few, '--report', `json=${file}`, '--save', logs]);
      expect(code).toBe(0);
      expect(out).toContain('4 of 4 faults found');
      const report = JSON.parse(readFileSync(file, 'utf8')) as SelfTestReport;
      expect(report.faults.map(({ id }) => id).sort()).toEqual(few.slice(1, 5).sort());
      const { equal, shorter, hunts } = report.summary.explored;
      expect(hunts).toBe(4);
      expect(equal + shorter).toBe(report.faults.filter(each => each.shrunk <= (each.explored ?? 0)).length);
      expect(out).toContain(`(${equal} of 4, 4 faults`);
      for (const { id, found, runs, ops, executions, pinned, shrunk, shortestKnown, caughtBy } of report.faults) {
        expect({ id, found, caught: caughtBy.length }).toEqual({ id, found: true, caught: 1 });
        expect(ops).toBeGreaterThanOrEqual(runs);
        expect(pinned).toBeLessThanOrEqual(500);
        expect(executions).toBeGreaterThanOrEqual(pinned);
        expect(shrunk).toBeLessThanOrEqual(shortestKnown + 2);
        const log = path.join(logs, `${id}.json`);
        expect(readOpLog(log).ops).toHaveLength(shrunk);
        expect(report.kills[caughtBy[0] as string]).toContain(id);
        expect(await command(['replay', log, '--target', `mutant:${id}`, '--quiet'])).toMatchObject({ code: 1 });
        expect(await command(['replay', log, '--target', 'impl', '--quiet'])).toMatchObject({ code: 0 });
      }
    });
  });

  test('with several seeds reports medians over as many hunts', async () => {
    await withFolder(async folder => {
      const file = path.join(folder, 'self-test.json');
      const args = ['--fault', 'node-cookie', '--seeds', '3', '--no-shrink', '--report', `json=${file}`];
      expect(await command(['self-test', ...args])).toMatchObject({ code: 0 });
      const { seeds, faults } = JSON.parse(readFileSync(file, 'utf8')) as SelfTestReport;
      expect(seeds).toBe(3);
      expect(faults[0]).toMatchObject({ hunts: 3, hits: 3, found: true, executions: 0 });
    });
  });

  test('that has no time finds nothing and says so with exit code 1', async () => {
    const { code, out } = await command(['self-test', '--fault', 'early-free', '--time-limit', '1ms']);
    expect(code).toBe(1);
    expect(out).toContain('0 of 1 fault found');
    expect(out).toMatch(/early-free +no/);
  });

  test('that is interrupted writes what it has and exits with 130', async () => {
    await withFolder(async folder => {
      const interrupt = new AbortController();
      interrupt.abort();
      const file = path.join(folder, 'self-test.json');
      const { code, out } = await command(['self-test', '--report', `json=${file}`], interrupt.signal);
      expect(code).toBe(130);
      expect(out).toContain('interrupted');
      expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ interrupted: true, faults: [] });
    });
  });

  test.each([
    ['a fault that does not exist', ['--fault', 'none-such'], /none-such/],
    ['an area that does not exist', ['--area', 'weather'], /weather.*accounting/],
    ['a fault of another area', ['--fault', 'node-cookie', '--area', 'death'], /none of these faults/],
    ['a report that is not JSON', ['--report', 'html=x'], /json=FILE/],
  ])('refuses %s with exit code 2', async (_, args, says) => {
    const { code, err } = await command(['self-test', ...args]);
    expect(code).toBe(2);
    expect(err).toMatch(says);
  });
});

describe('a fault behind a process boundary', () => {
  /** One that an observation shows at once, one late, one that only the state shows, and one that only the journal does. */
  const faults = ['node-cookie', 'poll-bit-missing', 'async-credit-empty', 'failures-not-apart'];

  test('is found through it by the sequence that finds it in this process', async () => {
    await withFolder(async folder => {
      const file = path.join(folder, 'self-test.json');
      const args = ['self-test', '--no-shrink', '--report', `json=${file}`, '--fault', ...faults];
      const found = async (...more: string[]) => {
        const { code, out } = await command([...args, ...more]);
        const report = JSON.parse(readFileSync(file, 'utf8')) as SelfTestReport;
        return { code, out, runs: report.faults.map(({ id, runs, caughtBy }) => ({ id, runs, caughtBy })) };
      };
      const far = await found('--foreign');
      expect(far.code).toBe(0);
      expect(far.out).toContain('4 of 4 faults found through a process boundary');
      expect(far.runs).toEqual((await found()).runs);
    });
  });

  test('is shrunk through it to a log that fails in this process too', async () => {
    await withFolder(async folder => {
      const { code } = await command(['self-test', '--foreign', '--fault', 'failures-not-apart', '--save', folder]);
      expect(code).toBe(0);
      const { ops } = readOpLog(path.join(folder, 'failures-not-apart.json'));
      const wrong = new ImplTarget(await loadDriver(faultNamed('failures-not-apart')));
      expect(judged(wrong, ops, true)?.kind).toBe('journal');
      expect(ops.length).toBeLessThanOrEqual(faultNamed('failures-not-apart').shortestKnown + 1);
    });
  });
});
