/** The live line: what it says, and that it is only for terminals. */
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { Progress, grouped, progressLine } from '../../conformance/progress.ts';

const moment = { sequences: 1234, ops: 1_234_567, seconds: 10, rules: 87, failures: 0 };

test('numbers are grouped by thousands', () => {
  expect([0, 999, 1000, 1_234_567, 12.7].map(grouped)).toEqual(['0', '999', '1 000', '1 234 567', '13']);
});

test('the line has sequences, ops, speed and rules', () => {
  expect(progressLine(moment)).toBe('1 234 sequences  1 234 567 ops  123 457 ops/s  87 rules seen');
});

test('the line counts distinct failures and says what else is being done', () => {
  expect(progressLine({ ...moment, failures: 1, doing: 'shrinking' })).toMatch(/1 distinct failure {2}shrinking$/);
  expect(progressLine({ ...moment, failures: 2 })).toMatch(/2 distinct failures$/);
});

test('the speed of no time at all is zero', () => {
  expect(progressLine({ ...moment, seconds: 0 })).toContain(' 0 ops/s');
});

test('nothing is written to what is not a terminal', () => {
  const stream = new PassThrough();
  const progress = new Progress(stream as unknown as NodeJS.WriteStream);
  progress.show(moment);
  progress.clear();
  expect(stream.read()).toBeNull();
});
