/** What the adapter protocol costs: `node dist/bench/protocol.js`. Counts a second, best of a few rounds. */
import { fileURLToPath } from 'node:url';
import type { BatchStep } from '../abi/driver.ts';
import { seederOf } from '../conformance/campaign/seeds.ts';
import { attempt } from '../conformance/campaign/attempt.ts';
import { keepsJournal } from '../conformance/campaign/share.ts';
import { ProcessTarget } from '../conformance/targets/process/target.ts';
import { Coverage } from '../properties/coverage.ts';
import { OpLogArbitrary } from '../properties/generator/arbitrary.ts';
import { grouped } from './measure.ts';

const SEED = 20_26;
const ROUNDS = 5;
const LINE = 200;
const IN_FLIGHT = 4;
const CALLS = 100_000;

const trivial = fileURLToPath(new URL('../../bench/trivial-adapter.mjs', import.meta.url));
const impl = fileURLToPath(new URL('../adapters/impl/main.js', import.meta.url));

/** A rate by the clock, and the processor time of this process for one call: what is left when others use the machine. */
interface Rate {
  readonly perSecond: number;
  readonly microseconds: number;
}

const bestOf = async (rounds: number, round: () => Promise<number>): Promise<Rate> => {
  let best: Rate = { perSecond: 0, microseconds: Infinity };
  for (let turn = 0; turn < rounds; turn++) {
    const began = performance.now();
    const before = process.cpuUsage();
    const calls = await round();
    const { user, system } = process.cpuUsage(before);
    best = {
      perSecond: Math.max(best.perSecond, calls / ((performance.now() - began) / 1000)),
      microseconds: Math.min(best.microseconds, (user + system) / calls),
    };
  }
  return best;
};

/** Calls through the protocol to an adapter that does nothing, many a line, several lines in flight. */
const overhead = async (): Promise<Rate> => {
  const target = await ProcessTarget.start({ command: [process.execPath, trivial] });
  const call = (id: number): BatchStep => ({
    call: {
      ...{ op: 'write_read', id, proc: 0, thread: 0, fd: 0, writeConsumed: 0 },
      write: [{ bc: 'BC_INCREFS', handle: 1 }],
      read: { size: 256, consumed: 0 },
    },
    expected: [],
  });
  const batch = Array.from({ length: LINE }, (_, at) => call(at + 1));
  const rate = await bestOf(ROUNDS, async () => {
    await Promise.all(
      Array.from({ length: IN_FLIGHT }, async () => {
        const session = await target.begin({ devices: 1 });
        for (let done = 0; done < CALLS / IN_FLIGHT; done += LINE) await session.perform(batch);
        await session.end();
      }),
    );
    return CALLS;
  });
  await target.stop();
  return rate;
};

/** Generated sequences on the optimised driver behind the protocol, every answer judged, looked at as `run` does. */
const checked = async (): Promise<Rate> => {
  const target = await ProcessTarget.start({ command: [process.execPath, impl] });
  const arbitrary = new OpLogArbitrary({ length: 100, devices: 2 });
  let next = 0;
  const rate = await bestOf(ROUNDS, async () => {
    let ops = 0;
    const end = next + 300;
    await Promise.all(
      Array.from({ length: target.slots }, async () => {
        while (next < end) {
          const sequence = next++;
          const log = arbitrary.draw(seederOf(SEED, sequence));
          const watch = { journal: keepsJournal(SEED, sequence) };
          const { ops: performed } = await attempt(target, 2, log, new Coverage(), watch);
          ops += performed;
        }
      }),
    );
    return ops;
  });
  await target.stop();
  return rate;
};

const print = (what: string, { perSecond, microseconds }: Rate): boolean =>
  process.stdout.write(
    `${what.padEnd(52)} ${grouped(perSecond).padStart(9)} a second, ${microseconds.toFixed(1)} us of this process each\n`,
  );

print(`protocol, trivial adapter, ${LINE} calls a line`, await overhead());
print('impl behind the protocol, every answer checked', await checked());
