/** Every divergence that was ever found, replayed on the optimised driver and judged by the specification. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { OpLogSchema } from '../abi/op.ts';
import { ImplTarget } from '../conformance/targets/impl.ts';
import { specification } from '../model/model.ts';
import { INVARIANTS } from '../properties/all.ts';
import { runLockstep } from '../properties/lockstep.ts';

const folder = new URL('./regressions/', import.meta.url);

describe('regressions', () => {
  for (const name of readdirSync(folder).sort()) {
    const log = OpLogSchema.parse(JSON.parse(readFileSync(new URL(name, folder), 'utf8')));
    it(`${log.title ?? name}: ${name}`, () => {
      const driver = new ImplTarget();
      const result = runLockstep({ specification, driver, checkpointEvery: 1, invariants: INVARIANTS }, log.ops);
      expect(result.failure?.explanation).toBeUndefined();
      expect(result.ops).toBeGreaterThan(2);
      expect(result.skipped).toEqual([]);
    });
  }
});
