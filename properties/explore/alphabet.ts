/**
 * The letters of an exploration: kinds of calls, each with the states in which it is possible.
 *
 * A letter offers concrete calls, made from what the state holds: handles, buffers, announcements, sleepers. What
 * would only be refused is not offered.
 */
import { lives } from './letters/lives.ts';
import { messages } from './letters/messages.ts';
import { references } from './letters/references.ts';
import type { LetterRule } from './scene.ts';

/** Every letter. */
export const LETTERS = { ...messages, ...references, ...lives };
export type Letter = keyof typeof LETTERS;
export const LETTER_NAMES = Object.keys(LETTERS) as Letter[];

/** What a letter offers. */
export const ruleOf = (letter: Letter): LetterRule => LETTERS[letter];
