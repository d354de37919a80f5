/** `npm run bench`: the figures of docs/measurements.md, as counts a second and as ratios. */
import { existsSync } from 'node:fs';
import type { Call } from '../abi/call.ts';
import type { Op } from '../abi/op.ts';
import { Environment, resolve } from '../abi/resolve.ts';
import { paths } from '../adapters/linux/layout.ts';
import { setup } from '../adapters/linux/setup.ts';
import { seederOf } from '../conformance/campaign/seeds.ts';
import { ImplTarget } from '../conformance/targets/impl.ts';
import { startRemote } from '../conformance/targets/remote.ts';
import { attempt } from '../conformance/campaign/attempt.ts';
import { Arena } from '../impl/arena.ts';
import type { Buffer } from '../impl/buffer.ts';
import { specification } from '../model/model.ts';
import { INVARIANTS } from '../properties/all.ts';
import { Coverage } from '../properties/coverage.ts';
import { OpLogArbitrary } from '../properties/generator/arbitrary.ts';
import { Batch, BATCH_OPS } from '../properties/batch.ts';
import { best, grouped, print } from './measure.ts';
import { Pair, PAYLOAD } from './round-trip.ts';

const SEED = 20_26;
/** The whole lockstep is so much code that it gets faster for this long. */
const WARM_SECONDS = 15;
const world = { devices: 2 };

const sequences = (length: number, ops: number): (readonly Op[])[] => {
  const arbitrary = new OpLogArbitrary({ length, devices: world.devices });
  return Array.from({ length: Math.ceil(ops / length) }, (_, index) => arbitrary.draw(seederOf(SEED, index)));
};

/** Everything: generate, drive, compare, invariants. Answers ops a second and the share of sequences that diverged. */
const lockstep = (length: number): { readonly rate: number; readonly diverged: number } => {
  const arbitrary = new OpLogArbitrary({ length, devices: world.devices });
  const driver = new ImplTarget();
  const coverage = new Coverage();
  let diverged = 0;
  let run = 0;
  const options = { specification, driver, world, invariants: INVARIANTS };
  const together = Math.max(1, Math.round(BATCH_OPS / length));
  const rate = best(
    turn => {
      const logs = Array.from({ length: together }, (_, at) => arbitrary.draw(seederOf(SEED, turn * together + at)));
      const batch = new Batch(options, logs);
      let ops = 0;
      for (let at = 0; at < together; at++) {
        const result = batch.judge(at, coverage);
        ops += result.ops;
        run++;
        if (result.failure !== undefined) diverged++;
      }
      return ops;
    },
    3,
    WARM_SECONDS,
  );
  return { rate, diverged: diverged / run };
};

/** The calls that a log makes, resolved once by the specification. */
const callsOf = (log: readonly Op[]): Call[] => {
  const env = new Environment();
  let state = specification.initial(world);
  const calls: Call[] = [];
  for (const op of log) {
    const call = resolve(env, op);
    if (!specification.applicable(state, call)) continue;
    const [outcome] = specification.step(state, call);
    if (outcome === undefined) continue;
    env.learn(outcome.delivered);
    state = outcome.state;
    calls.push(call);
  }
  return calls;
};

const generation = (): number => {
  const arbitrary = new OpLogArbitrary({ length: 100, devices: world.devices });
  return best(turn => arbitrary.draw(seederOf(SEED, turn)).length);
};

const model = (logs: readonly (readonly Call[])[]): number =>
  best(turn => {
    const calls = logs[turn % logs.length] as readonly Call[];
    let state = specification.initial(world);
    for (const call of calls) state = specification.step(state, call)[0]?.state ?? state;
    return calls.length;
  });

const impl = (logs: readonly (readonly Call[])[]): number => {
  const driver = new ImplTarget();
  return best(turn => {
    const calls = logs[turn % logs.length] as readonly Call[];
    driver.reset(world);
    for (const call of calls) driver.perform(call);
    return calls.length;
  });
};

/** Free and allocate again, with so many buffers live in a full-size mapping. */
const allocator = (live: number): number => {
  const arena = new Arena();
  arena.map(0, 4 << 20, true, new Uint8Array(4 << 20));
  let word = SEED;
  const random = (limit: number): number => {
    word = (Math.imul(word, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((word / 0x1_0000_0000) * limit);
  };
  const allocate = (): Buffer => {
    const size = 8 * (1 + random(64));
    const buffer = arena.allocate(size, size, 0, 0, false, 1000);
    if (buffer === null) throw new Error('the mapping is full');
    return buffer;
  };
  const buffers = Array.from({ length: live }, allocate);
  return best(() => {
    for (let turn = 0; turn < 1000; turn++) {
      const at = random(live);
      arena.release(buffers[at] as Buffer);
      buffers[at] = allocate();
    }
    return 1000;
  });
};

const roundTrips = (): void => {
  const pair = new Pair();
  const rate = best(() => {
    for (let turn = 0; turn < 1000; turn++) pair.roundTrip();
    return 1000;
  });
  print(`call and reply, bytes in and out (${PAYLOAD} bytes each)`, `${grouped(rate)} round trips/s`);
  const before = pair.driver.copied;
  pair.roundTrip();
  pair.oneway();
  print('bytes copied for each byte of payload', ((pair.driver.copied - before) / (3 * PAYLOAD)).toFixed(2));
};

const linux = async (): Promise<void> => {
  if (!existsSync(paths.initramfs)) {
    print('Linux driver', 'not set up (npm run linux:setup)');
    return;
  }
  setup();
  const driver = await startRemote({ kind: 'linux' });
  try {
    const logs = sequences(100, 20_000);
    let next = 0;
    let done = 0;
    const began = performance.now();
    const work = async (): Promise<void> => {
      for (let log = logs[next++]; log !== undefined; log = logs[next++]) {
        // Not in one step: others add to it in the meantime.
        const { ops } = await attempt(driver, world.devices, log, new Coverage());
        done += ops;
      }
    };
    await Promise.all(Array.from({ length: driver.slots }, work));
    const seconds = (performance.now() - began) / 1000;
    print(`Linux driver, ${driver.slots} sequences side by side`, `${grouped(done / seconds)} checked ops/s`);
  } finally {
    await driver.stop();
  }
};

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

const main = async (): Promise<void> => {
  const short = lockstep(100);
  const long = lockstep(3000);
  print('lockstep at length 100', `${grouped(short.rate)} ops/s`);
  print('lockstep at length 3000', `${grouped(long.rate)} ops/s`);
  print('cost of an op at length 3000 : at length 100', (short.rate / long.rate).toFixed(2));
  print('share of sequences that diverged', `${percent(short.diverged)} and ${percent(long.diverged)}`);
  print('generation alone', `${grouped(generation())} ops/s`);
  const logs = sequences(100, 20_000).map(callsOf);
  const modelRate = model(logs);
  const implRate = impl(logs);
  print('specification alone', `${grouped(modelRate)} ops/s`);
  print('optimised driver alone, calls encoded and answers decoded', `${grouped(implRate)} ops/s`);
  print('optimised driver : specification', (implRate / modelRate).toFixed(2));
  roundTrips();
  const few = allocator(16);
  const many = allocator(4096);
  print('free and allocate at 16 live buffers', `${grouped(few)} pairs/s`);
  print('free and allocate at 4096 live buffers', `${grouped(many)} pairs/s`);
  print('cost at 4096 : at 16', (few / many).toFixed(2));
  await linux();
};

const began = performance.now();
await main();
print('whole measurement', `${((performance.now() - began) / 1000).toFixed(0)} s`);
