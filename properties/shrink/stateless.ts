/** Simpler logs of a log, without memory of what was tried: for fast-check's own shrinking. */
import type { Op } from '../../abi/op.ts';

/** Chunks removed, largest first. */
export function* candidates(ops: readonly Op[]): Generator<readonly Op[]> {
  for (let chunk = ops.length >> 1; chunk >= 1; chunk >>= 1) {
    for (let at = 0; at + chunk <= ops.length; at += chunk) yield [...ops.slice(0, at), ...ops.slice(at + chunk)];
  }
}
