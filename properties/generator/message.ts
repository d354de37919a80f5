/** Messages: sizes at the edges of the rules, objects of every type, and what the mirror remembers of them. */
import type { MessageSpec, ObjectSpec } from '../../abi/op.ts';
import type { U64 } from '../../abi/u64.ts';
import type { Draft } from './draft.ts';
import { NODE_SLOTS, type LiteFile } from './lite.ts';
import { NO_SLOTS, type LiteSlot } from './lite-node.ts';

export interface Drawn {
  readonly spec: MessageSpec;
  readonly slots: readonly LiteSlot[];
  readonly size: number;
  /** Whether the driver should take it, as far as its objects go. */
  readonly good: boolean;
}

const SMALL = [0, 1, 3, 4, 5, 8, 12, 16, 24, 32, 40, 64, 100, 128] as const;
/** Around a page, and single bits. */
const EDGES = [7, 9, 255, 256, 1000, 1024, 2048, 4072, 4088, 4095, 4096, 4097, 8192, 65536] as const;
/** What wraps, or is beyond every mapping (ALLOC-14). A target sends no byte of these. */
const HUGE: readonly U64[] = ['0x8000000000000000', '0xfffffffffffffff8', '0xffffffffffffffff', '0x7ffffffffffffff8'];
/** Around the largest mapping: costly, because a target has to hold so many bytes. */
const LARGEST: readonly U64[] = [0x100000000, 4 * 1024 * 1024, 4 * 1024 * 1024 + 8];
/** Mappings above these sizes are filled less often: a message of their size costs as much as many small ones. */
const MEDIUM_ARENA = 16 * 1024;
const LARGE_ARENA = 128 * 1024;

/** A data size: mostly small, sometimes an edge, sometimes a share of what the receiver has. */
const sizeFor = (draft: Draft, to: LiteFile | undefined): number => {
  const { dice } = draft;
  const roll = dice.below(100);
  if (roll < 72) return dice.pick(SMALL);
  if (roll < 82 || to === undefined || to.arena === 0) return dice.pick(EDGES);
  if (to.arena > MEDIUM_ARENA && dice.chance(to.arena > LARGE_ARENA ? 96 : 70)) return dice.pick(EDGES);
  const { arena } = to;
  const shift = (dice.below(3) - 1) * 8;
  const parts = [
    arena,
    arena >> 1,
    arena >> 2,
    Math.floor(arena / 10) & ~7,
    arena - to.used,
    (arena >> 1) - to.asyncUsed,
  ];
  return Math.max(0, dice.pick(parts) + (dice.chance(50) ? 0 : shift));
};

/** A size that the receiver most likely refuses. */
export const hugeSize = (draft: Draft): U64 => draft.dice.pick(draft.dice.chance(3) ? LARGEST : HUGE);

/** Flags of a flat object: priority, 0x100 lets descriptors in (OBJ-11). */
const objectFlags = (draft: Draft): number => {
  const { dice } = draft;
  if (!draft.full) return 0;
  const roll = dice.below(10);
  if (roll < 5) return 0x100;
  if (roll < 8) return 0;
  // A node that wants a security context cannot be reached (TXN-16).
  if (dice.chance(8)) return 0x1000;
  return roll === 8 ? 0x100 | dice.below(24) : dice.below(0x200);
};

class Layout {
  readonly objects: ObjectSpec[] = [];
  readonly slots: LiteSlot[] = [];
  at: number;
  good = true;
  /** The receiver takes descriptors. */
  readonly takesFds: boolean;

  constructor(at: number, takesFds: boolean) {
    this.at = at;
    this.takesFds = takesFds;
  }

  add(object: ObjectSpec, slot: LiteSlot, bytes: number): void {
    this.objects.push(object);
    this.slots.push(slot);
    this.at += bytes;
  }
}

const NOTHING: LiteSlot = { node: undefined, strong: false };

const addBinder = (draft: Draft, layout: Layout, file: LiteFile): void => {
  const { dice } = draft;
  const node = file.node(dice.below(NODE_SLOTS));
  const strong = dice.chance(78);
  const flags = objectFlags(draft);
  const { ptr, cookie } = node;
  const type = strong ? 'BINDER' : 'WEAK_BINDER';
  const { at } = layout;
  if ((flags & 0x100) !== 0 && !node.announced) node.takesFds = true;
  layout.add(flags === 0 ? { type, at, ptr, cookie } : { type, at, flags, ptr, cookie }, { node, strong }, 24);
};

const addHandle = (draft: Draft, layout: Layout, file: LiteFile): void => {
  const { dice } = draft;
  if (file.refs.length === 0) {
    addBinder(draft, layout, file);
    return;
  }
  const ref = dice.recent(file.refs);
  const strong = ref.callable ? dice.chance(78) : dice.chance(12);
  const type = strong ? 'HANDLE' : 'WEAK_HANDLE';
  if (strong && !ref.callable) layout.good = false;
  const slot = strong && !ref.callable ? NOTHING : { node: ref.node, strong };
  layout.add({ type, at: layout.at, handle: draft.handle(ref) }, slot, 24);
};

