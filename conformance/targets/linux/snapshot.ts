/** A snapshot from the driver's debugfs files, in numbers of the log. */
import { PAGE, type DeviceIndex, type ThreadIndex } from '../../../abi/ids.ts';
import type { NodeSnapshot, ProcSnapshot, Snapshot } from '../../../abi/snapshot.ts';
import type { Actor, Cast, OpenFile } from './cast.ts';
import { parseState, parseStats, type NodeText, type ProcText, type StatsText } from './debugfs.ts';

/** What is read. Dead nodes and whether a oneway is in flight stand only in files that show everybody. */
export interface DebugfsText {
  /** `proc/<pid>` of every living process. */
  readonly blocks: readonly string[];
  readonly stats: string;
}

const byNumber =
  <Item>(of: (item: Item) => number) =>
  (a: Item, b: Item): number =>
    of(a) - of(b);

const nodeOf = ({ asyncTodo, ...node }: NodeText): NodeSnapshot => ({ ...node, hasAsync: null, asyncTodo });

const threadOf = (actor: Actor, tid: number): ThreadIndex => {
  const thread = actor.tids.get(tid);
  if (thread === undefined) throw new Error(`debugfs shows thread ${tid}, which no thread of the log is`);
  return thread;
};

const procOf = (file: OpenFile, device: DeviceIndex, text: ProcText, stats: StatsText): ProcSnapshot => {
  const figure = (name: string, at = 0): number => {
    const number = stats.numbers.get(name)?.[at];
    if (number === undefined) throw new Error(`debugfs: stats have no ${name}`);
    return number;
  };
  const pages = [figure('pages'), figure('pages', 1), figure('pages', 2)];
  return {
    proc: file.actor.proc,
    fd: file.fd,
    device,
    // Pages are only counted while the mapping is whole.
    arena: pages.reduce((sum, count) => sum + count, 0) * PAGE || null,
    freeAsync: figure('free async space'),
    threads: text.threads
      .map(({ tid, ...thread }) => ({ thread: threadOf(file.actor, tid), ...thread }))
      .sort(byNumber(({ thread }) => thread)),
    nodes: text.nodes.map(nodeOf),
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

/**
 * Puts the files together. The blocks of one process stand newest first, as its files were opened.
 * Throws when the text cannot be understood, or shows more or fewer open files than there are.
 */
export const snapshotFrom = (cast: Cast, text: DebugfsText): Snapshot => {
  const shown = text.blocks.flatMap(block => parseState(block).procs);
  const stats = parseStats(text.stats);
  const procs: ProcSnapshot[] = [];
  for (const actor of cast.all()) {
    const files = [...actor.files.values()].filter(file => file.isAlive).sort(byNumber(({ order }) => -order));
    const blocks = shown.filter(({ pid }) => cast.procOf(pid) === actor.proc);
    const figures = stats.filter(({ pid }) => cast.procOf(pid) === actor.proc);
    if (blocks.length !== files.length || figures.length !== files.length) {
      throw new Error(`process ${actor.proc} has ${files.length} open files; debugfs shows ${blocks.length}`);
    }
    files.forEach((file, at) => {
      const block = blocks[at] as ProcText;
      procs.push(procOf(file, cast.deviceIn(block.context), block, figures[at] as StatsText));
    });
  }
  return {
    procs: procs.sort((a, b) => a.proc - b.proc || a.fd - b.fd),
    deadNodes: null,
    transactions: null,
    census: null,
  };
};
