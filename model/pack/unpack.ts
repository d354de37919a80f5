/**
 * A state from its row: the one that `pack` wrote, under the names that the row gives.
 *
 * Numbers of the driver's counter are given anew: nodes first, then refs, then transactions and old buffers.
 */
import { filled } from '../../abi/hex.ts';
import type { Buffer, Context, Fixup, Payload, State } from '../state.ts';
import type { Layout } from './naming.ts';
import { readArena } from './read-arena.ts';
import { readNode } from './read-node.ts';
import { nameDeaths, readTask } from './read-process.ts';
import { BUFFERS, TRANSACTIONS, takeFile, takeProc, takeThread, takeTransaction } from './reading.ts';
import type { RowReader, Unpacking } from './reading.ts';

const ZEROS: string[] = [];
/** Hex of so many zero bytes. */
const zeros = (size: number): string => (ZEROS[size] ??= filled(0, size));
const SLOTS: (readonly number[])[] = [[]];
/** An offsets array for objects of 24 bytes from the start on. */
const slots = (count: number): readonly number[] =>
  (SLOTS[count] ??= Array.from({ length: count }, (_, slot) => slot * 24));

const readTransaction = (u: Unpacking): void => {
  const from = u.from;
  const id = TRANSACTIONS + u.transactions.length + 1;
  const tag = from.take();
  const rare = (tag & 8) !== 0;
  const code = rare ? from.take() : 0;
  const flags = rare ? from.take() : (tag & 4) >>> 2;
  const euid = rare ? from.take() : 0;
  const nice = rare ? from.take() - 20 : 0;
  const savedNice = rare ? from.take() - 20 : 0;
  const fixups: Fixup[] = [];
  if ((tag & 16) !== 0) for (let left = from.take(); left > 0; left--) fixups.push(readFixup(from));
  const sender = takeThread(u);
  const fromParent = takeTransaction(u);
  const to = takeFile(u);
  const toThread = takeThread(u);
  const toParent = takeTransaction(u);
  const region = from.take();
  const targetNode = from.take();
  const place = region === 0 ? undefined : u.files[to]?.arena.regions[region - 1];
  u.transactions.push({
    id,
    origin: { op: 0, cmd: 0 },
    reply: (tag & 1) !== 0,
    from: sender,
    fromParent,
    to,
    toThread,
    toParent,
    code,
    flags,
    needsReply: (tag & 2) !== 0,
    euid,
    sender: takeProc(u),
    nice,
    savedNice,
    buffer: place?.offset ?? -1,
    targetNode,
    payload: payloadOf(place?.buffer ?? null, fixups),
  });
};

const readFixup = (from: RowReader): Fixup => {
  const file = from.take();
  return { file, at: { data: from.take() } };
};

const payloadOf = (buffer: Buffer | null, fixups: readonly Fixup[]): Payload => ({
  data: zeros(buffer?.dataSize ?? 0),
  offsets: slots((buffer?.offsetsSize ?? 0) >>> 3),
  pieces: [],
  fixups,
});

const read = (u: Unpacking, devices: number): State => {
  const from = u.from;
  const contexts: Context[] = [];
  for (let device = 0; device < devices; device++) {
    const manager = from.take();
    const uid = from.take();
    contexts.push({ manager, managerUid: uid === 0 ? null : uid - 1 });
  }
  for (const proc of u.procs) readTask(u, proc);
  const nodes = from.take();
  for (let node = 1; node <= nodes; node++) readNode(u, node, nodes);
  // Refs are written with their nodes, the newest of each first.
  u.refs.sort((a, b) => a.id - b.id);
  nameDeaths(u);
  for (const file of u.files) file.arena = readArena(u, file.arena);
  while (from.at < from.length) readTransaction(u);
  return {
    devices: contexts,
    tasks: u.tasks.length > 1 ? u.tasks.sort((a, b) => a.proc - b.proc) : u.tasks,
    files: u.files,
    threads: u.threads,
    nodes: u.nodes,
    refs: u.refs,
    transactions: u.transactions,
    parked: u.parked,
    epolls: u.epolls,
    nextFile: u.files.length,
    lastId: BUFFERS + u.buffers,
  };
};

/** Makes the reader of a layout: it answers the state that a row stands for, with so many devices. */
export const unpacker = (layout: Layout, devices: number): ((from: RowReader) => State) => {
  const procs = layout.roles.flat();
  return from =>
    read(
      {
        from,
        layout,
        procs,
        tasks: [],
        files: [],
        threads: [],
        nodes: [],
        refs: [],
        transactions: [],
        parked: [],
        epolls: [],
        named: [],
        buffers: 0,
      },
      devices,
    );
};
