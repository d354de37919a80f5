/** Putting the logs of the shards of one run together into the log that the whole run would have written. */
import { isDeepStrictEqual } from 'node:util';
import { compareSources, type Source } from '../campaign/plan.ts';
import { UsageError } from '../exit.ts';
import type { RunEvent, RunHead } from './events.ts';
import type { RunLog } from './reader.ts';

/** A log by the name of its file. */
export interface NamedLog {
  readonly file: string;
  readonly log: RunLog;
}

/** Where each part of a head must be the same in every shard. */
const SAME = ['tool', 'target', 'chosen', 'profile', 'level', 'seed', 'devices', 'length', 'budget'] as const;

const refuseStrangers = (logs: readonly NamedLog[]): void => {
  const [one, ...others] = logs as [NamedLog, ...NamedLog[]];
  for (const { file, log } of logs) {
    if (log.head.merged !== undefined) throw new UsageError(`${file} is merged already: give the logs of the shards`);
    if (log.head.shard === undefined) throw new UsageError(`${file} is the log of a whole run, not of a shard`);
  }
  for (const other of others) {
    for (const key of SAME) {
      const [a, b] = [one.log.head[key], other.log.head[key]];
      if (isDeepStrictEqual(a, b)) continue;
      throw new UsageError(
        `${one.file} and ${other.file} are not of one run: ${key} is ${JSON.stringify(a)} in the first and ${JSON.stringify(b)} in the second`,
      );
    }
    const [a, b] = [one.log.head.shard?.of, other.log.head.shard?.of];
    if (a !== b) throw new UsageError(`${one.file} is one of ${a} shards, ${other.file} one of ${b}`);
  }
};

/** For each bug, the number of the log that met it first. */
const owners = (logs: readonly RunLog[]): ReadonlyMap<string, number> => {
  const first = new Map<string, { readonly log: number; readonly source: Source }>();
  logs.forEach(({ events }, log) => {
    for (const event of events) {
      if (event.event !== 'failure') continue;
      const known = first.get(event.failure.core);
      if (known === undefined || compareSources(event.source, known.source) < 0) {
        first.set(event.failure.core, { log, source: event.source });
      }
    }
  });
  return new Map([...first].map(([core, { log }]) => [core, log]));
};

/** What one shard says, once another has the word about a bug: only how often it was seen here. */
const yielding = (event: RunEvent, mine: (core: string) => boolean): readonly RunEvent[] => {
  if (event.event === 'failure') {
    const { core } = event.failure;
    return mine(core) ? [event] : [{ event: 'seen-again', core, times: 1 }];
  }
  return !('core' in event) || event.event === 'seen-again' || mine(event.core) ? [event] : [];
};

/** A bug is told before anybody says that it was seen again. */
const byOwnersFirst = (events: readonly RunEvent[]): readonly RunEvent[] => [
  ...events.filter(({ event }) => event !== 'seen-again'),
  ...events.filter(({ event }) => event === 'seen-again'),
];

/**
 * The log of the whole run. A shard that is missing or was interrupted keeps the verdict from being CONFORMANT. Throws
 * `UsageError` for logs that are not the shards of one run, or are there twice.
 */
export const mergeLogs = (given: readonly NamedLog[]): RunLog => {
  if (given.length === 0) throw new UsageError('there is nothing to merge');
  refuseStrangers(given);
  const shardOf = ({ log }: NamedLog): number => log.head.shard?.index ?? 0;
  const named = [...given].sort((a, b) => shardOf(a) - shardOf(b));
  named.forEach((each, at) => {
    const next = named[at + 1];
    if (next !== undefined && shardOf(next) === shardOf(each)) {
      throw new UsageError(`${each.file} and ${next.file} are both shard ${shardOf(each)}`);
    }
  });
  const logs = named.map(({ log }) => log);
  const { shard, ...head } = (logs[0] as RunLog).head;
  const of = shard?.of ?? 1;
  const there = new Set(named.map(shardOf));
  const missing = Array.from({ length: of }, (_, at) => at + 1).filter(index => !there.has(index));
  const owner = owners(logs);
  const events = byOwnersFirst(
    logs.flatMap(({ events: own }, log) => own.flatMap(event => yielding(event, core => owner.get(core) === log))),
  );
  const merged: RunHead = { ...head, merged: of };
  // Every shard decides the known failures; what all of them say is said once.
  const said = new Set<string>();
  const isNews = (event: RunEvent): boolean => {
    if (event.event !== 'known') return true;
    const line = JSON.stringify(event);
    return !said.has(line) && said.add(line).size > 0;
  };
  return {
    head: merged,
    events: [
      ...events.filter(isNews),
      ...missing.map(index => ({ event: 'error', message: `shard ${index} of ${of} is missing` }) as const),
    ],
    seconds: Math.round(logs.reduce((sum, { seconds }) => sum + seconds, 0) * 1000) / 1000,
    interrupted: logs.some(({ interrupted }) => interrupted),
    torn: false,
  };
};

/** The text of a log that was put together. Times are those of no run: every line is at the sum of all. */
export const formatRunLog = ({ head, events, seconds, interrupted }: RunLog): string =>
  [
    { at: 0, ...head },
    ...events.map(event => ({ at: seconds, ...event })),
    { at: seconds, event: 'footer', seconds, interrupted },
  ]
    .map(line => `${JSON.stringify(line)}\n`)
    .join('');
