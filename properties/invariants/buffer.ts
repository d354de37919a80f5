/** Buffers: geometry, disjointness, and the accounting of the async half. */
import { PAGE } from '../../abi/ids.ts';
import type { BufferSnapshot, ProcSnapshot } from '../../abi/snapshot.ts';
import { forEvery, perSnapshot, type Invariant } from '../invariant.ts';

const align8 = (size: number): number => Math.ceil(size / 8) * 8;

/** Bytes of the region that a buffer occupies (ALLOC-12, ALLOC-13). */
export const regionSize = ({ dataSize, offsetsSize, extraSize }: BufferSnapshot): number =>
  align8(dataSize) + align8(offsetsSize) + align8(extraSize) || 8;

interface Held {
  readonly proc: ProcSnapshot;
  readonly buffer: BufferSnapshot;
  readonly next: BufferSnapshot | undefined;
}

const buffersOf = perSnapshot((seen): readonly Held[] =>
  seen.procs.flatMap(proc => proc.buffers.map((buffer, at) => ({ proc, buffer, next: proc.buffers[at + 1] }))),
);

const name = ({ proc, buffer }: Held): string =>
  `process ${proc.proc} fd ${proc.fd}: buffer ${buffer.id} at ${buffer.offset}`;

export const insideTheMapping: Invariant = forEvery({
  id: 'INV-BUFFER-01',
  says: 'Every buffer lies inside the managed part of its mapping, at a multiple of 8.',
  among: buffersOf,
  holds: ({ proc, buffer }) =>
    buffer.offset >= 0 &&
    buffer.offset % 8 === 0 &&
    (proc.arena === null || buffer.offset + regionSize(buffer) <= proc.arena),
  but: held => `${name(held)} takes ${regionSize(held.buffer)} of ${held.proc.arena} bytes`,
});

export const disjoint: Invariant = forEvery({
  id: 'INV-BUFFER-02',
  says: 'Buffers of one mapping are disjoint, even those without a byte of data.',
  among: buffersOf,
  holds: ({ buffer, next }) => next === undefined || buffer.offset + regionSize(buffer) <= next.offset,
  but: held =>
    `${name(held)} takes ${regionSize(held.buffer)} bytes and buffer ${held.next?.id} begins at ${held.next?.offset}`,
});

const mapped = perSnapshot((seen): readonly ProcSnapshot[] =>
  seen.procs.filter(({ arena, buffers }) => arena !== null && (arena > 0 || buffers.length > 0)),
);

const charges = (proc: ProcSnapshot): number =>
  proc.buffers.reduce((sum, buffer) => sum + (buffer.async === true ? regionSize(buffer) : 0), 0);

export const asyncHalfIsConserved: Invariant = forEvery({
  id: 'INV-BUFFER-03',
  says: 'Free async space and the regions of async buffers add up to half of the mapping.',
  among: seen => mapped(seen).filter(({ buffers }) => buffers.every(({ async }) => async !== null)),
  holds: proc => proc.freeAsync + charges(proc) === Math.floor((proc.arena as number) / 2),
  but: proc =>
    `process ${proc.proc} fd ${proc.fd}: free ${proc.freeAsync} and charged ${charges(proc)} of ${proc.arena}`,
});

export const asyncSpaceInRange: Invariant = forEvery({
  id: 'INV-BUFFER-04',
  says: 'Free async space is never negative, never more than half of the mapping, and always a multiple of 8.',
  among: mapped,
  holds: ({ freeAsync, arena }) => freeAsync >= 0 && freeAsync <= (arena as number) / 2 && freeAsync % 8 === 0,
  but: proc => `process ${proc.proc} fd ${proc.fd}: free async space ${proc.freeAsync} of ${proc.arena}`,
});

export const whatIsMissingIsThere: Invariant = forEvery({
  id: 'INV-BUFFER-05',
  says: 'Async space that is not free is covered by buffers that exist.',
  among: mapped,
  holds: proc =>
    Math.floor((proc.arena as number) / 2) - proc.freeAsync <=
    proc.buffers.reduce((sum, buffer) => sum + regionSize(buffer), 0),
  but: proc =>
    `process ${proc.proc} fd ${proc.fd}: only ${proc.buffers.length} buffers for ${proc.freeAsync} free of ${proc.arena}`,
});

