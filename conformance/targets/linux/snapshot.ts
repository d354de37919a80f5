/** A snapshot from the driver's debugfs files, in numbers of the log. */
import { PAGE, type DeviceIndex } from '../../../abi/ids.ts';
import type {
  Census,
  NodeSnapshot,
  ProcSnapshot,
  Snapshot,
  ThreadOf,
  TransactionSnapshot,
} from '../../../abi/snapshot.ts';
import type { Cast } from './cast.ts';
import {
  activeObjects,
  parseState,
  parseStats,
  type NodeText,
  type ProcText,
  type StatsText,
  type TransactionText,
} from './debugfs.ts';
import type { OpenFile } from './open-file.ts';

/** What is read. */
export interface DebugfsText {
  /** `proc/<pid>` of every living process; `state` of a sequence that is alone. */
  readonly blocks: readonly string[];
  readonly stats: string;
  /** What only a sequence that is alone can be told from: files and counters that show everybody. */
  readonly alone?: {
    readonly transactions: string;
    /** Objects that existed before the sequence. */
    readonly before: Readonly<Record<string, number>>;
  };
}

const byNumber =
  <Item>(of: (item: Item) => number) =>
  (a: Item, b: Item): number =>
    of(a) - of(b);

/** `busy`: ids of the nodes with a oneway in flight (DBG-08), where that is known. */
const nodeOf = ({ asyncTodo, ...node }: NodeText, busy: ReadonlySet<number> | null): NodeSnapshot => ({
  ...node,
  hasAsync: busy?.has(node.id) ?? null,
  asyncTodo,
});

/** A thread of an open file; the holder's where it is not the opener's. */
const threadOf = (cast: Cast, file: OpenFile, tid: number): Pick<ThreadOf, 'thread' | 'holder'> => {
  const found = cast.threadOf(tid);
  if (found === undefined) throw new Error(`debugfs shows thread ${tid}, which no thread of the log is`);
  const { proc, thread } = found;
  return proc === file.opener.proc ? { thread } : { thread, holder: proc };
};

/** The opener's threads first, then those of each holder. */
const inOrder = (a: Pick<ThreadOf, 'thread' | 'holder'>, b: Pick<ThreadOf, 'thread' | 'holder'>): number =>
  (a.holder ?? -1) - (b.holder ?? -1) || a.thread - b.thread;

const procOf = (
  cast: Cast,
  file: OpenFile,
  device: DeviceIndex,
  text: ProcText,
  stats: StatsText,
  busy: ReadonlySet<number> | null,
): ProcSnapshot => {
  const figure = (name: string, at = 0): number => {
    const number = stats.numbers.get(name)?.[at];
    if (number === undefined) throw new Error(`debugfs: stats have no ${name}`);
    return number;
  };
  const pages = [figure('pages'), figure('pages', 1), figure('pages', 2)];
  return {
    proc: file.opener.proc,
    fd: file.fd,
    device,
    // Pages are only counted while the mapping is whole.
    arena: pages.reduce((sum, count) => sum + count, 0) * PAGE || null,
    freeAsync: figure('free async space'),
    threads: text.threads.map(({ tid, ...thread }) => ({ ...threadOf(cast, file, tid), ...thread })).sort(inOrder),
    nodes: text.nodes.map(node => nodeOf(node, busy)),
    refs: text.refs,
    buffers: text.buffers
      .map(({ address, ...buffer }) => ({
        ...buffer,
        offset: address - file.base,
        async: null,
        userMayFree: null,
      }))
      .sort(byNumber(({ offset }) => offset)),
    todo: text.todo,
    deliveredDeath: text.deliveredDeath,
    requestedThreads: figure('requested threads'),
    startedThreads: figure('requested threads', 1),
    maxThreads: figure('requested threads', 2) >>> 0,
    readyThreads: figure('ready threads'),
    pages: {
      active: figure('pages'),
      lru: figure('pages', 1),
      free: figure('pages', 2),
      highWatermark: figure('pages high watermark'),
    },
  };
};

/** A transaction line with the open file in whose block it stands. */
interface Place {
  readonly file: OpenFile;
  readonly line: TransactionText;
}

