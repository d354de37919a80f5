/** What an exploration says: its live line, and its summary. */
import type { Configuration } from '../../properties/explore/configuration.ts';
import type { Ended, Progress, Result } from '../../properties/explore/explore.ts';
import { grouped } from '../progress.ts';

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
  interrupted: 'PARTIAL: interrupted',
  breach: 'stopped at what was found',
};

/** The summary, as lines. */
export const exploreSummary = (configuration: Configuration, result: Result): readonly string[] => {
  const { distinct, generated, depth, frontier, seconds, bytes, layers, ended } = result;
  return [
    `${configuration.title}`,
    `  ${ENDINGS[ended]}`,
    `  distinct states   ${grouped(distinct)}`,
    `  generated states  ${grouped(generated)} (${grouped(seconds > 0 ? generated / seconds : 0)} a second)`,
    `  depth             ${ended === 'complete' ? layers.length - 1 : depth}`,
    `  not expanded      ${grouped(frontier)}`,
    `  memory            ${megabytes(bytes)}, ${(bytes / Math.max(1, distinct)).toFixed(1)} bytes a distinct state`,
    `  collisions        0: rows are compared whole (fingerprints of 64 bits would risk ${collisionEstimate(result).toExponential(1)})`,
    `  seconds           ${seconds.toFixed(1)}`,
  ];
};
