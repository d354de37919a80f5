/** Debugfs text becomes the snapshot that it was printed from: the optimised driver prints both. */
import { describe, expect, test } from 'vitest';
import type { Op } from '../../abi/op.ts';
import { seederOf } from '../../conformance/campaign/seeds.ts';
import { ImplTarget } from '../../conformance/targets/impl.ts';
import { Cast } from '../../conformance/targets/linux/cast.ts';
import { Descriptor, OpenFile } from '../../conformance/targets/linux/open-file.ts';
import { snapshotFrom } from '../../conformance/targets/linux/snapshot.ts';
import { specification } from '../../model/model.ts';
import { agrees } from '../../properties/agree.ts';
import { OpLogArbitrary } from '../../properties/generator/arbitrary.ts';
import { Judge } from '../../properties/judge.ts';

const world = { devices: 2 };
/** How `ImplTarget` numbers processes and places mappings. */
const pidOf = (proc: number): number => 1000 + 100 * proc;
const baseOf = (fd: number): number => 0x4000_0000_0000 + fd * 0x2_0000_0000;

/** Runs a log and answers the opens that succeeded, in order. */
const perform = (target: ImplTarget, ops: readonly Op[]): { readonly proc: number; readonly fd: number }[] => {
  target.reset(world);
  const judge = new Judge(specification, world, 'canonical');
  const opened: { readonly proc: number; readonly fd: number }[] = [];
  for (const op of ops) {
    const call = judge.call(op);
    if (!judge.applicable(call)) continue;
    expect(judge.observe(call, target.perform(call))).toBeUndefined();
    if (call.op === 'open') opened.push({ proc: call.proc, fd: call.fd });
  }
  return opened;
};

/** The cast of a sequence that ran on `ImplTarget`, as far as a snapshot needs it. */
const castOf = (target: ImplTarget, opened: readonly { readonly proc: number; readonly fd: number }[]): Cast => {
  const cast = new Cast(0);
  // Files are met in the order of their opening, which decides the order of their blocks.
  const order = (file: { readonly proc: number; readonly fd: number }): number =>
    opened.findLastIndex(({ proc, fd }) => proc === file.proc && fd === file.fd);
  const procs = [...target.snapshot().procs].sort((a, b) => order(a) - order(b));
  for (const { proc, fd, device, threads } of procs) {
    const actor = cast.find(proc) ?? cast.enter(proc);
    const file = new OpenFile(actor, fd, device);
    file.base = baseOf(fd);
    actor.descriptors.set(fd, new Descriptor(actor, fd, file));
    cast.learn(pidOf(proc), proc);
    for (const { thread, holder = proc } of threads) cast.learnThread(pidOf(holder) + thread, { proc: holder, thread });
  }
  return cast;
};

describe('the debugfs text of a whole driver', () => {
  const arbitrary = new OpLogArbitrary({ length: 60, devices: world.devices });
  const target = new ImplTarget();
  const seen = { deadNodes: 0, transactions: 0, busy: 0, census: 0 };

  test('is the snapshot: procs, dead nodes, transactions with both ends, and the census', () => {
    for (let sequence = 0; sequence < 60; sequence++) {
      const opened = perform(target, arbitrary.draw(seederOf(7, sequence)));
      const whole = target.snapshot();
      const cast = castOf(target, opened);
      const text = (file: string): string => target.driver.debugFile(file) ?? '';
      const read = snapshotFrom(cast, {
        blocks: [text('state')],
        stats: text('stats'),
        alone: { transactions: text('transactions'), before: {} },
      });
      expect(agrees(whole, read, false), `sequence ${sequence}`).toBe(true);
      expect(read.census).toEqual(whole.census);
      seen.deadNodes += read.deadNodes?.length ?? 0;
      seen.transactions += read.transactions?.length ?? 0;
      seen.census += read.census?.node ?? 0;
      for (const { nodes } of read.procs) seen.busy += nodes.filter(({ hasAsync }) => hasAsync === true).length;
    }
  });

  test('showed some of everything', () => {
    for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(0);
  });
});
