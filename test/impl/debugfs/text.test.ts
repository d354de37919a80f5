/** Whole debugfs files after two small scenes, written by hand. */
import { describe, expect, test } from 'vitest';
import { call, reply, Script } from './script.ts';
import { STORY } from './story.ts';
import { after, fileOf, freshTarget } from './tell.ts';

/** A manager handles a call that brought an object; its caller waits. */
const target = after(STORY[0]?.calls ?? []);

/** The same, then a reply, and a call to nobody. */
const answered = after([
  ...(STORY[0]?.calls ?? []),
  ...new Script().write([0, 1], reply(3, 0, 7), call(77, 4, 0, 1)).calls.map(each => ({ ...each, id: each.id + 50 })),
]);

describe('before anything is open', () => {
  test.each([
    ['state', 'binder state:\n'],
    ['stats', 'binder stats:\n'],
    ['transactions', 'binder transactions:\n'],
    ['transaction_log', ''],
    ['failed_transaction_log', ''],
  ])('%s has nothing but its title', (file, text) => {
    expect(fileOf(freshTarget(), file)).toBe(text);
  });

  test('there is no file of a process, and none of another name', () => {
    expect(freshTarget().driver.debugFile('proc/1000')).toBeNull();
    expect(freshTarget().driver.debugFile('features')).toBeNull();
  });
});

describe('while a call that brought an object waits for its answer', () => {
  test('state shows every open file whole', () => {
    expect(fileOf(target, 'state')).toBe(`binder state:
proc 1100
context binder0
  thread 1100: l 10 need_return 0 tr 0
    outgoing transaction 2: POINTER from 1100:1100 to 1000:1001 code ab flags 10 pri 4 r1
    node work 3: u0000000000005000 c0000000000006000
    transaction complete
  node 3: u0000000000005000 c0000000000006000 hs 0 hw 0 ls 0 lw 0 is 1 iw 1 tr 1 proc 1000
proc 1000
context binder0
  thread 1000: l 00 need_return 0 tr 0
  thread 1001: l 02 need_return 0 tr 0
    incoming transaction 2: POINTER from 1100:1100 to 1000:1001 code ab flags 10 pri 4 r1 node 1 size 29:8 data POINTER
  node 1: u0000000000000000 c0000000000000000 hs 1 hw 1 ls 2 lw 1 is 0 iw 0 tr 1
  ref 4: desc 1 node 3 s 1 w 0 d 0000000000000000
  buffer 2: POINTER size 29:8:0 active
`);
  });

  test('stats counts what was done and what exists', () => {
    expect(fileOf(target, 'stats')).toBe(`binder stats:
BC_TRANSACTION: 1
BC_ENTER_LOOPER: 1
BR_TRANSACTION: 1
proc: active 2 total 2
thread: active 3 total 3
node: active 2 total 2
ref: active 1 total 1
transaction: active 1 total 1
transaction_complete: active 1 total 1
proc 1100
context binder0
  threads: 1
  requested threads: 0+0/-1
  ready threads 0
  free async space 32768
  nodes: 1
  refs: 0 s 0 w 0
  buffers: 0
  pages: 0:0:16
  pages high watermark: 0
  pending transactions: 0
  BC_TRANSACTION: 1
proc 1000
context binder0
  threads: 2
  requested threads: 0+0/0
  ready threads 0
  free async space 524288
  nodes: 1
  refs: 1 s 1 w 0
  buffers: 1
  pages: 1:0:255
  pages high watermark: 1
  pending transactions: 0
  BC_ENTER_LOOPER: 1
  BR_TRANSACTION: 1
`);
  });

  test('transactions shows only what moves', () => {
    expect(fileOf(target, 'transactions')).toBe(`binder transactions:
proc 1100
context binder0
  thread 1100: l 10 need_return 0 tr 0
    outgoing transaction 2: POINTER from 1100:1100 to 1000:1001 code ab flags 10 pri 4 r1
    node work 3: u0000000000005000 c0000000000006000
    transaction complete
proc 1000
context binder0
  thread 1001: l 02 need_return 0 tr 0
    incoming transaction 2: POINTER from 1100:1100 to 1000:1001 code ab flags 10 pri 4 r1 node 1 size 29:8 data POINTER
  buffer 2: POINTER size 29:8:0 active
`);
  });

  test('the file of a process shows its block', () => {
    expect(fileOf(target, 'proc/1100')).toBe(`binder proc state:
proc 1100
context binder0
  thread 1100: l 10 need_return 0 tr 0
    outgoing transaction 2: POINTER from 1100:1100 to 1000:1001 code ab flags 10 pri 4 r1
    node work 3: u0000000000005000 c0000000000006000
    transaction complete
  node 3: u0000000000005000 c0000000000006000 hs 0 hw 0 ls 0 lw 0 is 1 iw 1 tr 1 proc 1000
`);
  });
});

describe('after an answer, and a call to nobody', () => {
  test('the log has all three sends', () => {
    expect(fileOf(answered, 'transaction_log')).toBe(
      `2: call  from 1100:1100 to 1000:0 context binder0 node 1 handle 0 size 29:8 ret 0/0 l=N
5: reply from 1000:1001 to 1100:1100 context binder0 node 0 handle 0 size 7:0 ret 0/0 l=N
6: call  from 1000:1001 to 0:0 context binder0 node 0 handle 77 size 1:0 ret 29201/-22 l=N
`,
    );
  });

  test('the log of failures has the last', () => {
    expect(fileOf(answered, 'failed_transaction_log')).toBe(
      '6: call  from 1000:1001 to 0:0 context binder0 node 0 handle 77 size 1:0 ret 29201/-22 l=N\n',
    );
  });
});