/** Both ends of a transaction: the block of its outgoing line is the sender's, that of any other the receiver's. */
const transactionOf = (cast: Cast, places: readonly Place[]): TransactionSnapshot => {
  const { id, code, flags, needsReply } = (places[0] as Place).line;
  const outgoing = places.find(({ line }) => line.place === 'outgoing');
  const incoming = places.find(({ line }) => line.place !== 'outgoing');
  const end = ({ file }: Place) => ({ proc: file.opener.proc, fd: file.fd });
  return {
    id,
    from:
      outgoing === undefined ? null : { ...end(outgoing), ...threadOf(cast, outgoing.file, outgoing.line.from.tid) },
    to:
      incoming === undefined
        ? null
        : {
            ...end(incoming),
            ...(incoming.line.to.tid === 0 ? { thread: null } : threadOf(cast, incoming.file, incoming.line.to.tid)),
          },
    code,
    flags,
    needsReply,
  };
};

const transactionsOf = (cast: Cast, places: readonly Place[]): TransactionSnapshot[] => {
  const byId = new Map<number, Place[]>();
  for (const place of places) byId.set(place.line.id, [...(byId.get(place.line.id) ?? []), place]);
  return [...byId.values()].map(each => transactionOf(cast, each)).sort(byNumber(({ id }) => id));
};

const censusOf = (stats: string, before: Readonly<Record<string, number>>): Census => {
  const active = activeObjects(stats);
  const count = (name: keyof Census): number => (active[name] ?? 0) - (before[name] ?? 0);
  return {
    proc: count('proc'),
    thread: count('thread'),
    node: count('node'),
    ref: count('ref'),
    death: count('death'),
    transaction: count('transaction'),
    transaction_complete: count('transaction_complete'),
  };
};

/**
 * Transactions and census. A call that lost both ends is printed nowhere, but exists as long as a call that was made
 * while serving it is unanswered (THR-43): then nobody can list all of them, and the list cannot be told.
 */
const counted = (
  cast: Cast,
  places: readonly Place[],
  stats: string,
  before: Readonly<Record<string, number>>,
): Pick<Snapshot, 'transactions' | 'census'> => {
  const transactions = transactionsOf(cast, places);
  const census = censusOf(stats, before);
  return { transactions: census.transaction === transactions.length ? transactions : null, census };
};

/**
 * Puts the files together. The blocks of one process stand newest first, as its files were opened.
 * Throws when the text cannot be understood, or shows more or fewer open files than there are.
 */
export const snapshotFrom = (cast: Cast, text: DebugfsText): Snapshot => {
  const { alone } = text;
  const states = text.blocks.map(parseState);
  const shown = states.flatMap(({ procs }) => procs);
  const busy =
    alone === undefined
      ? null
      : new Set(parseState(alone.transactions).procs.flatMap(({ nodes }) => nodes.map(({ id }) => id)));
  const places: Place[] = [];
  const stats = parseStats(text.stats);
  const procs: ProcSnapshot[] = [];
  for (const actor of cast.openers) {
    const files = actor.opened.filter(file => file.isAlive).reverse();
    const blocks = shown.filter(({ pid }) => cast.procOf(pid) === actor.proc);
    const figures = stats.filter(({ pid }) => cast.procOf(pid) === actor.proc);
    if (blocks.length !== files.length || figures.length !== files.length) {
      throw new Error(`process ${actor.proc} has ${files.length} open files; debugfs shows ${blocks.length}`);
    }
    files.forEach((file, at) => {
      const block = blocks[at] as ProcText;
      procs.push(procOf(cast, file, cast.deviceIn(block.context), block, figures[at] as StatsText, busy));
      places.push(...block.transactions.map(line => ({ file, line })));
    });
  }
  return {
    procs: procs.sort((a, b) => a.proc - b.proc || a.fd - b.fd),
    deadNodes:
      busy === null
        ? null
        : states.flatMap(({ deadNodes }) => deadNodes.map(node => nodeOf(node, null))).sort(byNumber(({ id }) => id)),
    ...(alone === undefined ? { transactions: null, census: null } : counted(cast, places, text.stats, alone.before)),
  };
};
