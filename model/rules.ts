/**
 * The rule registry: one row for every rule of the driver, by id.
 *
 * An id is never reused; a rule that the running driver disproves keeps its row and gets a corrected sentence.
 * `docs/rules.md` is generated from here (`npm run docs`).
 */
import { ALLOC } from './rules/alloc.ts';
import { BFS } from './rules/bfs.ts';
import { CTX } from './rules/ctx.ts';
import { DBA } from './rules/dba.ts';
import { DBG } from './rules/dbg.ts';
import { DEATH } from './rules/death.ts';
import { DLV } from './rules/dlv.ts';
import { FRZ } from './rules/frz.ts';
import { IO } from './rules/io.ts';
import { IOC } from './rules/ioc.ts';
import { NODE } from './rules/node.ts';
import { OBJ } from './rules/obj.ts';
import { PROC } from './rules/proc.ts';
import { READ } from './rules/read.ts';
import { REF } from './rules/ref.ts';
import { REL } from './rules/rel.ts';
import type { Alias, Rule } from './rules/rule.ts';
import { T } from './rules/t.ts';
import { THR } from './rules/thr.ts';
import { TXN } from './rules/txn.ts';
import { UAPI } from './rules/uapi.ts';
import { WR } from './rules/wr.ts';

export type { Alias, Evidence, Level, Profile, Rule, Status } from './rules/rule.ts';

/** Every area of the catalogue with its title, in the order of the rule book. */
export const AREAS = {
  UAPI: 'Words, numbers and layouts of the interface',
  ALLOC: 'Buffer memory: mapping, admission, placement, pages, oneway spam, ownership',
  TXN: 'Transactions: targets, checks, copying, queueing, replies',
  DLV: 'Delivery: what the receiver reads, and its nice value',
  OBJ: 'Objects in a message: translation, descriptors, scatter-gather',
  REL: 'Release: BC_FREE_BUFFER and every other way a buffer ends',
  PROC: 'Processes: open, mmap, flush, release, fork and exec',
  BFS: 'binderfs: mounts, options, device nodes',
  THR: 'Threads: looper state, pool size, waiting, poll, exit',
  WR: 'The write half of BINDER_WRITE_READ',
  READ: 'The read half of BINDER_WRITE_READ',
  NODE: 'Nodes: identity, reference counts, announcements',
  REF: 'References: handles and their counts',
  CTX: 'The context manager',
  DEATH: 'Death notifications',
  FRZ: 'The freezer',
  IOC: 'The remaining ioctls',
  DBA: 'The debugfs files: stats, buffers, transactions',
  DBG: 'The debugfs files: state, log, counters',
  IO: 'Read and write loop, as the first catalogue numbers it',
  T: 'Transaction routing, as the second catalogue numbers it',
} as const;
export type Area = keyof typeof AREAS;

const canonical = {
  ...UAPI,
  ...ALLOC,
  ...TXN,
  ...DLV,
  ...OBJ,
  ...REL,
  ...PROC,
  ...BFS,
  ...THR,
  ...WR,
  ...READ,
  ...NODE,
  ...REF,
  ...CTX,
  ...DEATH,
  ...FRZ,
  ...IOC,
  ...DBA,
  ...DBG,
} as const;

const aliases = { ...IO, ...T } as const;

/** A rule that the specification can name when it fires. */
export type RuleId = keyof typeof canonical;
/** A number of the catalogue that only points to rules. */
export type AliasId = keyof typeof aliases;

/** Every rule with a sentence of its own. */
export const CANONICAL: Readonly<Record<RuleId, Rule>> = canonical;
/** Every alias, with the rules that it restates. */
export const ALIASES: Readonly<Record<AliasId, Alias<RuleId>>> = aliases;
/** Every id of the catalogue. */
export const RULES: Readonly<Record<RuleId, Rule>> & Readonly<Record<AliasId, Alias<RuleId>>> = {
  ...CANONICAL,
  ...ALIASES,
};

/** All canonical ids, in the order of the rule book. */
export const RULE_IDS = Object.keys(canonical) as readonly RuleId[];
/** All alias ids, in the order of the rule book. */
export const ALIAS_IDS = Object.keys(aliases) as readonly AliasId[];

/** Whether a word is the id of a rule that can fire. */
export const isRuleId = (word: string): word is RuleId => Object.hasOwn(canonical, word);

/** The area of an id. */
export const areaOf = (id: RuleId | AliasId): Area => id.slice(0, id.lastIndexOf('-')) as Area;
