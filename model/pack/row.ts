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
  /** Cookies of death notifications in the order of their numbers, each with its file, where they may be renamed. */
  readonly cookies: number[];
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

/** Number of a death notification's cookie in the row; from 1 where cookies may be renamed. */
export const cookieNumber = (p: Packing, file: number, cookie: number | string): number => {
  const word = small(cookie);
  if (!p.layout.cookies) return word;
  const { cookies } = p;
  let number = 0;
  for (let at = 0; at < cookies.length; at += 2) {
    if (cookies[at] !== file) continue;
    number++;
    if (cookies[at + 1] === word) return number;
  }
  cookies.push(file, word);
  return number + 1;
};

/** Number of a transaction in the row, from 1; its record is written when all lists are. */
export const meet = (p: Packing, id: number): number => {
  if (id === 0) return 0;
  const { met } = p;
  for (let at = 0; at < met.length; at++) if (met[at] === id) return at + 1;
  return met.push(id);
};