const addFd = (draft: Draft, layout: Layout): void => {
  const { dice } = draft;
  const known = dice.chance(92);
  const fd = known ? { file: dice.below(3) } : { number: 9000 + dice.below(3) };
  if (!known || !layout.takesFds) layout.good = false;
  layout.add({ type: 'FD', at: layout.at, fd }, NOTHING, 24);
};

const align8 = (size: number): number => (size + 7) & ~7;
const filler = (draft: Draft, bytes: number): string =>
  'a1b2c3d4e5f60718'
    .repeat(8)
    .slice(0, bytes * 2)
    .padEnd(bytes * 2, draft.dice.chance(50) ? '5a' : '0');

/** A small scatter-gather tree: a parent, then perhaps children or a descriptor array in it. Answers the space it needs. */
const addPieces = (draft: Draft, layout: Layout): number => {
  const { dice } = draft;
  const parentSlot = layout.objects.length;
  const length = dice.pick([0, 4, 8, 16, 16, 24, 32, 32, 64]);
  let space = align8(length);
  const kind = dice.below(10);
  if (kind < 4 || length < 8) {
    // Only the lowest flag of a piece means anything (UAPI-13).
    const flags = dice.chance(8) ? { flags: 2 } : {};
    layout.add({ type: 'PTR', at: layout.at, ...flags, bytes: filler(draft, length) }, NOTHING, 40);
    return space;
  }
  if (kind < (layout.takesFds ? 6 : 8)) {
    layout.add({ type: 'PTR', at: layout.at, bytes: filler(draft, length) }, NOTHING, 40);
    let offset = dice.chance(80) ? 0 : dice.below(length);
    if (layout.objects[parentSlot]?.at === 0) layout.good = false;
    const children = dice.between(1, 3);
    for (let child = 0; child < children; child++) {
      const own = dice.pick([0, 8, 8, 16, 20]);
      const object: ObjectSpec = {
        type: 'PTR',
        at: layout.at,
        flags: 1,
        bytes: filler(draft, own),
        parent: parentSlot,
        parentOffset: offset,
      };
      if (offset > length - 8 || offset % 4 !== 0) layout.good = false;
      layout.add(object, NOTHING, 40);
      space += align8(own);
      const apart = dice.chance(85);
      if (!apart && child + 1 < children) layout.good = false;
      offset += apart ? 8 : 4;
    }
    return space;
  }
  const count = dice.below(Math.min(4, length >> 2) + 1);
  const offset = dice.chance(75) ? 0 : 4;
  if (layout.at === 0 || offset + count * 4 > length || (count > 0 && !layout.takesFds)) layout.good = false;
  const fds = Array.from({ length: count }, (_, at) => ({
    at: offset + at * 4,
    fd: { file: dice.below(3) },
  }));
  layout.add({ type: 'PTR', at: layout.at, bytes: filler(draft, length), fds }, NOTHING, 40);
  layout.add({ type: 'FDA', at: layout.at, numFds: count, parent: parentSlot, parentOffset: offset }, NOTHING, 32);
  return space;
};

/** Draws a message of `file` for `to`; `descriptors` says whether the receiver takes descriptors. */
export const drawMessage = (draft: Draft, file: LiteFile, to: LiteFile | undefined, takesFds: boolean): Drawn => {
  const { dice } = draft;
  if (dice.chance(64)) {
    const size = sizeFor(draft, to);
    const roll = dice.below(4);
    const spec: MessageSpec =
      roll === 0 || size === 0
        ? { size }
        : roll === 1
          ? { size, bytes: 'c0ffee11'.slice(0, Math.min(8, size * 2)) }
          : { size, fill: dice.below(256) };
    return { spec, slots: NO_SLOTS, size, good: true };
  }
  const layout = new Layout(dice.chance(80) ? 0 : dice.pick([4, 8, 8, 12]), takesFds);
  const count = dice.chance(70) ? 1 : dice.between(2, 4);
  let space = 0;
  let scattered = false;
  for (let index = 0; index < count; index++) {
    const kind = dice.below(draft.full ? 12 : 9);
    if (kind < 5) addBinder(draft, layout, file);
    else if (kind < 9) addHandle(draft, layout, file);
    else if (kind < 10) {
      if (takesFds || dice.chance(25)) addFd(draft, layout);
      else addBinder(draft, layout, file);
    } else if (!draft.scatters) addHandle(draft, layout, file);
    else {
      // Data offset 0 is never a parent (OBJ-33), so most trees start behind something.
      if (layout.at === 0 && dice.chance(75)) layout.at = 8;
      space += addPieces(draft, layout);
      scattered = true;
    }
    if (dice.chance(12)) layout.at += dice.pick([4, 8, 12]);
  }
  const size = layout.at + (dice.chance(15) ? dice.pick(SMALL) : 0);
  const { objects, slots } = layout;
  if (!scattered && !(draft.full && dice.chance(4))) return { spec: { size, objects }, slots, size, good: layout.good };
  const buffersSize = Math.max(0, space + (dice.chance(10) ? dice.pick([-8, 8, 16, 4]) : 0));
  const good = layout.good && buffersSize >= space && buffersSize % 8 === 0;
  return { spec: { size, objects, buffersSize }, slots, size: size + buffersSize, good };
};
