/**
 * The ways in which a log becomes simpler, in the order in which they are tried.
 *
 * A pass is a pure function of a log and a position: it answers candidates on the assumption that all of them are
 * refused. When one is taken the pass goes on from its position with the new log. So candidates can be tried one after
 * the other or several at once, with the same result.
 */
import type { CommandSpec, HandleRef, Op } from '../../abi/op.ts';
import { STRAY_ADDRESS, STRAY_HANDLE } from '../../abi/resolve.ts';
import { handlesOf, joined, renamed, withoutCommand, type WriteReadOp } from './edit.ts';
import { edited, leavesOf } from './leaves.ts';

/** Where a pass goes on. `low`: a value of the leaf there that is known not to fail. */
export interface Position {
  readonly at: number;
  readonly low?: number;
}

export interface Candidate {
  readonly ops: readonly Op[];
  readonly position: Position;
}

export interface Pass {
  readonly name: string;
  readonly candidates: (ops: readonly Op[], from: Position) => Iterable<Candidate>;
}

const procOf = (op: Op): number => (op.op === 'reclaim' ? -1 : op.proc);
const threadOf = (op: Op): number => ('thread' in op ? op.thread : -1);

const processes = (ops: readonly Op[]): readonly number[] =>
  [...new Set(ops.map(procOf))].filter(proc => proc >= 0).sort((a, b) => b - a);

/** Whole processes go. */
const dropProcesses: Pass = {
  name: 'drop processes',
  *candidates(ops, from) {
    const all = processes(ops);
    for (let at = from.at; at < all.length; at++)
      yield { ops: ops.filter(op => procOf(op) !== all[at]), position: { at } };
  },
};

const threads = (ops: readonly Op[]): readonly string[] => [
  ...new Set(ops.filter(op => threadOf(op) > 0).map(op => `${procOf(op)} ${threadOf(op)}`)),
];

/** Whole threads go. */
const dropThreads: Pass = {
  name: 'drop threads',
  *candidates(ops, from) {
    const all = threads(ops);
    for (let at = from.at; at < all.length; at++) {
      yield { ops: ops.filter(op => `${procOf(op)} ${threadOf(op)}` !== all[at]), position: { at } };
    }
  },
};

/** Chunks of one size go, the last ones first: consequences before causes. */
const dropChunks = (chunk: number): Pass => ({
  name: `drop ${chunk}`,
  *candidates(ops, from) {
    for (let at = from.at; at < ops.length; at += chunk) {
      const end = ops.length - at;
      const start = Math.max(0, end - chunk);
      if (start === 0 && end === ops.length) continue;
      yield { ops: [...ops.slice(0, start), ...ops.slice(end)], position: { at } };
    }
  },
});

const isWriteRead = (op: Op | undefined): op is WriteReadOp => op?.op === 'write_read';

/** Single commands go from write buffers. */
const dropCommands: Pass = {
  name: 'drop commands',
  *candidates(ops, from) {
    let place = -1;
    for (let at = ops.length - 1; at >= 0; at--) {
      const op = ops[at];
      if (!isWriteRead(op) || op.write === undefined || (op.write.length < 2 && op.read === undefined)) continue;
      for (let index = op.write.length - 1; index >= 0; index--) {
        if (++place < from.at) continue;
        yield { ops: withoutCommand(ops, at, index), position: { at: place } };
      }
    }
  },
};

/** One thread, process or descriptor does the work of another. */
const merge: Pass = {
  name: 'merge',
  *candidates(ops, from) {
    let place = -1;
    for (const label of threads(ops)) {
      const [proc, thread] = label.split(' ').map(Number) as [number, number];
      const others = new Set(ops.filter(op => procOf(op) === proc).map(threadOf));
      for (const other of [...others].filter(each => each >= 0 && each < thread).sort((a, b) => a - b)) {
        if (++place < from.at) continue;
        const next = ops.map(op =>
          procOf(op) === proc && threadOf(op) === thread ? renamed(op, who => ({ ...who, thread: other })) : op,
        );
        yield { ops: next, position: { at: place } };
      }
    }
    const all = processes(ops);
    for (const proc of all) {
      for (const other of all.filter(each => each < proc).reverse()) {
        for (const apart of [0, 8]) {
          if (++place < from.at) continue;
          const next = ops
            .filter(op => procOf(op) !== proc || (op.op !== 'open' && op.op !== 'mmap'))
            .map(op =>
              renamed(op, who => (who.proc === proc ? { ...who, proc: other, thread: who.thread + apart } : who)),
            );
          yield { ops: next, position: { at: place } };
        }
      }
    }
  },
};

