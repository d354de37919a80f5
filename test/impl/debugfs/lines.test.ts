/** The lines of the debugfs files, rule by rule. */
import { describe, expect, test } from 'vitest';
import { BR } from '../../../abi/constants.ts';
import { CALLER, introduced, ONE_WAY, OWNER, pair } from './scenes.ts';
import { binder, call, remote, reply, Script, withRoom } from './script.ts';
import { after, fileOf, linesOf } from './tell.ts';

describe('buffer lines', () => {
  test('ascend by address, with the sizes as requested and the state of their transactions (DBA-03, DBG-07)', () => {
    const target = after(
      pair()
        .write(CALLER, call(0, 1, ONE_WAY, 5), withRoom(call(0, 2, ONE_WAY, 3), 16), call(0, 3, 0))
        .read(OWNER, 256)
        .read(OWNER, 256).calls,
    );
    expect(linesOf(target, 'state', 'buffer')).toEqual([
      'buffer 2: POINTER size 5:0:0 delivered',
      'buffer 3: POINTER size 3:0:16 active',
      'buffer 4: POINTER size 0:0:0 active',
    ]);
  });

  test('say delivered for a buffer that leaked and can never be freed (DBG-07)', () => {
    const { calls } = pair().write(CALLER, call(0, 1, ONE_WAY, 5));
    const target = after(calls);
    // The message does not fit what can be written of the read buffer.
    target.perform({
      ...(calls[calls.length - 1] as (typeof calls)[number] & { readonly op: 'write_read' }),
      id: 90,
      proc: 0,
      write: [],
      read: { size: 256, consumed: 0, limit: 16 },
    });
    expect(linesOf(target, 'state', 'buffer')).toEqual(['buffer 2: POINTER size 5:0:0 delivered']);
  });
});

describe('transaction lines', () => {
  test('name both ends, and add node and sizes in the block of the receiver only (DBA-04, DBG-03)', () => {
    const target = after(
      pair()
        .nice(1, 0, 7)
        .write(CALLER, call(0, 0xbeef, 0x80, 12)).calls,
    );
    const line = ' transaction 2: POINTER from 1100:1100 to 1000:0 code beef flags 80 pri 7 r1';
    expect(linesOf(target, 'proc/1100', 'transaction 2')).toEqual([`outgoing${line}`]);
    expect(linesOf(target, 'proc/1000', 'transaction 2')).toEqual([`pending${line} node 1 size 12:0 data POINTER`]);
  });

  test('say that the buffer is free once it was freed before the answer (DBA-04)', () => {
    const target = after(
      pair()
        .write(CALLER, call(0, 1, 0))
        .read(OWNER, 256)
        .write(OWNER, { bc: 'BC_FREE_BUFFER', buffer: 0 }).calls,
    );
    expect(linesOf(target, 'proc/1000', 'incoming')).toEqual([
      'incoming transaction 2: POINTER from 1100:1100 to 1000:1000 code 1 flags 0 pri 0 r1 buffer free',
    ]);
  });

  test('of oneways and replies have no sender and need no reply, and a reply names no node (DBG-03)', () => {
    const target = after(
      introduced()
        .write(OWNER, reply(9, 0, 3))
        .write(CALLER, call(0, 2, ONE_WAY)).calls,
    );
    expect(linesOf(target, 'state', ' pending ', 'pending transaction')).toEqual([
      'pending transaction 5: POINTER from 0:0 to 1100:1100 code 9 flags 0 pri 0 r0 size 3:0 data POINTER',
      'pending transaction 6: POINTER from 0:0 to 1000:0 code 2 flags 1 pri 0 r0 node 1 size 0:0 data POINTER',
    ]);
  });

  test('have 0:0 for a sender that left and for a receiver that left (DBG-03)', () => {
    const nested = introduced()
      .prime([0, 1])
      .write(OWNER, call(1, 2, 0))
      .ioctl(OWNER, 'BINDER_THREAD_EXIT');
    expect(linesOf(after(nested.calls), 'state', 'transaction 2', 'transaction 5')).toEqual([
      expect.stringMatching(/^outgoing transaction 2: POINTER from 1100:1100 to 0:0 /),
      expect.stringMatching(/^pending transaction 5: POINTER from 0:0 to 1100:1100 /),
    ]);
  });
});

