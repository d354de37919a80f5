/** Counters and logs of the debugfs files, rule by rule. */
import { describe, expect, test } from 'vitest';
import { BR } from '../../../abi/constants.ts';
import { CALLER, introduced, ONE_WAY, OWNER, pair } from './scenes.ts';
import { call, remote, reply, Script } from './script.ts';
import { after, fileOf, linesOf } from './tell.ts';

describe('the counters', () => {
  const counters = (script: Script): string[] => linesOf(after(script.calls), 'stats', 'BC_', 'BR_');

  test('count every word with a low byte up to 18, known or not, done or not (WR-10)', () => {
    const script = new Script().open(OWNER, 0);
    for (const word of [0, 0x1234_5602, 0x4008_630a, 0xffff_ff12, 0x630b, 0x13, 0xff]) {
      script.write(OWNER, { bc: 'RAW', word, bytes: '' });
    }
    const counts = ['BC_TRANSACTION: 1', 'BC_ACQUIRE_RESULT: 1', 'BC_ATTEMPT_ACQUIRE: 1', 'BC_REGISTER_LOOPER: 1'];
    // Once for everybody, once for the open file.
    expect(counters(script)).toEqual([...counts, 'BC_REPLY_SG: 1', ...counts, 'BC_REPLY_SG: 1']);
  });

  test('count a command whose payload cannot be read (WR-10)', () => {
    const script = new Script().open(OWNER, 0).write(OWNER, { bc: 'BC_FREE_BUFFER', buffer: { address: 0 } });
    const [, last] = script.calls;
    const target = after(script.calls.slice(0, 1));
    const { result } = target.perform({ ...(last as typeof last & { op: 'write_read' }), writeLimit: 6 });
    expect(result).toMatchObject({ status: 'EFAULT', wrote: 0 });
    expect(linesOf(target, 'stats', 'BC_')).toEqual(['BC_FREE_BUFFER: 1', 'BC_FREE_BUFFER: 1']);
  });

  test('count returns that were stored, among them BR_SPAWN_LOOPER and never BR_NOOP (READ-43)', () => {
    const script = new Script()
      .open(OWNER, 0)
      .prime(OWNER)
      .ioctl(OWNER, 'BINDER_SET_MAX_THREADS', { value: 3 })
      .read(OWNER, 256, { bc: 'BC_ENTER_LOOPER' }, call(9, 1, 0));
    const counts = ['BC_TRANSACTION: 1', 'BC_ENTER_LOOPER: 1', 'BR_SPAWN_LOOPER: 1', 'BR_FAILED_REPLY: 1'];
    expect(counters(script)).toEqual([...counts, ...counts]);
  });

  test('do not count a return that could not be stored (READ-43)', () => {
    const script = new Script()
      .open(OWNER, 0)
      .prime(OWNER)
      .write(OWNER, call(9, 1, 0))
      .read(OWNER, 256);
    const last = script.calls[3];
    const target = after(script.calls.slice(0, 3));
    const { result } = target.perform({
      ...(last as typeof last & { op: 'write_read' }),
      read: { size: 256, consumed: 0, limit: 6 },
    });
    expect(result).toMatchObject({ status: 'EFAULT' });
    expect(linesOf(target, 'stats', 'BR_')).toEqual([]);
  });

  test('count objects of seven classes, messages only once their target passed its checks (DBG-10)', () => {
    const target = after(
      introduced()
        .write(OWNER, { bc: 'BC_ACQUIRE', handle: 1 }, { bc: 'BC_REQUEST_DEATH_NOTIFICATION', handle: 1, cookie: 1 })
        // No such handle; then one that is found, and an object that is not.
        .write(OWNER, call(44, 1, 0))
        .read(OWNER, 256)
        .write(OWNER, call(1, 1, ONE_WAY, 24, [0, remote(9)])).calls,
    );
    expect(linesOf(target, 'stats', ': active')).toEqual([
      'proc: active 2 total 2',
      'thread: active 3 total 3',
      'node: active 2 total 2',
      'ref: active 1 total 1',
      'death: active 1 total 1',
      'transaction: active 1 total 2',
      'transaction_complete: active 1 total 2',
    ]);
  });

  test('of an open file print the most threads signed, and only messages of the queue as pending (DBG-11)', () => {
    const target = after(
      introduced()
        .ioctl(OWNER, 'BINDER_SET_MAX_THREADS', { value: 0x8000_0000 })
        .write(OWNER, { bc: 'BC_ACQUIRE', handle: 1 }, call(1, 2, 0))
        .open([2, 0])
        .prime([2, 0])
        .write([2, 0], call(0, 1, ONE_WAY), call(0, 2, ONE_WAY), call(0, 3, 0)).calls,
    );
    expect(fileOf(target, 'stats')).toContain(`proc 1000
context binder0
  threads: 2
  requested threads: 0+0/-2147483648
  ready threads 0
  free async space 32752
  nodes: 1
  refs: 1 s 2 w 0
  buffers: 4
  pages: 1:0:15
  pages high watermark: 1
  pending transactions: 2
`);
  });

  test('count waiting readers as ready (DBG-11)', () => {
    const target = after(
      new Script()
        .open(OWNER, 1 << 16, false)
        .prime(OWNER, [0, 1])
        .read(OWNER, 256)
        .read([0, 1], 256).calls,
    );
    expect(linesOf(target, 'stats', 'ready')).toEqual(['ready threads 2']);
  });

  test('are 0 for pages once a part of the mapping is gone (DBA-02)', () => {
    const target = after(
      pair()
        .write(CALLER, call(0, 1, ONE_WAY))
        .on(OWNER, 'munmap').calls,
    );
    expect(linesOf(target, 'stats', 'pages')).toEqual([
      'pages: 0:0:16',
      'pages high watermark: 0',
      'pages: 0:0:0',
      'pages high watermark: 1',
    ]);
  });
});

