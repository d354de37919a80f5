/** An encoded call as the agent's segments and relocations. */
import type { Image } from '../../../abi/image.ts';
import type { OpenFile } from './open-file.ts';
import type { Relocation, Segment } from './program.ts';

/** The agent's segments for an image: one for everything, and one for each part that ends at a page of its own. */
export const placesOf = (
  image: Image,
  read: number,
): {
  readonly segments: readonly Segment[];
  readonly of: (segment: number) => { readonly segment: number; readonly offset: number; readonly length: number };
  readonly relocations: (file: OpenFile) => readonly Relocation[];
} => {
  const tail = read >= 0 ? image.segments[read] : undefined;
  const segments: Segment[] = [{ bytes: image.bytes.subarray(0, tail?.start ?? image.end), length: image.end }];
  const guarded = new Map<number, number>();
  image.segments.forEach(({ start, length, guarded: apart }, segment) => {
    if (!apart) return;
    guarded.set(segment, segments.length);
    segments.push({ bytes: image.bytes.subarray(start, start + length), guarded: true });
  });
  const of = (segment: number): { segment: number; offset: number; length: number } => {
    const { start, length } = image.segments[segment] as { start: number; length: number };
    const own = guarded.get(segment);
    return own === undefined ? { segment: 0, offset: start, length } : { segment: own, offset: 0, length };
  };
  /** The agent's place of a position in the image. */
  const placeOf = (at: number): { segment: number; offset: number } => {
    for (const [segment, own] of guarded) {
      const { start, length } = image.segments[segment] as { start: number; length: number };
      if (at >= start && at < start + length) return { segment: own, offset: at - start };
    }
    return { segment: 0, offset: at };
  };
  return {
    segments,
    of,
    relocations: file =>
      image.relocations.map(({ at, to }) => {
        if ('mapping' in to) return { ...placeOf(at), value: file.address(to.mapping) };
        const target = of(to.segment);
        return { ...placeOf(at), value: { segment: target.segment, add: target.offset + to.addend } };
      }),
  };
};
