/** Passes over values: plainer messages, simpler kinds, smaller numbers, lower names. */
import type { CommandSpec, Op } from '../../abi/op.ts';
import { renamed } from './edit.ts';
import { edited, leavesOf } from './leaves.ts';
import { asOneway, isWriteRead, procOf, TF_ONE_WAY, threadOf, withWrite, type Pass } from './pass.ts';

const plainer = (command: CommandSpec): CommandSpec =>
  command.bc === 'BC_TRANSACTION' || command.bc === 'BC_REPLY'
    ? { ...command, code: 0, message: command.message.objects === undefined ? { size: 0 } : plainMessage(command) }
    : command;

const plainMessage = (command: Extract<CommandSpec, { bc: 'BC_TRANSACTION' | 'BC_REPLY' }>): typeof command.message => {
  const { fill: _, bytes: __, ...rest } = command.message;
  return rest;
};

/** Everything plain at once: no payload, code 0, the usual reads. */
export const plain: Pass = {
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

/** Calls become oneways, which need no answer; threads that were asked for become threads that nobody asked for. */
export const simplerKinds: Pass = {
  name: 'simpler kinds',
  *candidates(ops, from) {
    let place = -1;
    for (let at = 0; at < ops.length; at++) {
      const op = ops[at];
      if (!isWriteRead(op)) continue;
      for (const [index, command] of (op.write ?? []).entries()) {
        if (command.bc === 'BC_REGISTER_LOOPER' && ++place >= from.at) {
          yield { ops: withWrite(ops, at, index, { bc: 'BC_ENTER_LOOPER' }), position: { at: place } };
        }
        if (command.bc !== 'BC_TRANSACTION') continue;
        if ((command.flags & TF_ONE_WAY) === 0 && ++place >= from.at) {
          yield {
            ops: withWrite(ops, at, index, { ...command, flags: asOneway(command.flags) }),
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
export const leaves: Pass = {
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
        const edit = `${op.id} ${path.join('.')} ${JSON.stringify(value)}`;
        if (optional && low === undefined) yield { ops: put(undefined), position: { at: place }, edit: `drop ${edit}` };
        if (simplest === undefined || simplest === value) continue;
        if (low === undefined) yield { ops: put(simplest), position: { at: place }, edit: `simplest ${edit}` };
        if (typeof value !== 'number' || typeof simplest !== 'number') continue;
        let below = low ?? simplest;
        while (value - below > 1) {
          const middle = below + Math.floor((value - below) / 2);
          yield { ops: put(middle), position: { at: place, low: below }, faithful: true };
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
export const normal: Pass = {
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
