/** What an exploration says: its live line, and its summary. */
import type { Configuration } from '../../properties/explore/configuration.ts';
import type { CensusRecord } from '../../properties/explore/census.ts';
import type { Ended, Found, Progress, Result } from '../../properties/explore/explore.ts';
import type { Broken } from '../../properties/explore/promises.ts';
import type { Trail } from '../../properties/explore/trail.ts';
import { grouped } from '../progress.ts';
import { opLines } from '../report/terminal.ts';

/** Bytes as `12.3 MB`. */
const megabytes = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)} MB`;

/**
 * How likely it would be that two states were taken for one, had the set kept fingerprints of 64 bits as TLC does.
 * This set compares whole rows, so the real figure is 0.
 */
export const collisionEstimate = ({ distinct, generated }: Progress): number =>
  (distinct * Math.max(0, generated - distinct)) / 2 ** 64;

/** The live line. */
export const exploreLine = (progress: Progress): string => {
  const { distinct, generated, depth, frontier, seconds, bytes } = progress;
  return [
    `${grouped(distinct)} distinct`,
    `${grouped(generated)} generated`,
    `depth ${depth}`,
    `${grouped(frontier)} to expand`,
    `${grouped(seconds > 0 ? generated / seconds : 0)} states/s`,
    megabytes(bytes),
    `collisions 0 (${collisionEstimate(progress).toExponential(1)} with fingerprints)`,
  ].join('  ');
};

const ENDINGS: Readonly<Record<Ended, string>> = {
  complete: 'complete: every reachable state was seen',
  depth: 'complete to this depth, which the configuration asked for',
  memory: 'PARTIAL: the memory that it may use is full',
  time: 'PARTIAL: the time is up',
  interrupted: 'PARTIAL: interrupted',
  breach: 'stopped at what was found',
};

/** How an exploration ended, in words. */
export const endingWords = ({ ended }: Pick<Result, 'ended'>): string => ENDINGS[ended];

/** The summary, as lines. */
export const exploreSummary = (configuration: Configuration, result: Result): readonly string[] => {
  const { distinct, generated, depth, frontier, seconds, bytes, edgeBytes, layers, ended } = result;
  return [
    `${configuration.title}`,
    `  ${endingWords(result)}`,
    `  distinct states   ${grouped(distinct)}`,
    `  generated states  ${grouped(generated)} (${grouped(seconds > 0 ? generated / seconds : 0)} a second)`,
    `  depth             ${ended === 'complete' ? layers.length - 1 : depth}`,
    `  not expanded      ${grouped(frontier)}`,
    `  memory            ${megabytes(bytes)}, ${(bytes / Math.max(1, distinct)).toFixed(1)} bytes a distinct state` +
      (edgeBytes === 0 ? '' : `; edges ${megabytes(edgeBytes)}`),
    `  collisions        0: rows are compared whole (fingerprints of 64 bits would risk ${collisionEstimate(result).toExponential(1)})`,
    `  seconds           ${seconds.toFixed(1)}`,
  ];
};

const logLines = (trail: Trail, file: string): readonly string[] => [
  ...opLines(trail.steps.map(({ op }) => op)),
  `  shortest log (${trail.steps.length} ops): ${file}`,
];

/** A broken invariant, with the shortest log. */
export const foundLines = ({ id, text }: Found, trail: Trail, file: string): readonly string[] => [
  '',
  `BROKEN ${id}: ${text}`,
  ...logLines(trail, file),
];

/** Witnesses that were seen, and those that this configuration cannot show. */
export const witnessLines = ({ witnesses, unseen }: CensusRecord): readonly string[] => [
  `witnesses: ${witnesses.length} seen${unseen.length === 0 ? '' : `; not reached: ${unseen.join(' ')}`}`,
];

/** A broken promise: documented, or news. */
export const promiseLines = (broken: Broken, file: string): readonly string[] => {
  const { promise, exception, rules, entrances, stuck, trail } = broken;
  return [
    '',
    exception === undefined
      ? `BROKEN ${promise.id}: ${promise.says}`
      : `${promise.id}, as documented: ${exception.says}`,
    `  ${stuck} states are stuck for ${promise.id}, ${entrances} ways in are of this kind`,
    ...(exception === undefined ? [`  rules of the last step: ${rules.join(' ')}`] : []),
    ...logLines(trail, file),
  ];
};
