/** What a process does to the mapping of an open file. */
import type { Call } from '../../../abi/call.ts';
import { PAGE } from '../../../abi/ids.ts';
import type { Descriptor, OpenFile } from './open-file.ts';
import { systemCall, type Main, type Place } from './place.ts';
import * as raise from './raise.ts';
import * as requests from './requests.ts';
import * as sys from './sys.ts';

type Of<Kind extends Call['op']> = Call & { readonly op: Kind };

/** Maps the file. */
export const mmap = ({ program, ground, actor, seat }: Place, op: Of<'mmap'>, descriptor: Descriptor): Main => {
  const { file } = descriptor;
  const main = program.call(actor.seat, seat, requests.mmap(op, ground, descriptor));
  if (!descriptor.isOpeners) return { main, done: raise.status };
  file.unsettled = true;
  return { main, done: answer => raise.mapped(answer, file, op.size) };
};

/** Unmaps what is still mapped of the range, and nothing that came to lie there since. */
export const munmap = (place: Place, op: Of<'munmap'>, file: OpenFile): Main => {
  const { program, ground } = place;
  const from = op.offset ?? 0;
  const length = op.length ?? file.mapped;
  const to = from + Math.ceil(length / PAGE) * PAGE;
  // An impossible range is the kernel's to refuse.
  const parts = from % PAGE !== 0 || length === 0 ? [[from, from + length] as const] : file.remaining(from, to);
  const main = onParts(place, file, ground.calls.munmap, parts);
  // Only the last reference that goes leaves work behind (PROC-13).
  if (file.hands.size === 0) program.waitKernel();
  file.unsettled = true;
  return { main, done: answer => raise.unmapped(answer, file, from, to) };
};

/** Changes the access to what is left of the mapping. */
export const mprotect = (place: Place, op: Of<'mprotect'>, file: OpenFile): Main => {
  const prot = { read: sys.PROT_READ, none: sys.PROT_NONE, write: sys.PROT_READ | sys.PROT_WRITE }[op.prot];
  const { mprotect: number } = place.ground.calls;
  return { main: onParts(place, file, number, file.remaining(0, Infinity), prot), done: raise.status };
};

/** Gives up what is left of a range. */
export const madvise = (place: Place, op: Of<'madvise'>, file: OpenFile): Main => {
  const { offset: from = 0, length } = op;
  const to = length === undefined ? Infinity : from + Math.ceil(length / PAGE) * PAGE;
  // An impossible range is the kernel's to refuse.
  const parts = from % PAGE === 0 ? file.remaining(from, to) : [[from, from + PAGE] as const];
  return { main: onParts(place, file, place.ground.calls.madvise, parts, sys.MADV_DONTNEED), done: raise.status };
};

/** The same call about each part of a mapping; the answer is that about the last. */
const onParts = (
  place: Place,
  file: OpenFile,
  number: number,
  parts: readonly (readonly [number, number])[],
  ...what: readonly number[]
): number => {
  let main = place.program.tag;
  if (parts.length === 0) main = place.program.settle();
  for (const [low, high] of parts) main = systemCall(place, number, [file.address(low), high - low, ...what]);
  return main;
};
