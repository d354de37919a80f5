/**
 * `npm run explore:faults`: the shortest log to each seeded fault, over all hunting grounds.
 *
 * Writes conformance/faults/explored.json and the logs, test/explore/faults/ID.json. With `--ground NAME` or
 * `--fault ID` only these are looked at, and what is known of the others stays.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Op } from '../../abi/op.ts';
import { Growth } from '../../properties/explore/ground/growth.ts';
import type { Ground } from '../../properties/explore/ground/ground.ts';
import { FAULTS, faultNamed } from '../faults/all.ts';
import { isToldByJournal, type Fault } from '../faults/fault.ts';
import { EXPLORED, ExploredSchema, type Explored } from '../faults/explored.ts';
import { writeWhole } from '../files.ts';
import { readOpLog, writeOpLog } from '../oplog-file.ts';
import { packageRoot } from '../paths.ts';
import { loadDriver } from '../targets/faulty.ts';
import { ImplTarget } from '../targets/impl.ts';
import { chase } from './chase.ts';
import { GROUNDS } from './grounds/all.ts';
import { wordsOfCall, wordsOfLog } from './log-words.ts';

/** Logs of one ground, about: every op more has some four times as many. */
const EDGES = 20_000;
/** Logs of the first look at a ground. */
const FIRST = 2_000;
/** CPU seconds that one fault may take in one ground. */
const SECONDS = 3;

type Row = Explored['faults'][number];

const LOGS = path.join(packageRoot, 'test', 'explore', 'faults');
const logOf = (id: string): string => path.join(LOGS, `${id}.json`);

const { values: given } = parseArgs({
  options: {
    ground: { type: 'string', multiple: true, default: [] },
    fault: { type: 'string', multiple: true, default: [] },
    edges: { type: 'string', default: String(EDGES) },
  },
});
const grounds = given.ground.length === 0 ? GROUNDS : GROUNDS.filter(({ name }) => given.ground.includes(name));
const faults = given.fault.length === 0 ? FAULTS : given.fault.map(faultNamed);
const partial = grounds.length < GROUNDS.length || faults.length < FAULTS.length;
const before =
  partial && existsSync(EXPLORED) ? ExploredSchema.parse(JSON.parse(readFileSync(EXPLORED, 'utf8'))) : undefined;

const rows = new Map<string, Row>(before?.faults.map(row => [row.id, row]));
const lands = new Map(before?.grounds.map(land => [land.name, land]));
/** Vocabulary of each ground. */
const words = new Map<string, ReadonlySet<string>>();
const drivers = new Map<string, Awaited<ReturnType<typeof loadDriver>>>();

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

const lengthOf = (id: string): number => {
  const row = rows.get(id);
  return row !== undefined && 'length' in row ? row.length : Infinity;
};

/** Logs of so many ops were made with a fault, by fault, ground, and whether states were told apart by history. */
const chased = new Map<string, number>();

const hunt = async (fault: Fault, ground: Ground, growth: Growth, history: boolean): Promise<void> => {
  if (isToldByJournal(fault)) return;
  const { id, story } = fault;
  const key = `${id} ${ground.name} ${history}`;
  const least = chased.get(key) ?? 0;
  if (least >= Math.min(lengthOf(id) - 1, growth.complete)) return;
  let Driver = drivers.get(id);
  if (Driver === undefined) drivers.set(id, (Driver = await loadDriver(fault)));
  const begun = cpuSeconds();
  const bounds = { least, most: lengthOf(id) - 1 };
  const found = chase(new ImplTarget(Driver), growth, bounds, () => cpuSeconds() - begun > SECONDS);
  chased.set(key, found.complete);
  const { log, signature = '' } = found;
  if (log === undefined || log.ops.length >= lengthOf(id)) return;
  rows.set(id, { id, ground: ground.name, length: log.ops.length });
  const origin = { target: `mutant:${id}`, explored: ground.name, devices: 2, signature };
  writeOpLog(logOf(id), { ...log, title: story, origin });
};

const knownLog = (id: string): readonly Op[] => readOpLog(path.join(packageRoot, 'test', 'faults', `${id}.json`)).ops;

