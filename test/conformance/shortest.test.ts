/** The shortest log of a fault: several signs, several beginnings, every execution counted. */
import { describe, expect, it } from 'vitest';
import type { Op } from '../../abi/op.ts';
import { furtherLogs, type Next } from '../../conformance/self-test/further.ts';
import { shortest } from '../../conformance/self-test/shortest.ts';
import type { Suspect } from '../../conformance/self-test/suspect.ts';
import { Coverage } from '../../properties/coverage.ts';
import { breaks, type Failure } from '../../properties/failure.ts';

const who = { proc: 0, thread: 0, fd: 0 };
const op = (id: number, kind: 'poll' | 'flush' | 'open'): Op => ({ op: kind, id, ...who });

/** Fails as `judge` says at the last op, and counts what it executes. */
const suspectOf = (judge: (ops: readonly Op[]) => string | undefined) => {
  const seen: { executions: number } & Suspect = {
    executions: 0,
    parallel: 1,
    closely: false,
    run: async ops => {
      seen.executions++;
      const sign = judge(ops);
      const coverage = new Coverage();
      const last = ops.at(-1);
      if (sign === undefined || last === undefined) return { ops: ops.length, skipped: [], coverage };
      return { ops: ops.length, skipped: [], coverage, failure: breaks(sign, sign, [sign], last, []) };
    },
    stop: async () => {},
  };
  return seen;
};

const count = (ops: readonly Op[], kind: string): number => ops.filter(each => each.op === kind).length;
const rest = async (): Promise<void> => {};
const never = new AbortController().signal;
const long = (polls: number): readonly Op[] => [
  op(1, 'open'),
  ...Array.from({ length: polls }, (_, at) => op(2 + at, 'poll')),
];
const failing = async (suspect: Suspect, ops: readonly Op[]): Promise<{ ops: readonly Op[]; failure: Failure }> => ({
  ops,
  failure: (await suspect.run(ops, true)).failure as Failure,
});

async function* none(): AsyncGenerator<Next, void> {}

describe('the shortest log of a fault', () => {
  it('is that of the sign that needs the fewest ops', async () => {
    // Twelve polls show one sign, an odd number of at least three shows another on the way down.
    const suspect = suspectOf(ops => {
      const polls = count(ops, 'poll');
      return polls >= 12 ? 'INV-A' : polls >= 3 ? 'INV-B' : undefined;
    });
    const first = await failing(suspect, long(20));
    suspect.executions = 0;
    const found = await shortest(suspect, first, none, rest, never);
    expect(count(found.ops, 'poll')).toBe(3);
    expect(found.failure.core).toBe('invariant INV-B');
    expect(found.executions).toBe(suspect.executions);
    // The second sign is met on the way of the first, not shrunk for itself.
    expect(found.pinned).toBe(found.executions);
  });

  it('comes from another beginning where the first leads to a longer one', async () => {
    const suspect = suspectOf(ops =>
      count(ops, 'flush') >= 2 ? 'INV-A' : count(ops, 'poll') >= 9 ? 'INV-A' : undefined,
    );
    const other = [op(1, 'open'), ...Array.from({ length: 8 }, (_, at) => op(2 + at, 'flush'))];
    const further = async function* (): AsyncGenerator<Next, void> {
      yield { executions: 7 };
      yield { executions: 3, finding: await failing(suspect, other) };
    };
    const first = await failing(suspect, long(20));
    const found = await shortest(suspect, first, further, rest, never);
    expect(count(found.ops, 'flush')).toBe(2);
    expect(found.executions).toBeGreaterThan(10);
    expect(found.pinned).toBeLessThan(found.executions);
  });

  it('asks for no other beginning where the log is short already', async () => {
    const suspect = suspectOf(ops => (count(ops, 'poll') >= 2 ? 'INV-A' : undefined));
    const further = async function* (): AsyncGenerator<Next, void> {
      yield await Promise.reject(new Error('nobody needs it'));
    };
    const found = await shortest(suspect, await failing(suspect, long(20)), further, rest, never);
    expect(count(found.ops, 'poll')).toBe(2);
    expect(found.pinned).toBe(found.executions);
  });
});

describe('further logs', () => {
  it('end after as many sequences as may pass, and count all that they executed', async () => {
    const suspect = suspectOf(() => undefined);
    const source = { suspect, seed: 1, sequence: 4, pause: rest };
    const first = { ops: long(5), failure: breaks('INV-A', 'a', [], op(1, 'open'), []) };
    const all: Next[] = [];
    for await (const next of furtherLogs(source, first)) all.push(next);
    expect(all.filter(({ finding }) => finding !== undefined)).toEqual([]);
    expect(suspect.executions).toBeGreaterThan(100);
    expect(all.reduce((sum, { executions }) => sum + executions, 0)).toBe(suspect.executions);
  });

  it('are the sequences behind the first, while they fail', async () => {
    const suspect = suspectOf(ops => (ops.length > 0 ? 'INV-A' : undefined));
    const source = { suspect, seed: 1, sequence: 4, pause: rest };
    const logs = furtherLogs(source, { ops: long(5), failure: breaks('INV-A', 'a', [], op(1, 'open'), []) });
    for (let turn = 0; turn < 3; turn++) {
      const next = await logs.next();
      expect(next.done === true ? undefined : next.value.executions).toBe(1);
    }
    expect(suspect.executions).toBe(3);
  });
});
