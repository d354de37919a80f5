/** Shortcuts about the room of a mapping: holes that need no reading and freeing. */
import type { CommandSpec, MessageSpec, Op } from '../../abi/op.ts';
import { asOneway, isSetup, isWriteRead, processes, procOf, seatOf, TF_ONE_WAY } from './pass.ts';

const PAGE = 4096;
const WORD = 8;
const rounded = (size: number, to: number): number => Math.ceil(size / to) * to;

/** What a message leaves of the hole that it goes into, in words, at most. */
const MOST_REST = 2;

/** The hole that the last message goes into is what one call leaves of the whole mapping. */
export function* holeAtTheEnd(ops: readonly Op[]): Iterable<readonly Op[]> {
  const op = ops.at(-1);
  if (!isWriteRead(op)) return;
  const command = (op.write ?? []).findLast(each => each.bc === 'BC_TRANSACTION');
  if (command === undefined || typeof command.message.size !== 'number') return;
  const own = Math.max(WORD, rounded(command.message.size, WORD));
  const rooms = new Set(ops.flatMap(each => (each.op === 'mmap' ? [rounded(Number(each.size), PAGE)] : [])));
  for (const room of rooms) {
    for (let rest = 0; rest <= MOST_REST; rest++) {
      const first = { ...command, flags: 0, message: { size: room - own - rest * WORD } };
      const second = { ...command, flags: asOneway(command.flags) };
      yield [...ops.filter(isSetup), { ...op, write: [first, second] }];
    }
  }
}

const TF_UPDATE_TXN = 0x40;

/** Buffers that are read and freed become oneways to a frozen manager, of which each takes the place of the one before. */
export function* replacedWhileFrozen(ops: readonly Op[]): Iterable<readonly Op[]> {
  const seat = seatOf(ops);
  if (seat === undefined) return;
  const manager = procOf(seat);
  const client = processes(ops).findLast(proc => proc !== manager);
  const freed = new Set<string>();
  for (const op of ops) {
    if (!isWriteRead(op)) continue;
    for (const command of op.write ?? []) {
      if (command.bc === 'BC_FREE_BUFFER' && 'of' in command.buffer)
        freed.add(`${command.buffer.of} ${command.buffer.cmd ?? 0}`);
    }
  }
  const others = ops.filter(op => !isSetup(op));
  const [first, last] = [others[0], others.at(-1)];
  if (client === undefined || freed.size === 0 || first === undefined || last === undefined) return;
  const update = asOneway(TF_UPDATE_TXN);
  for (const [apart, held] of [true, false].flatMap(one => [[one, true] as const, [one, false] as const])) {
    const write: CommandSpec[] = [];
    const send = (message: MessageSpec, code: number, flags: number): void =>
      void write.push({ bc: 'BC_TRANSACTION', target: 0, code, flags, message });
    // The first oneway of a node is nobody's to replace.
    if (held) send({ size: 0 }, 0, TF_ONE_WAY);
    for (const op of ops) {
      if (!isWriteRead(op)) continue;
      for (const [cmd, command] of (op.write ?? []).entries()) {
        if (command.bc === 'BC_FREE_BUFFER' && 'of' in command.buffer) {
          if (apart) send({ size: 0 }, command.buffer.of, update);
        } else if ('message' in command) {
          const isFreed = freed.has(`${op.id} ${cmd}`);
          send(command.message, isFreed ? (apart ? op.id : 1) : 0, isFreed ? update : TF_ONE_WAY);
        }
      }
    }
    const { fd } = seat;
    const freezing: Op = {
      ...{ op: 'ioctl', id: first.id, proc: manager, thread: 0, fd },
      ...{ cmd: 'BINDER_FREEZE', arg: { target: { proc: manager }, enable: 1 } },
    };
    // One more goes the way of the last: its place is what there is to see.
    for (const closing of [
      [],
      [{ bc: 'BC_TRANSACTION', target: 0, code: 1, flags: update, message: { size: 0 } }],
    ] as const) {
      yield [
        ...ops.filter(isSetup),
        freezing,
        { op: 'write_read', id: last.id, proc: client, thread: 0, fd: 0, write: [...write, ...closing] },
      ];
    }
  }
}
