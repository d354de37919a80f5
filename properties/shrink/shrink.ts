/**
 * Shrinking: from a failing log to the shortest and plainest one that fails in the same way. What is tried is the
 * business of `Search`; here it is executed.
 */
import { commandsOf, type Failure } from '../failure.ts';
import type { Op } from '../../abi/op.ts';
import { keyOf } from './cost.ts';
import { Search, type Finding, type ShrinkOptions, type Shrunk } from './search.ts';

export { DEFAULT_BUDGET, trimmed, type Finding, type ShrinkOptions, type Shrunk } from './search.ts';

/** Runs a log; answers how it failed. */
export type Test = (ops: readonly Op[]) => Failure | undefined;
export type AsyncTest = (ops: readonly Op[]) => Promise<Failure | undefined>;

/** Shrinks with a test that answers at once. */
export const shrink = (ops: readonly Op[], failure: Failure, test: Test, options: ShrinkOptions = {}): Shrunk => {
  const search = new Search(ops, failure, options);
  while (search.left > 0) {
    const candidate = search.next();
    if (candidate === undefined) break;
    search.executions++;
    search.take(candidate, test(candidate.ops));
  }
  return search.result;
};

/**
 * Shrinks with a test that takes time, several candidates at once: those that are asked about if the first is refused
 * are executed beside it. Verdicts are taken in the order of the candidates, so neither timing nor the number of
 * candidates at once changes the result.
 */
export const shrinkAsync = async (
  ops: readonly Op[],
  failure: Failure,
  test: AsyncTest,
  options: ShrinkOptions = {},
): Promise<Shrunk> => {
  const { parallel = 1 } = options;
  const search = new Search(ops, failure, options);
  const known = new Map<string, Failure | undefined>();
  for (;;) {
    const candidate = search.next();
    if (candidate === undefined) return search.result;
    const key = keyOf(candidate.ops);
    if (!known.has(key)) {
      if (search.left <= 0) return search.result;
      const logs = new Map([[key, candidate.ops]]);
      for (const each of search.ahead(Math.min(parallel, search.left) - 1)) {
        if (!known.has(keyOf(each))) logs.set(keyOf(each), each);
      }
      search.executions += logs.size;
      const met = await Promise.all([...logs.values()].map(each => test(each)));
      [...logs.keys()].forEach((each, at) => known.set(each, met[at]));
    }
    search.take(candidate, known.get(key));
  }
};

/** One line about a finding. */
export const describe = ({ ops, failure }: Finding): string =>
  `${failure.signature} in ${ops.length} ops, at op ${failure.op.id} (${[failure.op.op, ...commandsOf(failure.op)].join(' ')})`;
