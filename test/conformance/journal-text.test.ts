/** The text of the logs and of the counts, as the driver prints it. */
import { describe, expect, test } from 'vitest';
import { beforeOf, journalFrom } from '../../conformance/targets/linux/journal.ts';
import { madeIn, parseCounts, parseLog } from '../../conformance/targets/linux/journal-text.ts';

const STATS = `binder stats:
BC_TRANSACTION: 7
BR_NOOP_LIKE: 2
proc: active 1 total 4
transaction_complete: active 0 total 9
proc 77
context binder3
  threads: 1
  BC_TRANSACTION: 3
  BR_REPLY: 1
`;
const CALL = '12: call  from 77:78 to 0:0 context binder3 node 0 handle -1 size 5:-8 ret 29201/-22 l=3041';
const WAITING = '13: async from 77:77 to 77:0 context binder3 node 4 handle 0 size 0:0 ret 0/0 l=0 (incomplete)';

describe('a log', () => {
  test('has kind, both ends, context, node, handle, sizes and result; the source line is nobody’s business', () => {
    expect(parseLog(`${CALL}\n${WAITING}\n`)).toEqual([
      {
        ...{ id: 12, kind: 'call', from: { pid: 77, tid: 78 }, to: { pid: 0, tid: 0 }, context: 'binder3', node: 0 },
        ...{ handle: 0xffffffff, dataSize: 5, offsetsSize: -8, code: 29201, param: -22, finished: true },
      },
      expect.objectContaining({ id: 13, kind: 'async', finished: false }),
    ]);
  });

  test('with another line is refused with the line', () => {
    expect(() => parseLog(`${CALL}\n13: gossip from 1:1\n`)).toThrow(/13: gossip/);
  });
});

describe('stats', () => {
  test('have the counts of all, and of each open file', () => {
    expect(parseCounts(STATS)).toEqual({
      total: { commands: { BC_TRANSACTION: 7 }, returns: { BR_NOOP_LIKE: 2 } },
      files: [{ pid: 77, context: 'binder3', commands: { BC_TRANSACTION: 3 }, returns: { BR_REPLY: 1 } }],
    });
    expect(madeIn(STATS)).toEqual({ proc: 4, transaction_complete: 9 });
  });
});

describe('a journal', () => {
  const who = {
    procOf: (pid: number) => (pid === 77 ? 5 : null),
    threadOf: () => undefined,
    deviceIn: () => 1,
  };
  const quiet = { state: '', transactions: '', processes: [], failed: '' };

  test('has what came after the sequence began, and what nobody can tell is null', () => {
    const before = beforeOf({ stats: STATS.slice(0, STATS.indexOf('proc 77')), log: CALL });
    const stats = STATS.replace('BC_TRANSACTION: 7', 'BC_TRANSACTION: 9').replace('total 4', 'total 5');
    const journal = journalFrom(who, { ...quiet, stats, log: `${CALL}\n${WAITING}` }, before);
    expect(journal).toMatchObject({
      total: { commands: { BC_TRANSACTION: 2 }, returns: {} },
      made: { proc: 1 },
      stats: [{ proc: 5, device: 1, commands: { BC_TRANSACTION: 3 } }],
    });
    expect(journal.log).toEqual([
      expect.objectContaining({
        id: 13,
        from: { proc: 5, thread: null },
        to: { proc: 5, thread: 'none' },
        device: 1,
      }),
    ]);
  });

  test('of a process that nobody of the log is, is refused with its pid', () => {
    const stats = STATS.replace('proc 77', 'proc 78');
    expect(() => journalFrom(who, { ...quiet, stats, log: '' }, beforeOf({ stats: '', log: '' }))).toThrow(/78/);
  });
});
