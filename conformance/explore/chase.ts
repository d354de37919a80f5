/** A driver with a fault along every log of a hunting ground: the first difference ends a log as short as any there. */
import type { OpLog } from '../../abi/op.ts';
import type { Driver } from '../../abi/driver.ts';
import { same } from '../../abi/same.ts';
import { specification } from '../../model/model.ts';
import { INVARIANTS } from '../../properties/all.ts';
import { digestOf } from '../../properties/explore/ground/digest.ts';
import type { Edge, Growth } from '../../properties/explore/ground/growth.ts';
import { runLockstep } from '../../properties/lockstep.ts';
import { WORLD } from '../self-test/suspect.ts';

/** What a chase came to. */
export interface Chase {
  /** The shortest log on which the driver is wrong. */
  readonly log?: OpLog;
  readonly signature?: string;
  /** Every log of so many ops was made. */
  readonly complete: number;
  readonly edges: number;
}

const ONE = { devices: 1 };

/** Whether the driver shows at an edge what it must; the calls before it are right. */
const isRight = (driver: Driver, growth: Growth, { from, call, observation, digest }: Edge): boolean => {
  try {
    driver.reset(ONE);
    for (const each of growth.callsTo(from)) driver.perform(each);
    return same(driver.perform(call), observation) && digestOf(driver) === digest;
  } catch {
    return false;
  }
};

/** Chases a fault through logs of more than `least` and at most `most` ops, until `stop` says so. */
export const chase = (
  driver: Driver,
  growth: Growth,
  { least, most }: { readonly least: number; readonly most: number },
  stop: () => boolean,
): Chase => {
  const { edges } = growth;
  // Behind an edge where the driver did something else that is allowed, its logs are others.
  const left = new Set<number>();
  let made = 0;
  for (let at = 0; at < edges.length; at++) {
    const edge = edges[at] as Edge;
    if (edge.length > Math.min(most, growth.complete)) return { complete: edge.length - 1, edges: made };
    if (edge.length <= least) continue;
    if (left.has(edge.from)) {
      left.add(at);
      continue;
    }
    made++;
    if (made % 64 === 0 && stop()) return { complete: edge.length - 1, edges: made };
    if (isRight(driver, growth, edge)) continue;
    const log = growth.logTo(at, growth.ground.configuration.title);
    const options = { specification, driver, world: WORLD, checkpointEvery: 1, invariants: INVARIANTS };
    const { failure } = runLockstep(options, log.ops);
    if (failure === undefined) {
      left.add(at);
      continue;
    }
    const end = log.ops.findIndex(({ id }) => id === failure.op.id) + 1;
    return { log: { ...log, ops: log.ops.slice(0, end) }, signature: failure.signature, complete: end, edges: made };
  }
  return { complete: growth.complete, edges: made };
};
