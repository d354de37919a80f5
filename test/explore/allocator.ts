/**
 * The buffer space of one mapping alone, over the functions of model/buffer.ts: what allocator.pml says a second time.
 *
 * A state is what the rules ALLOC-12 to ALLOC-25 speak of: where buffers and free regions lie, which buffers are
 * oneways, what is left for oneways, and the order in which the free regions became free.
 */
import type { System } from '../../properties/explore/system.ts';
import { allocate, giveBack, newArena, type Request } from '../../model/buffer.ts';
import { withArena, withFile } from '../../model/record.ts';
import type { Arena, Buffer, State } from '../../model/state.ts';
import { Turn } from '../../model/turn.ts';
import { setUp } from '../../properties/explore/setup.ts';

/** Bytes of a unit. */
const UNIT = 8;

/** Messages by the bytes of their data and of their offsets, as allocator.pml sends them. */
const MESSAGES: readonly (readonly [number, number])[] = [
  [0, 0],
  [5, 0],
  [8, 8],
  [17, 0],
];

const requestOf = (dataSize: number, offsetsSize: number, async: boolean): Request => ({
  id: 1,
  dataSize,
  offsetsSize,
  extraSize: 0,
  async,
  clearOnFree: false,
  sender: 0,
  targetNode: 0,
});

/** A buffer of so many bytes whose message nobody asks for. */
const bufferOf = (dataSize: number, async: boolean): Buffer => ({
  id: 1,
  dataSize,
  offsetsSize: 0,
  extraSize: 0,
  async,
  clearOnFree: false,
  userMayFree: false,
  sender: 0,
  transaction: 1,
  targetNode: 0,
  held: [],
});

/** Free regions from the one that became free earliest. */
const byAge = ({ regions }: Arena): readonly Arena['regions'][number][] =>
  regions.filter(({ buffer }) => buffer === null).sort((one, other) => one.freed - other.freed);

/** The system of a mapping of so many units. */
export const allocator = (units: number): System<Arena> => {
  const { state: around } = setUp({
    title: 'a process that receives',
    processes: [{ name: 'receiver', threads: 1, nodes: 0 }],
    sizes: [],
    mapping: 4096,
    alphabet: [],
    limits: { transactions: 0, buffers: 0, counts: 0, deaths: 0, unread: 0 },
  });
  const [file] = around.files as [State['files'][number]];
  const size = units * UNIT;
  const first = withArena(newArena(4096, true), {
    size,
    regions: [{ offset: 0, size, freed: 0, buffer: null }],
    freeAsync: size / 2,
  });

  /** Every arena that a step may lead to: once for each answer to what it is free in. */
  const outcomes = (arena: Arena, step: (turn: Turn) => void): readonly Arena[] => {
    const state: State = { ...around, files: [withFile(file, { arena })] };
    const run = (answers: readonly number[]): Turn => {
      const turn = new Turn(state, 1, answers);
      step(turn);
      return turn;
    };
    const turn = run([]);
    const others = Array.from({ length: (turn.asked[0] ?? 1) - 1 }, (_, at) => run([at + 1]));
    return [turn, ...others].map(each => each.file(file.key).arena);
  };

  return {
    initial: () => [first],
    next: (arena, emit) => {
      for (const async of [false, true]) {
        for (const [data, offsets] of MESSAGES) {
          const request = requestOf(data, offsets, async);
          for (const next of outcomes(arena, turn => void allocate(turn, file.key, request))) emit(next, 0);
        }
      }
      for (const { offset, buffer } of arena.regions) {
        if (buffer === null) continue;
        for (const next of outcomes(arena, turn => giveBack(turn, file.key, offset))) emit(next, 0);
      }
    },
    pack: (arena, into) => {
      const ages = byAge(arena);
      into.put(arena.freeAsync / UNIT);
      into.put(arena.regions.length);
      for (const region of arena.regions) {
        into.put(region.size / UNIT);
        into.put(region.buffer === null ? 2 + ages.indexOf(region) : region.buffer.async ? 1 : 0);
      }
    },
    unpack: from => {
      const freeAsync = from.take() * UNIT;
      const count = from.take();
      let offset = 0;
      const regions = Array.from({ length: count }, () => {
        const bytes = from.take() * UNIT;
        const kind = from.take();
        const buffer = kind < 2 ? bufferOf(bytes, kind === 1) : null;
        const region = { offset, size: bytes, freed: kind - 2, buffer };
        offset += bytes;
        return region;
      });
      return withArena(first, { regions, freeAsync, nextFreed: count });
    },
  };
};
