/**
 * Adapters with a right driver that are wrong on purpose around it: `node dist/test/conformance/mocks/driven.js KIND`.
 */
import { createInterface } from 'node:readline';
import type { Call } from '../../../abi/call.ts';
import type { Driver, World } from '../../../abi/driver.ts';
import type { Done, Observation } from '../../../abi/observation.ts';
import { Server } from '../../../adapters/impl/serve.ts';
import { serviceFrom } from '../../../adapters/impl/service.ts';
import { CAPABILITY_NAMES, type CapabilityName } from '../../../conformance/protocol/capabilities.ts';
import { ImplTarget } from '../../../conformance/targets/impl.ts';

const kind = process.argv[2] ?? '';

/** A driver that was reset once and never again. */
class Leaking extends ImplTarget {
  #fresh = true;

  override reset(world: World): void {
    if (this.#fresh) super.reset(world);
    this.#fresh = false;
  }
}

/** A driver that remembers one thing from test to test: once somebody was context manager, calls have another code. */
class Remembering extends ImplTarget {
  #resets = 0;

  override reset(world: World): void {
    this.#resets++;
    super.reset(world);
  }

  override perform(call: Call): Observation {
    const observation = super.perform(call);
    const isVersion = call.op === 'ioctl' && call.cmd === 'BINDER_VERSION' && call.arg.bad === undefined;
    return isVersion && this.#resets > 6
      ? { ...observation, result: { status: 'OK', out: { version: 9 } } }
      : observation;
  }
}

/** A driver that kills its process when it is asked for something in particular. */
class Dying extends ImplTarget {
  override perform(call: Call): Observation {
    if (call.op === 'ioctl' && call.cmd === 'BINDER_SET_MAX_THREADS') process.exit(3);
    return super.perform(call);
  }
}

/** A driver that kills its process after so many calls, whatever they are. */
class Tiring extends ImplTarget {
  static calls = 0;

  override perform(call: Call): Observation {
    if (++Tiring.calls > 120) process.exit(3);
    return super.perform(call);
  }
}

/** A driver that throws, as one of a library does. */
class Throwing extends ImplTarget {
  override perform(call: Call): Observation {
    if (call.op === 'ioctl' && call.cmd === 'BINDER_SET_MAX_THREADS') throw new Error('index out of bounds');
    return super.perform(call);
  }
}

const EINVAL: Done = { status: 'EINVAL' };
const LACKING = new Set(['BINDER_FREEZE', 'BINDER_GET_FROZEN_INFO']);

/** A driver without the freezer. */
class WithoutFreezer extends ImplTarget {
  override perform(call: Call): Observation {
    if (call.op === 'ioctl' && LACKING.has(String(call.cmd))) {
      super.perform({ ...call, cmd: 0x12345678, arg: {} });
      return { op: call.id, result: EINVAL, completions: [] };
    }
    return super.perform(call);
  }
}

const MAKE: Readonly<Record<string, () => Driver>> = {
  leaks: () => new Leaking(),
  remembers: () => new Remembering(),
  'dies-of-an-op': () => new Dying(),
  tires: () => new Tiring(),
  throws: () => new Throwing(),
  'lacks-freeze': () => new WithoutFreezer(),
};
/** What the hello of a kind does not declare. */
const UNDECLARED: Readonly<Record<string, readonly CapabilityName[]>> = {
  'denies-freeze': ['freeze'],
  'lacks-freeze': ['freeze'],
};

const service = await serviceFrom([]);
const without: readonly string[] = UNDECLARED[kind] ?? [];
const server = new Server({
  make: MAKE[kind] ?? service.make,
  hello: {
    ...service.hello,
    caps: Object.fromEntries(CAPABILITY_NAMES.map(name => [name, !without.includes(name)])),
    limits: { max_line: 16 << 20, slots: kind === 'babbles' ? 4 : 1, devices: 8 },
  },
});

const babble = (): void => {
  process.stdout.write(`[  12.345] binder: \u001b[31mhello\u0000\u0007 {"id":0,"ok":{}}\n@ b {"id":1}\n@b\n\n`);
  process.stderr.write('warning: this is a warning\n');
};
const write = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

let asked = 0;
createInterface({ input: process.stdin }).on('line', line => {
  if (kind === 'babbles') babble();
  if (kind === 'refuses-freeze' && line.includes('"BINDER_FREEZE"')) {
    const { id, gen, calls } = JSON.parse(line) as { id: number; gen: number; calls: Call[] };
    const op = calls.find(call => call.op === 'ioctl' && call.cmd === 'BINDER_FREEZE')?.id;
    write(`@b ${JSON.stringify({ id, gen, err: { code: 'unsupported', definite: true, msg: 'no freezer', op } })}`);
    return;
  }
  const answer = server.answer(line);
  if (kind === 'slow' && line.startsWith('{"q":"do"') && ++asked === 3) {
    const { gen } = JSON.parse(line) as { gen: number };
    for (let wait = 100; wait <= 1100; wait += 100) setTimeout(() => write(`@b {"ev":"alive","gen":${gen}}`), wait);
    setTimeout(() => write(answer), 1150);
    return;
  }
  write(answer);
  if (server.over) process.exit(0);
});
