/** A BINDER_WRITE_READ of odd sizes, counts and pointers does the same in the optimised driver and on Linux. */
import { afterAll, beforeAll, describe, expect, test, type TestContext } from 'vitest';
import { BC, IOCTL } from '../../abi/constants.ts';
import { TRANSACTION_DATA, WRITE_READ } from '../../abi/layout.ts';
import { writeU64 } from '../../abi/u64.ts';
import { Machine } from '../../conformance/targets/linux/machine.ts';
import { Program } from '../../conformance/targets/linux/program.ts';
import { BinderDriver } from '../../impl/driver.ts';
import { FileTable } from '../../impl/files.ts';
import { Memory } from '../../impl/memory.ts';
import { Task, TaskGroup } from '../../impl/task.ts';
import { Dice } from '../../properties/generator/dice.ts';
import * as binder from './binder.ts';

const wanted = process.env['BINDER_SPEC_LINUX'] === '1';
const machine = new Machine({ devices: 1 });

const need = (context: TestContext): void => {
  if (!wanted) context.skip('set BINDER_SPEC_LINUX=1 (after npm run linux:setup) to boot the Linux machine');
};

/** One page: the structure, commands, and a read buffer up to the end, behind which nothing is mapped. */
const PAGE = 4096;
const WRITE = 0x400;
const READ = 0xc00;
const BASE = 0x10_0000;
const O_NONBLOCK_RDWR = 0o2004002;
const { fields } = WRITE_READ;

/** One structure: pointers are places in the page plus something that wraps. */
interface Odd {
  readonly writeSize: bigint;
  readonly writeConsumed: bigint;
  readonly writeBuffer: bigint;
  readonly readSize: bigint;
  readonly readConsumed: bigint;
  readonly readBuffer: bigint;
}

const WRAP = 1n << 64n;
const EDGES = [
  ...[0n, 0n, 0n, 1n, 3n, 4n, 5n, 8n, 12n, 72n, 76n, 79n, 80n, 84n, 88n, 256n, 1024n, 1n << 31n, 1n << 32n],
  ...[1n << 53n, (1n << 63n) - 4n, 1n << 63n, (1n << 63n) + 4n, WRAP - 80n, WRAP - 8n, WRAP - 4n, WRAP - 1n],
];
/** Counts that move a pointer inside the page or to where no process has memory. */
const COUNTS = EDGES.filter(edge => edge <= 1024n || edge >= 1n << 53n);
const SHIFTS = [0n, 0n, 0n, 0n, 4n, 8n, WRAP - 4n, 1n << 63n, (1n << 63n) - 8n, 1n << 47n];

/** Structures at random, half of them with counts that bring odd pointers back into the page. */
const odds = (count: number): Odd[] => {
  const dice = new Dice({ nextInt: low => low });
  return Array.from({ length: count }, () => {
    const [writeShift, readShift] = [dice.pick(SHIFTS), dice.pick(SHIFTS)];
    // Sometimes the structure itself is read into; it is put back whole (WR-01).
    const over = dice.chance(10);
    const back = (shift: bigint): bigint => BigInt.asUintN(64, BigInt(dice.below(4) * 4) - shift);
    return {
      writeSize: dice.pick(EDGES),
      writeConsumed: dice.chance(50) ? back(writeShift) : dice.pick(COUNTS),
      writeBuffer: BigInt.asUintN(64, BigInt(WRITE) + writeShift),
      readSize: dice.pick(EDGES),
      readConsumed: over || dice.chance(50) ? back(readShift) : dice.pick(COUNTS),
      readBuffer: BigInt.asUintN(64, BigInt(over ? dice.below(12) * 4 : READ) + readShift),
    };
  });
};

