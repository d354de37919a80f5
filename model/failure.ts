/** How a message fails, and what its sender is told. */
import { ERRNO, type Errno } from '../abi/errno.ts';

/** How a message fails: the code and its parameter. */
export interface Failure {
  readonly code: 'BR_FAILED_REPLY' | 'BR_DEAD_REPLY' | 'BR_FROZEN_REPLY';
  readonly errno: Errno | 'OK';
}
export const failed = (errno: Errno): Failure => ({ code: 'BR_FAILED_REPLY', errno });
export const dead = (errno: Errno | 'OK'): Failure => ({ code: 'BR_DEAD_REPLY', errno });

/** The errno of a failure as the driver has it. */
export const paramOf = ({ errno }: Failure): number => (errno === 'OK' ? 0 : -ERRNO[errno]);
