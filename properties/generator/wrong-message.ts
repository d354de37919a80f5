/** Messages that are wrong on purpose. */
import type { HandleRef, MessageSpec, ObjectSpec } from '../../abi/op.ts';
import type { Draft } from './draft.ts';
import { NODE_SLOTS, type LiteFile } from './lite.ts';
import { hugeSize } from './message.ts';

/** Dead, foreign or never given: a number, or what somebody else received. */
export const strayHandle = (draft: Draft, file: LiteFile): HandleRef => {
  const { dice, model, ops } = draft;
  const roll = dice.below(6);
  if (roll < 2) return dice.pick([9999, 1, 2, 3, 0xffffffff, 100]);
  const other = dice.pick(model.files);
  if (roll < 4 && other !== file && other.refs.length > 0) return draft.handle(dice.pick(other.refs));
  return { of: 1 + dice.below(ops.length) };
};

/** A message that no driver takes. */
export const badMessage = (draft: Draft, file: LiteFile): MessageSpec => {
  const { dice } = draft;
  const node = file.node(dice.below(NODE_SLOTS));
  const good: ObjectSpec = { type: 'BINDER', at: 0, ptr: node.ptr, cookie: node.cookie };
  switch (dice.below(draft.scatters ? 19 : draft.full ? 14 : 13)) {
    case 0:
      return { size: hugeSize(draft) };
    case 1:
      return { size: 8, offsetsSize: dice.pick([4, 3, 12]), offsets: [0, 0] };
    case 2:
      return { size: dice.pick([8, 4096]), dataAt: 'bad' };
    case 3:
      return { size: dice.pick([0, 8]), dataAt: 'null' };
    case 4:
      if (dice.chance(40)) return { size: 48, objects: [{ ...good, at: dice.pick([0, 8]) }], dataAt: 'bad' };
      return { size: 24, offsets: [0], offsetsAt: dice.pick(['bad', 'null'] as const) };
    case 5:
      // A whole object where none may begin (OBJ-03), and the beginning of one that the data cut short (OBJ-04).
      if (dice.chance(30)) return { size: 64, objects: [{ ...good, at: dice.pick([1, 2, 6]) }] };
      if (dice.chance(30)) return { size: 32, objects: [{ type: 'RAW', at: 24, bytes: '852a627300000000' }] };
      return { size: 64, objects: [good], offsets: [dice.pick([2, 1, 44, 64, 65, 62, 41])] };
    case 6:
      return {
        size: 64,
        objects: [good],
        offsets: dice.pick([
          [24, 0],
          [0, 8],
          [0, 0],
          [0, 23],
        ]),
      };
    case 7:
      return {
        size: 32,
        objects: [{ type: 'RAW', at: 0, bytes: dice.pick(['00000000', '852a6274', 'ffffffff']) }],
        offsets: [0],
      };
    case 8:
      return { size: 24, objects: [{ type: 'BINDER', at: 0, ptr: node.ptr, cookie: node.cookie + 1 }] };
    case 9:
      return { size: 48, objects: [good, { type: 'HANDLE', at: 24, handle: strayHandle(draft, file) }] };
    case 10:
      return {
        size: 24,
        objects: [{ type: dice.pick(['HANDLE', 'WEAK_HANDLE'] as const), at: 0, handle: strayHandle(draft, file) }],
      };
    case 11:
      return { size: 48, objects: [good, { type: 'WEAK_BINDER', at: 24, ptr: node.ptr, cookie: 7 }] };
    case 12:
      return { size: 8, buffersSize: dice.pick([4, '0xfffffffffffffff8', 1 << 23, 12]) };
    case 13:
      return { size: 24, objects: [{ type: 'FD', at: 0, fd: { number: dice.pick([9999, 0x7fffffff]) } }] };
    case 14:
      return {
        size: 48,
        objects: [{ type: 'PTR', at: 8, bytes: '00112233', bad: true, length: 8 }],
        buffersSize: dice.pick([8, 0]),
      };
    case 15: {
      const parent = dice.pick([0, 1, 2, 9]);
      const parentOffset = dice.pick([0, 2, 4, 9, 12, 16]);
      const first: ObjectSpec = { type: 'PTR', at: dice.pick([0, 8]), bytes: '0011223344556677'.repeat(2) };
      const child: ObjectSpec = { type: 'PTR', at: 48, flags: 1, bytes: '5a5a5a5a', parent, parentOffset };
      return { size: 88, objects: [first, child], buffersSize: 24 };
    }
    case 16: {
      const first: ObjectSpec = { type: 'PTR', at: 8, bytes: '00'.repeat(16) };
      const array: ObjectSpec = {
        type: 'FDA',
        at: 48,
        numFds: dice.pick([0, 1, 4, 5, '0x3fffffffffffffff']),
        parent: dice.pick([0, 0, 1, 7]),
        parentOffset: dice.pick([0, 2, 4, 0x10000000000]),
      };
      return { size: 80, objects: [first, array], buffersSize: 16 };
    }
    case 17: {
      // What follows an array must lie behind it, even behind an empty one (OBJ-34, OBJ-35).
      const objects: ObjectSpec[] = [
        { type: 'PTR', at: 8, bytes: '00'.repeat(32) },
        { type: 'FDA', at: 48, numFds: 0, parent: 0, parentOffset: dice.pick([8, 16]) },
        { type: 'PTR', at: 80, flags: 1, bytes: '22'.repeat(8), parent: 0, parentOffset: dice.pick([0, 8]) },
      ];
      return { size: 120, objects, buffersSize: 40 };
    }
    default: {
      const kids = dice.pick([
        [16, 0],
        [16, 20],
        [8, 8],
        [0, 4],
      ]);
      const objects: ObjectSpec[] = [{ type: 'PTR', at: 8, bytes: '00'.repeat(32) }];
      kids.forEach((parentOffset, index) => {
        objects.push({ type: 'PTR', at: 48 + 40 * index, flags: 1, bytes: '11'.repeat(8), parent: 0, parentOffset });
      });
      return { size: 128, objects, buffersSize: 48 };
    }
  }
};