/** What the known log of a fault has and a ground has not. */
const missing = (id: string, ground: string): readonly string[] =>
  [...wordsOfLog(knownLog(id))].filter(word => words.get(ground)?.has(word) !== true);

/** Whether a ground is worth a long look for a fault: it could have the known log, or nearly. */
const suits = (id: string, ground: string): boolean => missing(id, ground).length <= 1;
/** Whether there is more to find: nothing is known of it here, or a shorter log elsewhere. */
const isOpen = (id: string): boolean => lengthOf(id) > faultNamed(id).shortestKnown;

interface Pass {
  readonly edges: number;
  readonly history: boolean;
  readonly wants: (id: string, ground: string) => boolean;
}

/** Every ground in little first; then in full for those faults that it suits; then for what drivers may hide. */
const passes: readonly Pass[] = [
  { edges: Math.min(FIRST, Number(given.edges)), history: false, wants: () => true },
  { edges: Number(given.edges), history: false, wants: suits },
  { edges: Number(given.edges), history: true, wants: (id, ground) => isOpen(id) && suits(id, ground) },
];
for (const { edges: most, history, wants } of passes) {
  for (const ground of grounds) {
    const wanted = faults.filter(({ id }) => wants(id, ground.name));
    if (wanted.length === 0) continue;
    const begun = cpuSeconds();
    const growth = new Growth(ground, new ImplTarget(), { history });
    while (growth.grow(most));
    for (const { ops } of growth.strange.slice(0, 3)) {
      process.stdout.write(`${ground.name}: DIVERGES ${JSON.stringify(ops)}\n`);
    }
    const { complete, edges, states } = growth;
    const { title } = ground.configuration;
    if (!history) lands.set(ground.name, { name: ground.name, title, complete, edges: edges.length, states });
    const own = new Set<string>();
    for (const { call } of edges) wordsOfCall(call, own);
    words.set(ground.name, own);
    for (const fault of wanted) await hunt(fault, ground, growth, history);
    const shown = [...rows.values()].filter(row => 'length' in row).length;
    process.stdout.write(
      `${ground.name}${history ? ' with history' : ''}: ${edges.length} edges, ${states} states, complete to ${complete} ops; ` +
        `${shown} faults shown so far; ${(cpuSeconds() - begun).toFixed(1)} s of CPU\n`,
    );
  }
}

for (const fault of faults) {
  const { id, shortestKnown } = fault;
  // What a part of the grounds does not show, says nothing about the others.
  if (lengthOf(id) < Infinity || (partial && rows.has(id))) continue;
  if (existsSync(logOf(id))) rmSync(logOf(id));
  const suitable = grounds.filter(({ name }) => missing(id, name).length === 0);
  const fewest = grounds.map(({ name }) => missing(id, name)).sort((a, b) => a.length - b.length)[0] ?? [];
  const deepest = Math.max(0, ...suitable.map(({ name }) => chased.get(`${id} ${name} false`) ?? 0));
  const why = isToldByJournal(fault)
    ? 'the explorer compares states, and only the journal shows it'
    : suitable.length === 0
      ? `no ground has all that its shortest known log needs; the nearest lacks ${fewest.join(', ')}`
      : `no log of up to ${deepest} ops of ${suitable.map(({ name }) => name).join(', ')}; the shortest known has ${shortestKnown}`;
  rows.set(id, { id, why });
}
const line = (row: object): string => JSON.stringify(row);
const all: Explored = {
  format: 'binder-spec/explored-faults',
  version: 1,
  grounds: GROUNDS.flatMap(({ name }) => lands.get(name) ?? []),
  faults: FAULTS.flatMap(({ id }) => rows.get(id) ?? []),
};
const list = (items: readonly object[]): string => `[\n  ${items.map(line).join(',\n  ')}\n ]`;
writeWhole(
  EXPLORED,
  `{\n "format": "${all.format}",\n "version": 1,\n "grounds": ${list(all.grounds)},\n "faults": ${list(all.faults)}\n}\n`,
);
for (const { id, shortestKnown } of FAULTS) {
  const length = lengthOf(id);
  if (length < shortestKnown) process.stdout.write(`shorter: ${id} ${shortestKnown} -> ${length}\n`);
}
