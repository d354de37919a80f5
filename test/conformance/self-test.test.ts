/** The seeded faults: each is one edit, each is known by a log, and the hunt finds and shrinks them. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { readOpLog } from '../../conformance/oplog-file.ts';
import { FAULTS, faultNamed } from '../../conformance/faults/all.ts';
import { AREAS, applyFault } from '../../conformance/faults/fault.ts';
import { packageRoot } from '../../conformance/paths.ts';
import { WORLD } from '../../conformance/self-test/hunt.ts';
import { loadDriver } from '../../conformance/targets/faulty.ts';
import { ImplTarget } from '../../conformance/targets/impl.ts';
import { RULES, specification } from '../../model/model.ts';
import { INVARIANTS } from '../../properties/all.ts';
import type { Failure } from '../../properties/failure.ts';
import { runLockstep } from '../../properties/lockstep.ts';
import type { Op } from '../../abi/op.ts';

const logOf = (id: string): string => path.join(packageRoot, 'test', 'faults', `${id}.json`);

const judged = (driver: ImplTarget, ops: readonly Op[]): Failure | undefined =>
  runLockstep({ specification, driver, world: WORLD, checkpointEvery: 1, invariants: INVARIANTS }, ops).failure;

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

  test.each(FAULTS)('of $id shows it in $shortestKnown ops, and nothing without it', async fault => {
    const { ops } = readOpLog(logOf(fault.id));
    expect(ops.length).toBe(fault.shortestKnown);
    expect(judged(right, ops)).toBeUndefined();
    expect(judged(new ImplTarget(await loadDriver(fault)), ops)?.op).toEqual(ops.at(-1));
  });
});
