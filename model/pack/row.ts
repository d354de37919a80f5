/** What a row is made of: numbers for words, and what the writing of one row carries along. */
import { BR } from '../../abi/constants.ts';
import type { State, Work } from '../state.ts';
import type { Layout, Naming } from './naming.ts';

/** Where a row goes; its numbers are from 0 to 2^32 - 1. */
export interface RowWriter {
  clear(): void;
  put(value: number): void;
}

/** The writing of one row. */
export interface Packing {
  readonly state: State;
  readonly names: Naming;
  readonly layout: Layout;
  readonly out: RowWriter;
  /** Transactions in the order of their numbers. */
  readonly met: number[];
}

/** Kinds of work, in the order of their numbers in a row. */
export const WORKS = [
  'transaction',
  'complete',
  'node',
  'reply_error',
  'dead_binder',
  'clear_death',
  'dead_binder_and_clear',
  'return_error',
  'spam_suspect',
] as const satisfies readonly Work['work'][];
/** The number of a kind of work. */
export const WORK_NUMBER = Object.fromEntries(WORKS.map((work, number) => [work, number])) as Record<
  Work['work'],
  number
>;

/** Codes that wait in the slots of a thread, in the order of their numbers in a row. */
export const ERRORS = [
  0,
  BR.BR_FAILED_REPLY,
  BR.BR_DEAD_REPLY,
  BR.BR_FROZEN_REPLY,
  BR.BR_TRANSACTION_COMPLETE,
] as const;
/** The number of a code. */
export const errorNumber = (code: number): number => ERRORS.indexOf(code as (typeof ERRORS)[number]);

/** Where a registration is, in the order of the numbers in a row. */
export const DEATH_AT = ['idle', 'queued', 'delivered'] as const;

/** A cookie or ptr: both are small numbers in the states that are packed. */
export const small = (word: number | string): number => {
  if (typeof word !== 'number' || word > 0xffff_ffff) throw new Error(`the word ${word} is too large to be packed`);
  return word;
};

/** Number of a transaction in the row, from 1; its record is written when all lists are. */
export const meet = (p: Packing, id: number): number => {
  if (id === 0) return 0;
  const known = p.met.indexOf(id);
  return known >= 0 ? known + 1 : p.met.push(id);
};