export const activeHasTransaction: Invariant = forEvery({
  id: 'INV-BUFFER-06',
  says: 'A buffer is active exactly while its transaction exists.',
  among: seen => (seen.transactions === null ? [] : buffersOf(seen)),
  holds: ({ buffer }, seen) => !buffer.active || (seen.transactions ?? []).some(({ id }) => id === buffer.id),
  but: held => `${name(held)} is active and no such transaction exists`,
});

export const freeableIsDelivered: Invariant = forEvery({
  id: 'INV-BUFFER-07',
  says: 'Nobody may free the buffer of a message that nobody has read.',
  among: seen =>
    seen.procs.flatMap(proc => {
      const waiting = new Set<number>();
      const lists = [proc.todo, ...proc.threads.map(({ todo }) => todo)];
      for (const list of lists) for (const work of list) if (work.work === 'transaction') waiting.add(work.id);
      for (const { asyncTodo } of proc.nodes) for (const id of asyncTodo) waiting.add(id);
      return proc.buffers.filter(({ id }) => waiting.has(id)).map(buffer => ({ proc, buffer, next: undefined }));
    }),
  holds: ({ buffer }) => buffer.active && buffer.userMayFree !== true,
  but: held => `${name(held)} waits in a queue and could be freed`,
});

/** Who does not show the size of a mapping shows that there never was one by having neither pages nor async space. */
const neverMapped = ({ arena, pages, freeAsync }: ProcSnapshot): boolean =>
  arena === 0 ||
  (arena === null && freeAsync === 0 && pages.highWatermark === 0 && pages.active + pages.lru + pages.free === 0);

export const nothingWithoutMapping: Invariant = forEvery({
  id: 'INV-BUFFER-08',
  says: 'A process that never mapped holds no buffer and has no async space.',
  among: seen => seen.procs.filter(neverMapped),
  holds: ({ buffers, freeAsync, pages }) => buffers.length === 0 && freeAsync === 0 && pages.highWatermark === 0,
  but: ({ proc, fd, buffers }) => `process ${proc} fd ${fd} holds ${buffers.length} buffers`,
});

interface Paged {
  readonly proc: ProcSnapshot;
  readonly total: number;
}

const live = perSnapshot((seen): readonly Paged[] =>
  seen.procs
    .map(proc => ({ proc, total: proc.pages.active + proc.pages.lru + proc.pages.free }))
    .filter(({ total }) => total > 0),
);

export const pagesAreConserved: Invariant = forEvery({
  id: 'INV-PAGE-01',
  says: 'Active, reclaimable and free pages add up to the managed part of the mapping.',
  among: live,
  holds: ({ proc, total }) => proc.arena === null || total * PAGE === proc.arena,
  but: ({ proc, total }) => `process ${proc.proc} fd ${proc.fd}: ${total} pages for ${proc.arena} bytes`,
});

const overlapped = (proc: ProcSnapshot): number => {
  let count = 0;
  let last = -1;
  for (const buffer of proc.buffers) {
    const first = Math.max(Math.floor(buffer.offset / PAGE), last + 1);
    const end = Math.floor((buffer.offset + regionSize(buffer) - 1) / PAGE);
    if (end >= first) count += end - first + 1;
    last = Math.max(last, end);
  }
  return count;
};

export const activePagesAreOverlapped: Invariant = forEvery({
  id: 'INV-PAGE-02',
  says: 'A page is active exactly when a buffer overlaps it.',
  among: live,
  holds: ({ proc }) => proc.pages.active === overlapped(proc),
  but: ({ proc }) =>
    `process ${proc.proc} fd ${proc.fd}: ${proc.pages.active} active pages, ${overlapped(proc)} overlapped`,
});

export const watermarkIsHigh: Invariant = forEvery({
  id: 'INV-PAGE-03',
  says: 'No more pages are populated than the high watermark says.',
  among: live,
  holds: ({ proc, total }) =>
    proc.pages.active + proc.pages.lru <= proc.pages.highWatermark && proc.pages.highWatermark <= total,
  but: ({ proc }) => `process ${proc.proc} fd ${proc.fd}: watermark ${proc.pages.highWatermark}`,
});