describe('work lines', () => {
  test('name each kind, and the suspicion of spam by its number only (DBG-04, DBA-06)', () => {
    const spam = Array.from({ length: 7 }, (_, code) => call(0, code, ONE_WAY, 4000));
    const target = after(
      pair().write(CALLER, ...spam, call(0, 9, 0, 24, [0, binder(0x5000, 0x6000)]), call(5, 1, 0)).calls,
    );
    expect(linesOf(target, 'proc/1100', 'work', 'transaction complete', 'transaction error')).toEqual([
      ...Array.from({ length: 6 }, () => 'transaction complete'),
      'unknown work: type 3',
      'node work 10: u0000000000005000 c0000000000006000',
      'transaction complete',
      `transaction error: ${BR.BR_FAILED_REPLY}`,
    ]);
  });

  test('follow a death on its way (DBG-04)', () => {
    const dead = introduced()
      .write(
        OWNER,
        { bc: 'BC_ACQUIRE', handle: 1 },
        { bc: 'BC_REQUEST_DEATH_NOTIFICATION', handle: 1, cookie: 7 },
        reply(1),
      )
      .read(OWNER, 256)
      .kill(1);
    const told = (script: Script): string[] => linesOf(after(script.calls), 'state', ' has ');
    expect(told(dead)).toEqual(['has dead binder']);
    dead.write(OWNER, { bc: 'BC_CLEAR_DEATH_NOTIFICATION', handle: 1, cookie: 7 });
    expect(told(dead)).toEqual(['has cleared dead binder']);
    dead.read(OWNER, 256);
    expect(told(dead)).toEqual(['has delivered dead binder']);
    dead.write(OWNER, { bc: 'BC_DEAD_BINDER_DONE', cookie: 7 });
    expect(told(dead)).toEqual(['has cleared death notification']);
  });
});

describe('thread, node and reference lines', () => {
  test('show the bits of a looper, whether it must return, and its stack from the top (DBG-02)', () => {
    const target = after(
      introduced()
        .write(OWNER, { bc: 'BC_ENTER_LOOPER' }, { bc: 'BC_EXIT_LOOPER' }, call(1, 2, 0))
        .on([0, 2], 'poll').calls,
    );
    expect(linesOf(target, 'proc/1000', 'thread', 'outgoing', 'incoming')).toEqual([
      'thread 1000: l 06 need_return 0 tr 0',
      expect.stringMatching(/^outgoing transaction 5: /),
      expect.stringMatching(/^incoming transaction 2: /),
      'thread 1001: l 00 need_return 0 tr 0',
      'thread 1002: l 20 need_return 1 tr 0',
    ]);
  });

  test('name the holders of a node, the newest first, and then its oneways (DBG-05)', () => {
    const target = after(
      introduced()
        .write(OWNER, call(1, 2, ONE_WAY), call(1, 3, ONE_WAY))
        .open([2, 0])
        .prime([2, 0])
        .write([2, 0], call(0, 4, 0, 24, [0, binder(0x7000, 0)]))
        .read([0, 1], 256)
        .write([0, 1], reply(0, 0, 24, [0, remote(1)])).calls,
    );
    const [node, oneway, other] = linesOf(target, 'proc/1100', 'node 3', 'pending');
    expect(node).toBe('node 3: u0000000000005000 c0000000000006000 hs 0 hw 0 ls 2 lw 0 is 2 iw 2 tr 1 proc 1200 1000');
    expect(oneway).toMatch(/^pending async transaction 6: POINTER from 0:0 to 1100:0 code 3 /);
    expect(other).toMatch(/^pending transaction 5: /);
  });

  test('say that the node of a reference is dead, and list dead nodes first, the last to die foremost (DBG-06, DBG-01)', () => {
    const target = after(
      introduced()
        .write(OWNER, { bc: 'BC_INCREFS', handle: 1 }, { bc: 'BC_REQUEST_DEATH_NOTIFICATION', handle: 1, cookie: 1 })
        .open([2, 0])
        .prime([2, 0])
        .write([2, 0], call(0, 4, ONE_WAY, 24, [0, binder(0x7000, 0, 'WEAK_BINDER')]))
        .kill(1)
        .kill(2).calls,
    );
    expect(linesOf(target, 'state', 'ref ')).toEqual([
      'ref 4: desc 1 dead node 3 s 1 w 1 d POINTER',
      'ref 7: desc 2 dead node 6 s 0 w 1 d 0000000000000000',
    ]);
    const lines = fileOf(target, 'state').split('\n');
    expect(lines[1]).toBe('dead nodes:');
    expect([lines[2], lines[3]]).toEqual([
      expect.stringMatching(/^ {2}node 6: u0000000000007000 /),
      expect.stringMatching(/^ {2}node 3: u0000000000005000 /),
    ]);
  });
});

