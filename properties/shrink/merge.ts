/** The pass that makes one of two: threads, descriptors, processes. */
import type { CommandSpec, ObjectSpec, Op } from '../../abi/op.ts';
import type { U64 } from '../../abi/u64.ts';
import { renamed } from './edit.ts';
import { processes, procOf, threadOf, threads, type Pass } from './pass.ts';

/** One thread, process or descriptor does the work of another; who was given a descriptor leaves it to who gave it. */
export const merge: Pass = {
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
        yield { ops: next, position: { at: place }, edit: `merge ${label} ${other}` };
      }
    }
    for (const op of ops) {
      if (op.op !== 'open' || op.fd === 0 || ++place < from.at) continue;
      const { proc, fd } = op;
      const isOther = (each: Op): boolean => procOf(each) === proc && 'fd' in each && each.fd === fd;
      const next = ops
        .filter(each => !isOther(each) || (each.op !== 'open' && each.op !== 'mmap'))
        .map(each => (isOther(each) ? renamed(each, who => ({ ...who, fd: 0 })) : each));
      yield { ops: next, position: { at: place } };
    }
    for (const op of ops) {
      if (op.op !== 'share') continue;
      const own = ops.find(each => each.op === 'open' && each.proc === op.to && each.fd !== op.as);
      if (own?.op === 'open' && ++place >= from.at) {
        const { to, as } = op;
        const usual = (who: Parameters<Parameters<typeof renamed>[1]>[0]): typeof who =>
          who.proc === to && who.fd === as ? { ...who, fd: own.fd } : who;
        yield { ops: ops.filter(each => each !== op).map(each => renamed(each, usual)), position: { at: place } };
      }
      for (const apart of [0, 8]) {
        if (++place < from.at) continue;
        const { proc, fd, to, as } = op;
        const usual = (who: Parameters<Parameters<typeof renamed>[1]>[0]): typeof who =>
          who.proc === to && who.fd === as ? { proc, fd, thread: who.thread + apart } : who;
        yield { ops: ops.filter(each => each !== op).map(each => renamed(each, usual)), position: { at: place } };
      }
    }
    const all = processes(ops);
    for (const proc of all) {
      for (const other of all.filter(each => each < proc).reverse()) {
        for (const apart of [0, 8]) {
          if (++place < from.at) continue;
          const merged = (of: readonly Op[]): readonly Op[] =>
            of
              .filter(op => procOf(op) !== proc || (op.op !== 'open' && op.op !== 'mmap'))
              .map(op =>
                renamed(op, who => (who.proc === proc ? { ...who, proc: other, thread: who.thread + apart } : who)),
              );
          yield { ops: merged(ops), position: { at: place }, edit: `merge ${proc} ${other} ${apart}` };
          if (!sharesNodes(ops, proc, other)) continue;
          // Nodes of the two that had one name stay two.
          const named = ops.map(op => (procOf(op) === proc ? withOwnNodes(op) : op));
          yield { ops: merged(named), position: { at: place }, edit: `merge ${proc} ${other} ${apart} nodes` };
        }
      }
    }
  },
};

/** Moves the names of one process's nodes out of the way of another's. */
const ELSEWHERE = 0x1000;

const objectsOf = (op: Op): readonly ObjectSpec[] =>
  op.op === 'write_read'
    ? (op.write ?? []).flatMap(each => ('message' in each ? (each.message.objects ?? []) : []))
    : [];

const nodesOf = (ops: readonly Op[], proc: number): ReadonlySet<U64> =>
  new Set(
    ops
      .filter(op => procOf(op) === proc)
      .flatMap(op => objectsOf(op).flatMap(each => ('ptr' in each ? [each.ptr] : []))),
  );

const sharesNodes = (ops: readonly Op[], one: number, other: number): boolean => {
  const own = nodesOf(ops, other);
  return [...nodesOf(ops, one)].some(ptr => own.has(ptr));
};

const elsewhere = (word: U64): U64 => (typeof word === 'number' && word < ELSEWHERE ? word + ELSEWHERE : word);

/** The op with other names for its nodes. */
const withOwnNodes = (op: Op): Op => {
  if (op.op !== 'write_read' || op.write === undefined) return op;
  const moved = <Named extends { ptr: U64; cookie: U64 }>(named: Named): Named => ({
    ...named,
    ptr: elsewhere(named.ptr),
    cookie: elsewhere(named.cookie),
  });
  const write = op.write.map((each): CommandSpec => {
    if (each.bc === 'BC_INCREFS_DONE' || each.bc === 'BC_ACQUIRE_DONE') return moved(each);
    if (!('message' in each) || each.message.objects === undefined) return each;
    const objects = each.message.objects.map(object => ('ptr' in object ? moved(object) : object));
    return { ...each, message: { ...each.message, objects } };
  });
  return { ...op, write };
};