/** Two commands without effect, then a call to nobody, four times over. */
const pageOf = (odd: Odd): Uint8Array => {
  const bytes = new Uint8Array(PAGE);
  const view = new DataView(bytes.buffer);
  for (let at = WRITE; at < WRITE + 4 * 76; at += 12 + TRANSACTION_DATA.size) {
    view.setUint32(at, BC.BC_ENTER_LOOPER, true);
    view.setUint32(at + 4, BC.BC_EXIT_LOOPER, true);
    view.setUint32(at + 8, BC.BC_TRANSACTION, true);
    view.setUint32(at + 12, 9999, true);
  }
  view.setBigUint64(fields.write_size.at, odd.writeSize, true);
  view.setBigUint64(fields.write_consumed.at, odd.writeConsumed, true);
  view.setBigUint64(fields.read_size.at, odd.readSize, true);
  view.setBigUint64(fields.read_consumed.at, odd.readConsumed, true);
  return bytes;
};

/** What a call left: its result and its page, the two pointers as they were given. */
const seen = (result: number, bytes: Uint8Array): string => {
  const page = Uint8Array.from(bytes);
  const view = new DataView(page.buffer);
  writeU64(view, fields.write_buffer.at, 0);
  writeU64(view, fields.read_buffer.at, 0);
  return `${result} ${Buffer.from(page)
    .toString('hex')
    .replace(/(?:00)+$/, '')}`;
};

const ours = (list: readonly Odd[]): string[] => {
  const driver = new BinderDriver(1);
  const memory = new Memory();
  const task = new Task(1000, new TaskGroup(1000, new FileTable()), memory);
  const process = driver.open(0, task, true);
  if (process === null) throw new Error('there is no device 0');
  return list.map(odd => {
    const bytes = pageOf(odd);
    const view = new DataView(bytes.buffer);
    view.setBigUint64(fields.write_buffer.at, BigInt.asUintN(64, odd.writeBuffer + BigInt(BASE)), true);
    view.setBigUint64(fields.read_buffer.at, BigInt.asUintN(64, odd.readBuffer + BigInt(BASE)), true);
    memory.clear(bytes, view);
    memory.map(BASE, PAGE, 0);
    return seen(driver.ioctl(process, task, IOCTL.BINDER_WRITE_READ, BASE), bytes);
  });
};

const theirs = async (list: readonly Odd[]): Promise<string[]> => {
  const program = new Program();
  program.call(0, 0, {
    number: binder.SYS.openat,
    args: [-100, { segment: 0 }, O_NONBLOCK_RDWR],
    segments: [{ bytes: Buffer.from('/dev/binder0\0') }],
    save: binder.FD,
  });
  const tags = list.map(odd =>
    program.call(0, 0, {
      number: binder.SYS.ioctl,
      args: [{ register: binder.FD }, IOCTL.BINDER_WRITE_READ, { segment: 0 }],
      segments: [{ bytes: pageOf(odd), guarded: true }],
      relocations: [
        { segment: 0, offset: fields.write_buffer.at, value: { segment: 0, add: odd.writeBuffer } },
        { segment: 0, offset: fields.read_buffer.at, value: { segment: 0, add: odd.readBuffer } },
      ],
      outs: [{ segment: 0, length: PAGE }],
      mustComplete: true,
    }),
  );
  program.reset();
  const { outcomes, failure } = await machine.run(0, program.bytes());
  if (failure !== undefined) throw new Error(failure.message);
  const byTag = new Map(outcomes.map(outcome => [outcome.tag, outcome]));
  return tags.map(tag => {
    const outcome = byTag.get(tag);
    return seen(Number(outcome?.value), outcome?.outs[0] ?? new Uint8Array(PAGE));
  });
};

describe('odd structures', () => {
  beforeAll(async () => {
    if (wanted) await machine.start();
  });
  afterAll(() => machine.stop());

  test('are answered alike, byte for byte', async context => {
    need(context);
    const list = odds(800);
    const [left, right] = [ours(list), await theirs(list)];
    const apart = list.flatMap((odd, at) =>
      left[at] === right[at] ? [] : [{ at, odd, ours: left[at], theirs: right[at] }],
    );
    expect(apart.slice(0, 3)).toEqual([]);
  });
});
