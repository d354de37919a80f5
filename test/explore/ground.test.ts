/** Hunting grounds: logs that begin with nothing, breadth first by ops, and drivers with a fault along them. */
import { describe, expect, test } from 'vitest';
import type { Call } from '../../abi/call.ts';
import { chase } from '../../conformance/explore/chase.ts';
import { GROUNDS } from '../../conformance/explore/grounds/all.ts';
import { wordsOfLog } from '../../conformance/explore/log-words.ts';
import { faultNamed } from '../../conformance/faults/all.ts';
import { loadDriver } from '../../conformance/targets/faulty.ts';
import { ImplTarget } from '../../conformance/targets/impl.ts';
import { Growth } from '../../properties/explore/ground/growth.ts';
import type { Ground } from '../../properties/explore/ground/ground.ts';

const groundNamed = (name: string): Ground => GROUNDS.find(ground => ground.name === name) as Ground;

const grown = (name: string, edges: number, history = false): Growth => {
  const growth = new Growth(groundNamed(name), new ImplTarget(), { history });
  while (growth.grow(edges));
  return growth;
};

const shortest = async (fault: string, growth: Growth) => {
  const driver = new ImplTarget(await loadDriver(faultNamed(fault)));
  return chase(driver, growth, { least: 0, most: Infinity }, () => false);
};

describe('a hunting ground', () => {
  const growth = grown('counts', 600);

  test('has names of its own, each with a log and no divergence of the right driver', () => {
    expect(new Set(GROUNDS.map(({ name }) => name)).size).toBe(GROUNDS.length);
    for (const ground of GROUNDS) {
      const small = grown(ground.name, 40);
      expect({ ground: ground.name, strange: small.strange }).toEqual({ ground: ground.name, strange: [] });
      expect(small.edges.length).toBeGreaterThan(10);
    }
  });

  test('grows breadth first by ops, its beginning included', () => {
    const lengths = growth.edges.map(({ length }) => length);
    expect(lengths).toEqual(lengths.toSorted((a, b) => a - b));
    expect(growth.complete).toBe(5);
    const [first] = growth.edges;
    expect(first).toMatchObject({ from: -1, length: 1, call: { op: 'open', proc: 0 } });
    expect(lengths.filter(length => length === 1)).toHaveLength(2);
  });

  test('lets a second thread act once the driver knows the first one, and not before', () => {
    const two = grown('two-threads-call', 3000);
    const acts = (call: Call, thread: number, proc: number): boolean =>
      'thread' in call && call.thread === thread && call.proc === proc && call.op !== 'open' && call.op !== 'mmap';
    for (const proc of [0, 1]) {
      const second = two.edges.flatMap(({ call }, edge) => (acts(call, 1, proc) ? [edge] : []));
      expect(second.length).toBeGreaterThan(100);
      for (const edge of second) expect(two.callsTo(edge).some(call => acts(call, 0, proc))).toBe(true);
    }
  });

  test('writes logs that name what they use, and that the right driver passes', () => {
    const last = growth.edges.length - 1;
    const { ops } = growth.logTo(last, 'the last one');
    expect(ops.map(({ id }) => id)).toEqual(growth.callsTo(last).map(({ id }) => id));
    expect(chase(new ImplTarget(), growth, { least: 0, most: Infinity }, () => false)).toEqual({
      complete: growth.complete,
      edges: growth.edges.filter(({ length }) => length <= growth.complete).length,
    });
  });

  test('joins the commands of one thread to one write', async () => {
    const { log, signature } = await shortest('weak-underflow', growth);
    expect(signature).toContain('INV-REF-01');
    expect(log?.ops).toHaveLength(4);
    const write = log?.ops.at(-1);
    expect(write?.op === 'write_read' ? write.write?.map(({ bc }) => bc) : []).toEqual(['BC_ACQUIRE', 'BC_DECREFS']);
  });

  test('counts nothing as an op that a log does not need', async () => {
    const { log } = await shortest('manager-told', growth);
    expect(log?.ops.map(({ op }) => op)).toEqual(['open', 'ioctl']);
    expect([...wordsOfLog(log?.ops ?? [])]).toEqual(['open', 'ioctl', 'BINDER_SET_CONTEXT_MGR']);
  });

  test('finds what a driver hides when states are told apart by history, and not otherwise', async () => {
    const hidden = await shortest('nice-of-idle-kept', grown('lent-niceness', 500));
    expect(hidden.log).toBeUndefined();
    const seen = await shortest('nice-of-idle-kept', grown('lent-niceness', 500, true));
    expect(seen.log?.ops.map(({ op }) => op)).toEqual(['open', 'set_nice', 'write_read', 'get_nice']);
  });

  test('is left when somebody says so, and says how far it came', () => {
    const { complete, edges, log } = chase(new ImplTarget(), growth, { least: 0, most: Infinity }, () => true);
    expect(log).toBeUndefined();
    expect(edges).toBe(64);
    expect(complete).toBe(3);
  });
});
