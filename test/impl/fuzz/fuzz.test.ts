/** Raw bytes never make the optimised driver throw, hang, leak or contradict itself. */
import { describe, expect, test } from 'vitest';
import { EAGAIN, EFAULT, EINVAL, OK, PARKED } from '../../../impl/result.ts';
import { runFuzz } from './fuzz.ts';

describe('twenty thousand damaged write buffers', () => {
  const result = runFuzz({ buffers: 20_000, seed: 20_26 });

  test('leave every structure and every invariant whole, and nothing behind', () => {
    expect(result.failure).toBeUndefined();
    expect(result.buffers).toBeGreaterThanOrEqual(20_000);
    expect(result.checks).toBeGreaterThan(200);
  });

  test('are answered in every way that there is', () => {
    expect([...result.results.keys()].sort((a, b) => a - b)).toEqual(
      [EINVAL, EFAULT, EAGAIN, OK, PARKED].sort((a, b) => a - b),
    );
  });

  test('make commands happen and returns come', () => {
    expect(result.commands).toBeGreaterThan(20_000);
    expect(result.returns).toBeGreaterThan(5_000);
  });

  test('are the same for the same seed', () => {
    const again = runFuzz({ buffers: 20_000, seed: 20_26 });
    expect({ ...again, results: [...again.results] }).toEqual({ ...result, results: [...result.results] });
  });
});
