/** The first place where one sequence shows different things on two targets, and who stands alone there. */
import { equal } from '../../abi/equal.ts';
import type { Op } from '../../abi/op.ts';
import type { TraceStep } from '../../abi/trace.ts';
import { agrees, comparable } from '../../properties/agree.ts';
import { differs, isAboutState, type Failure } from '../../properties/failure.ts';
import type { Shown, Side } from './side.ts';

/** What the third opinion, the specification, says about a difference. */
export type Blame =
  /** Both are allowed: the specification leaves it open. */
  | 'free'
  /** The specification agrees with the other one. */
  | 'a'
  | 'b'
  /** Neither is allowed. */
  | 'both';

export interface Difference {
  readonly what: 'observation' | 'snapshot' | 'performed';
  readonly blame: Blame;
  readonly op: Op;
  readonly a: unknown;
  readonly b: unknown;
  /** What shrinking must keep, and the shape in which the shrinker wants it. */
  readonly failure: Failure;
}

/** One sequence on both targets. */
export type Comparison =
  | { readonly difference: Difference }
  /** No difference; `model` where both agree with each other and not with the specification. */
  | { readonly difference: undefined; readonly model: Failure | undefined };

const blameOf = (a: Failure | undefined, b: Failure | undefined): Blame => {
  if (a === undefined) return b === undefined ? 'free' : 'b';
  return b === undefined ? 'a' : 'both';
};

const SILENT = 'nothing: the target fell silent';

/** Compares what a sequence showed; the last step of each side is the one at which its failure is. */
export const compare = (sides: Pick<Side, 'exactIds'>[], a: Shown, b: Shown): Comparison => {
  const skipped = a.skipped.filter(id => b.skipped.includes(id));
  const found = (what: Difference['what'], op: Op, left: unknown, right: unknown): Comparison => {
    const blame = blameOf(failureAt(a, op, what), failureAt(b, op, what));
    const failure = differs(what === 'snapshot' ? what : 'observation', op, right, [left], [], skipped);
    const [core, signature] = [`${blame} ${failure.core}`, `${blame} ${failure.signature}`];
    return { difference: { what, blame, op, a: left, b: right, failure: { ...failure, core, signature } } };
  };
  for (let at = 0; at < Math.max(a.steps.length, b.steps.length); at++) {
    const [left, right] = [a.steps[at], b.steps[at]];
    if (left === undefined || right === undefined || left.op.id !== right.op.id) {
      const { op } = earlier(left, right);
      const show = (shown: Shown, step: TraceStep | undefined): unknown => {
        if (step?.op.id === op.id) return step.observation;
        return isSilent(shown) ? SILENT : 'nothing: the call could not be made';
      };
      // A side that ended at its failure has said why at an earlier step.
      if (left === undefined && a.failure !== undefined && !isSilent(a)) break;
      if (right === undefined && b.failure !== undefined && !isSilent(b)) break;
      return found('performed', op, show(a, left), show(b, right));
    }
    const { op } = left;
    if (!equal(left.observation, right.observation))
      return found('observation', op, left.observation, right.observation);
    if (left.snapshot === undefined || right.snapshot === undefined) continue;
    const exact = sides.every(({ exactIds }) => exactIds);
    if (agrees(left.snapshot, right.snapshot, exact) || agrees(right.snapshot, left.snapshot, exact)) continue;
    const [one, two] = comparable(left.snapshot, right.snapshot, exact);
    const comparison = found('snapshot', op, one, two);
    // Looking at a real driver has effects (DBG-14): what both may show there is no difference.
    if (exact || comparison.difference?.blame !== 'free') return comparison;
  }
  if (isSilent(a) !== isSilent(b)) {
    const { op } = (isSilent(a) ? a.failure : b.failure) as Failure;
    return found('performed', op, isSilent(a) ? SILENT : 'an answer', isSilent(b) ? SILENT : 'an answer');
  }
  return { difference: undefined, model: a.failure ?? b.failure };
};

const isSilent = ({ failure }: Shown): boolean => failure?.kind === 'crash' || failure?.kind === 'timeout';

/** The failure of a side where it is about this op; a target that fell silent may have done so at any later one. */
const failureAt = (shown: Shown, op: Op, what: Difference['what']): Failure | undefined => {
  const { failure } = shown;
  if (failure === undefined) return undefined;
  if (isSilent(shown)) return what === 'performed' ? failure : undefined;
  const aboutState = isAboutState(failure);
  if (what === 'snapshot') return aboutState ? failure : undefined;
  return !aboutState && failure.op.id === op.id ? failure : undefined;
};

const earlier = (left: TraceStep | undefined, right: TraceStep | undefined): TraceStep =>
  (left === undefined ? right : right === undefined || left.op.id <= right.op.id ? left : right) as TraceStep;
