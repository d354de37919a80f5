/** The verdict and the exit code, for everything that they hang on. */
import { describe, expect, test } from 'vitest';
import { exitCodeOf, judge, type Evidence } from '../../conformance/verdict.ts';

const perfect: Evidence = { ops: 1000, failures: 0, unexercised: 0, unseen: 0, errors: 0, interrupted: false };

test.each<[string, Partial<Evidence>, string, number]>([
  ['everything was shown', {}, 'CONFORMANT', 0],
  ['one op was enough to show everything', { ops: 1 }, 'CONFORMANT', 0],
  ['nothing ran', { ops: 0 }, 'INCONCLUSIVE', 4],
  ['a MUST was never exercised', { unexercised: 1 }, 'INCONCLUSIVE', 4],
  ['a witness was never seen', { unseen: 1 }, 'INCONCLUSIVE', 4],
  ['a failure was never seen again', { unstable: 1 }, 'INCONCLUSIVE', 4],
  ['the environment broke', { errors: 1 }, 'INCONCLUSIVE', 3],
  ['the environment broke before anything ran', { errors: 1, ops: 0 }, 'INCONCLUSIVE', 3],
  ['the user stopped it', { interrupted: true }, 'INCONCLUSIVE', 130],
  ['the user stopped it before anything ran', { interrupted: true, ops: 0 }, 'INCONCLUSIVE', 130],
  ['a MUST failed', { failures: 1 }, 'NOT CONFORMANT', 1],
  ['a MUST failed in a thin run', { failures: 1, unexercised: 9, unseen: 9 }, 'NOT CONFORMANT', 1],
  ['a MUST failed and the environment broke', { failures: 1, errors: 1 }, 'NOT CONFORMANT', 1],
  ['a MUST failed and the user stopped it', { failures: 1, interrupted: true }, 'NOT CONFORMANT', 130],
])('when %s', (_, evidence, verdict, code) => {
  expect(judge({ ...perfect, ...evidence }).verdict).toBe(verdict);
  expect(exitCodeOf({ ...perfect, ...evidence })).toBe(code);
});

describe('a verdict that is not CONFORMANT', () => {
  test('has every reason', () => {
    expect(judge({ ops: 0, failures: 0, unexercised: 2, unseen: 1, errors: 1, interrupted: true }).reasons).toEqual([
      '1 error of the adapter or the environment',
      'interrupted',
      'nothing ran',
      '2 applicable MUST rules never exercised',
      '1 witness never seen',
    ]);
  });

  test('has at least one, and CONFORMANT has none', () => {
    expect(judge(perfect).reasons).toEqual([]);
    expect(judge({ ...perfect, failures: 2 }).reasons).toEqual(['2 failures']);
  });
});