/** Two write_reads of one thread become one. */
const join: Pass = {
  name: 'join',
  *candidates(ops, from) {
    let place = -1;
    for (let second = ops.length - 1; second > 0; second--) {
      const two = ops[second];
      if (!isWriteRead(two)) continue;
      for (let first = second - 1; first >= 0; first--) {
        const one = ops[first];
        if (!isWriteRead(one) || one.proc !== two.proc || one.thread !== two.thread || one.fd !== two.fd) continue;
        for (const late of [false, true]) {
          if (++place < from.at) continue;
          const next = joined(ops, first, second, late);
          if (next !== undefined) yield { ops: next, position: { at: place } };
        }
        break;
      }
    }
  },
};

const handleIn = (command: CommandSpec): HandleRef | undefined =>
  'handle' in command ? command.handle : 'target' in command ? command.target : undefined;

const withHandle = (command: CommandSpec, handle: HandleRef): CommandSpec =>
  ('target' in command ? { ...command, target: handle } : { ...command, handle }) as CommandSpec;

const withWrite = (ops: readonly Op[], at: number, index: number, command: CommandSpec): readonly Op[] =>
  ops.map((op, each) =>
    each === at && isWriteRead(op) ? { ...op, write: (op.write ?? []).with(index, command) } : op,
  );

/** References name something simpler: the manager, nothing at all, or what somebody got earlier (splice and re-root). */
const reroot: Pass = {
  name: 're-root',
  *candidates(ops, from) {
    let place = -1;
    const handles = handlesOf(ops);
    for (let at = 0; at < ops.length; at++) {
      const op = ops[at];
      if (!isWriteRead(op)) continue;
      for (const [index, command] of (op.write ?? []).entries()) {
        const handle = handleIn(command);
        if (handle !== undefined && typeof handle !== 'number') {
          const earlier = handles.filter(other => typeof other !== 'number' && other.of < handle.of);
          for (const other of [0, STRAY_HANDLE, ...earlier]) {
            if (++place < from.at) continue;
            yield { ops: withWrite(ops, at, index, withHandle(command, other)), position: { at: place } };
          }
        }
        if (command.bc === 'BC_FREE_BUFFER' && 'of' in command.buffer) {
          if (++place < from.at) continue;
          yield { ops: withWrite(ops, at, index, { ...command, buffer: STRAY_ADDRESS }), position: { at: place } };
        }
      }
    }
  },
};

const TF_ONE_WAY = 1;

const plainer = (command: CommandSpec): CommandSpec =>
  command.bc === 'BC_TRANSACTION' || command.bc === 'BC_REPLY'
    ? { ...command, code: 0, message: command.message.objects === undefined ? { size: 0 } : plainMessage(command) }
    : command;

const plainMessage = (command: Extract<CommandSpec, { bc: 'BC_TRANSACTION' | 'BC_REPLY' }>): typeof command.message => {
  const { fill: _, bytes: __, ...rest } = command.message;
  return rest;
};

/** Everything plain at once: no payload, code 0, the usual reads. */
const plain: Pass = {
  name: 'plain',
  *candidates(ops, from) {
    if (from.at > 0) return;
    const next = ops.map(op => {
      if (!isWriteRead(op) || op.write === undefined) return op;
      return { ...op, write: op.write.map(plainer) };
    });
    yield { ops: next, position: { at: 1 } };
  },
};

/** Calls become oneways, which need no answer. */
const simplerKinds: Pass = {
  name: 'simpler kinds',
  *candidates(ops, from) {
    let place = -1;
    for (let at = 0; at < ops.length; at++) {
      const op = ops[at];
      if (!isWriteRead(op)) continue;
      for (const [index, command] of (op.write ?? []).entries()) {
        if (command.bc !== 'BC_TRANSACTION') continue;
        if ((command.flags & TF_ONE_WAY) === 0 && ++place >= from.at) {
          yield {
            ops: withWrite(ops, at, index, { ...command, flags: command.flags | TF_ONE_WAY }),
            position: { at: place },
          };
        }
        if ((command.flags & ~TF_ONE_WAY) !== 0 && ++place >= from.at) {
          yield {
            ops: withWrite(ops, at, index, { ...command, flags: command.flags & TF_ONE_WAY }),
            position: { at: place },
          };
        }
      }
    }
  },
};

