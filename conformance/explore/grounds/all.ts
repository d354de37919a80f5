/** Every hunting ground, the quickest first. */
import type { Ground } from '../../../properties/explore/ground/ground.ts';
import { handGrounds } from './hands.ts';
import { lifeGrounds } from './lives.ts';
import { messageGrounds } from './messages.ts';
import { narrowGrounds } from './narrow.ts';
import { refusalGrounds } from './refusals.ts';
import { referenceGrounds } from './references.ts';

export const GROUNDS: readonly Ground[] = [
  ...lifeGrounds,
  ...handGrounds,
  ...referenceGrounds,
  ...messageGrounds,
  ...narrowGrounds,
  ...refusalGrounds,
];