describe('the selection of the transactions file', () => {
  test('leaves out dead nodes, references, idle threads, idle nodes and idle processes (DBG-08)', () => {
    const idle = after(introduced().write(OWNER, reply(0)).read(OWNER, 256).read(CALLER, 256).kill(1).calls);
    expect(linesOf(idle, 'state', 'dead nodes', 'ref 4', 'thread', 'proc')).not.toEqual([]);
    // The buffer of the call is not free yet, so its process has one thing to show.
    expect(fileOf(idle, 'transactions')).toBe(
      'binder transactions:\nproc 1000\ncontext binder0\n  buffer 2: POINTER size 24:8:0 delivered\n',
    );
  });

  test('shows a node with a oneway in flight, and the queue of the process (DBG-08)', () => {
    const target = after(
      pair()
        .write(CALLER, call(0, 1, ONE_WAY))
        .read(CALLER, 256).calls,
    );
    expect(fileOf(target, 'transactions')).toBe(
      `binder transactions:
proc 1000
context binder0
  node 1: u0000000000000000 c0000000000000000 hs 1 hw 1 ls 2 lw 1 is 0 iw 0 tr 1
  buffer 2: POINTER size 0:0:0 active
  pending transaction 2: POINTER from 0:0 to 1000:0 code 1 flags 1 pri 0 r0 node 1 size 0:0 data POINTER
`,
    );
  });
});

describe('the order of open files', () => {
  const three = new Script().open([0, 0]).open([1, 0]).open([0, 0, 1], 0);

  test('is newest first, and open files of one process repeat its pid (DBA-07)', () => {
    for (const file of ['state', 'stats']) {
      expect(linesOf(after(three.calls), file, 'proc 1')).toEqual(['proc 1000', 'proc 1100', 'proc 1000']);
    }
  });

  test('is the same in the file of a process, which shows every block of its pid with a title (DBG-09)', () => {
    const lines = fileOf(after(three.prime([0, 3, 1]).calls), 'proc/1000').split('\n');
    expect(lines).toEqual([
      ...['binder proc state:', 'proc 1000', 'context binder0', '  thread 1003: l 00 need_return 0 tr 0'],
      ...['binder proc state:', 'proc 1000', 'context binder0', ''],
    ]);
  });
});

describe('the file of a process', () => {
  const pidFile = (script: Script): string | null => after(script.calls).driver.debugFile('proc/1000');

  test('goes with the open file that was the first of its pid, and does not come back while another is left (PROC-05)', () => {
    const script = new Script().open([0, 0], 0).open([0, 0, 1], 0);
    expect(pidFile(script)).not.toBeNull();
    script.on([0, 0], 'close');
    expect(pidFile(script)).toBeNull();
    script.open([0, 0, 2], 0);
    expect(pidFile(script)).toBeNull();
    script.on([0, 0, 1], 'close').on([0, 0, 2], 'close').open([0, 0, 3], 0);
    expect(pidFile(script)).not.toBeNull();
  });

  test('stays while the mapping keeps the file, and when a later open file is closed (PROC-05)', () => {
    const script = new Script().open([0, 0]).open([0, 0, 1], 0).on([0, 0, 1], 'close').on([0, 0], 'close');
    expect(pidFile(script)).not.toBeNull();
    script.on([0, 0], 'munmap');
    expect(pidFile(script)).toBeNull();
  });
});