/** Single values go, or take their simplest form, or are halved towards it. */
const leaves: Pass = {
  name: 'leaves',
  *candidates(ops, from) {
    let place = -1;
    for (let at = 0; at < ops.length; at++) {
      const op = ops[at] as Op;
      for (const { path, value, optional, simplest } of leavesOf(op)) {
        if (++place < from.at) continue;
        const put = (next: unknown): readonly Op[] =>
          ops.map((each, index) => (index === at ? edited(op, path, next) : each));
        const low = place === from.at ? from.low : undefined;
        // Flags keep their bit that decides the kind; their other bits went with the kinds.
        if (path.at(-1) === 'flags' && path.at(-3) === 'write') continue;
        if (optional && low === undefined) yield { ops: put(undefined), position: { at: place } };
        if (simplest === undefined || simplest === value) continue;
        if (low === undefined) yield { ops: put(simplest), position: { at: place } };
        if (typeof value !== 'number' || typeof simplest !== 'number') continue;
        let below = low ?? simplest;
        while (value - below > 1) {
          const middle = below + Math.floor((value - below) / 2);
          yield { ops: put(middle), position: { at: place, low: below } };
          below = middle;
        }
      }
    }
  },
};

const byFirstUse = (values: readonly number[]): ReadonlyMap<number, number> => {
  const order = new Map<number, number>();
  for (const value of values) if (!order.has(value)) order.set(value, order.size);
  return order;
};

/** Processes, threads and descriptors numbered as they appear; files opened and mapped first. */
const normal: Pass = {
  name: 'normal form',
  *candidates(ops, from) {
    const setup = (op: Op): number => (op.op === 'open' ? 0 : op.op === 'mmap' ? 1 : 2);
    const sorted = [...ops].sort((a, b) => Math.min(1, setup(a)) - Math.min(1, setup(b)) || 0);
    const together = [...ops].sort((a, b) => (setup(a) === 2 ? 1 : 0) - (setup(b) === 2 ? 1 : 0));
    const forms = [together, sorted, ops].map(form => {
      const procs = byFirstUse(form.map(procOf).filter(proc => proc >= 0));
      const inProc = new Map<number, { threads: ReadonlyMap<number, number>; fds: ReadonlyMap<number, number> }>();
      for (const proc of procs.keys()) {
        const own = form.filter(op => procOf(op) === proc);
        inProc.set(proc, {
          threads: byFirstUse(own.map(threadOf).filter(thread => thread >= 0)),
          fds: byFirstUse(own.flatMap(op => ('fd' in op ? [op.fd] : []))),
        });
      }
      return form.map(op =>
        renamed(op, ({ proc, thread, fd }) => ({
          proc: procs.get(proc) ?? proc,
          thread: inProc.get(proc)?.threads.get(thread) ?? thread,
          fd: inProc.get(proc)?.fds.get(fd) ?? fd,
        })),
      );
    });
    for (let at = from.at; at < forms.length; at++)
      yield { ops: forms[at] as readonly Op[], position: { at: forms.length } };
  },
};

/** Pairs of ops go together: for short logs only, where an op makes sense only beside another. */
const MOST_FOR_PAIRS = 14;
const dropPairs: Pass = {
  name: 'drop pairs',
  *candidates(ops, from) {
    if (ops.length > MOST_FOR_PAIRS) return;
    let place = -1;
    for (let second = ops.length - 1; second > 0; second--) {
      for (let first = second - 1; first >= 0; first--) {
        if (++place < from.at) continue;
        yield { ops: ops.filter((_, at) => at !== first && at !== second), position: { at: place } };
      }
    }
  },
};

/** The passes of one round over a log of `length` ops. `deep` adds those that cost more than they usually bring. */
export const passesFor = (length: number, deep: boolean): readonly Pass[] => {
  const chunks: Pass[] = [];
  for (let chunk = length >> 1; chunk > 1; chunk >>= 1) chunks.push(dropChunks(chunk));
  const single = dropChunks(1);
  const structure = [dropProcesses, dropThreads, ...chunks, single, dropCommands, join, merge, reroot, simplerKinds];
  return deep ? [...structure, plain, single, leaves, normal, dropPairs, single] : [...structure, plain, leaves];
};
