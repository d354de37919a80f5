/**
 * A second driver, right and different: it places messages at the lowest address that is free, gives out the handle
 * that was freed last, and begins no read with BR_NOOP.
 */
import type { Call } from '../../abi/call.ts';
import type { Driver, World } from '../../abi/driver.ts';
import type { Done, Observation } from '../../abi/observation.ts';
import type { Snapshot } from '../../abi/snapshot.ts';
import type { Edit } from '../../conformance/faults/fault.ts';
import { loadDriver } from '../../conformance/targets/faulty.ts';
import { ImplTarget } from '../../conformance/targets/impl.ts';

/** How its sources differ. */
const EDITS: readonly Edit[] = [
  {
    id: 'first-fit',
    file: 'impl/free-index.ts',
    text: 'let best: Buffer | null = null;\n    let here = this.#root;',
    replacement: `let first: Buffer | null = null;
    const all = [this.#root];
    while (all.length > 0) {
      const each = all.pop();
      if (each === null || each === undefined) continue;
      all.push(each.left, each.right);
      if (each.size >= size && (first === null || each.offset < first.offset)) first = each;
    }
    if (first !== null || size >= 0) return first;
    let best: Buffer | null = null;
    let here = this.#root;`,
  },
  {
    id: 'handles-as-a-stack',
    file: 'impl/handles.ts',
    text: 'if (lowest === 0 && this.get(0) === null) return 0;',
    replacement: `if (lowest === 0 && this.get(0) === null) return 0;
    while (this.freed.length > 0) {
      const last = this.freed.pop() as number;
      if (last > 0 && this.get(last) === null) return last;
    }`,
  },
  {
    id: 'freed-handles',
    file: 'impl/handles.ts',
    text: 'this.#refs[handle] = null;',
    replacement: 'this.#refs[handle] = null;\n    this.freed.push(handle);',
  },
  {
    id: 'freed-list',
    file: 'impl/handles.ts',
    text: '  size = 0;',
    replacement: '  size = 0;\n  freed: number[] = [];',
  },
];

const withoutNoop = (done: Done): Done => {
  const { returns, read } = done;
  if (returns === undefined || read === undefined) return done;
  const kept = returns.filter(({ br }) => br !== 'BR_NOOP');
  // Behind EAGAIN nothing is counted.
  return { ...done, returns: kept, read: read === 0 ? 0 : read - 4 * (returns.length - kept.length) };
};

class Silent implements Driver {
  readonly #driver: Driver;

  constructor(driver: Driver) {
    this.#driver = driver;
  }

  reset(world: World): void {
    this.#driver.reset(world);
  }

  perform(call: Call): Observation {
    const { op, result, completions } = this.#driver.perform(call);
    return {
      op,
      result: result === 'pending' ? result : withoutNoop(result),
      completions: completions.map(each => ({ ...each, done: withoutNoop(each.done) })),
    };
  }

  snapshot(): Snapshot | undefined {
    return this.#driver.snapshot();
  }
}

/** The second driver, with a fault where one is given. */
export const variant = async (...faults: readonly Edit[]): Promise<Driver> =>
  new Silent(new ImplTarget(await loadDriver(...EDITS, ...faults)));