describe('the logs', () => {
  test('have the kind, both ends, device, node, handle, sizes and result of each send (DBA-05)', () => {
    const target = after(
      introduced()
        .write(OWNER, call(1, 2, 0, 3))
        .write(CALLER, call(0x7fff_ffff, 1, ONE_WAY, 8))
        .write([0, 1], reply(0, ONE_WAY, 1)).calls,
    );
    expect(linesOf(target, 'transaction_log', 'from')).toEqual([
      '2: call  from 1100:1100 to 1000:0 context binder0 node 1 handle 0 size 24:8 ret 0/0 l=N',
      // A nested call is for the thread that waits.
      '5: call  from 1000:1000 to 1100:1100 context binder0 node 3 handle 1 size 3:0 ret 0/0 l=N',
      '6: async from 1100:1100 to 0:0 context binder0 node 0 handle 2147483647 size 8:0 ret 29201/-22 l=N',
      '7: reply from 1000:1001 to 0:0 context binder0 node 0 handle 0 size 1:0 ret 29201/-71 l=N',
    ]);
  });

  test('name the node but not the receiver of a call that its sender may not make (DBA-05)', () => {
    const target = after(
      introduced()
        .write(OWNER, call(1, 2, 0))
        .write(OWNER, call(1, 3, 0)).calls,
    );
    expect(linesOf(target, 'failed_transaction_log', 'from')).toEqual([
      '6: call  from 1000:1000 to 0:0 context binder0 node 3 handle 1 size 0:0 ret 29201/-71 l=N',
    ]);
  });

  test('keep the last 32 of all processes, oldest first (DBG-12)', () => {
    const many = (who: typeof OWNER | typeof CALLER): Script =>
      pair().write(who, ...Array.from({ length: 40 }, (_, code) => call(0, code, ONE_WAY)));
    const ids = linesOf(after(many(CALLER).calls), 'transaction_log', 'from').map(line => Number.parseInt(line, 10));
    expect(ids).toEqual(Array.from({ length: 32 }, (_, index) => index + 10));
  });

  test('tell of failed calls and replies while they are sent, not of peers that die later (DBG-13)', () => {
    const target = after(
      introduced()
        .write(OWNER, reply(1, 0, 1 << 20))
        .read(CALLER, 256)
        .write(CALLER, call(0, 2, 0))
        .kill(0).calls,
    );
    expect(linesOf(target, 'failed_transaction_log', 'from')).toEqual([
      '5: reply from 1000:1000 to 1100:1100 context binder0 node 0 handle 0 size 1048576:0 ret 29201/-28 l=N',
    ]);
    expect(linesOf(target, 'state', 'transaction error')).toEqual([`transaction error: ${BR.BR_DEAD_REPLY}`]);
  });
});
