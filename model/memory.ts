/**
 * What the bytes of an arena are. Nothing is ever cleaned on reuse (ALLOC-35): a page is zero when it is populated,
 * and after that holds what was written last, also by messages that failed (ALLOC-36).
 */
import { PAGE } from '../abi/ids.ts';
import { withArena } from './record.ts';
import type { Arena, FileKey, Span } from './state.ts';
import type { Turn } from './turn.ts';
import { pagesOf } from './page.ts';

/** The spans with one more on top; those that it covers go. */
const laid = (spans: readonly Span[], span: Span): readonly Span[] => {
  const end = span.at + span.length;
  const kept = spans.filter(({ at, length }) => at < span.at || at + length > end);
  kept.push(span);
  return kept;
};

/** Writes bytes at an offset of the arena. */
export const poke = (t: Turn, file: FileKey, at: number, bytes: string): void => {
  if (bytes.length === 0) return;
  const { arena } = t.file(file);
  t.changeFile(file, {
    arena: withArena(arena, { spans: laid(arena.spans, { at, length: bytes.length >> 1, bytes }) }),
  });
};

/** A copy of `length` bytes that faulted at its first byte: zeros, up to the end of the page that it was filling. */
export const faulted = (t: Turn, file: FileKey, at: number, length: number): void => {
  const end = Math.min(at + length, (Math.floor(at / PAGE) + 1) * PAGE);
  t.fire('ALLOC-36');
  poke(t, file, at, '00'.repeat(end - at));
};

/** `length` zero bytes on top of some spans. */
export const zeroed = (spans: readonly Span[], at: number, length: number): readonly Span[] =>
  laid(spans, { at, length, bytes: '' });

/** ALLOC-29: whether user space can read that part of the mapping. */
export const canRead = (arena: Arena, at: number, length: number): boolean => {
  const [first, end] = pagesOf(at, length);
  return (
    arena.readable &&
    arena.populated.some(([low, high]) => low <= first && end <= high) &&
    arena.gone.every(([low, high]) => high <= first || end <= low) &&
    arena.hidden.every(([low, high]) => high <= first || end <= low)
  );
};

/** ALLOC-29, ALLOC-30: the bytes as user space reads them; `null` for a bus error or no mapping. */
export const peek = (t: Turn, file: FileKey, at: number, length: number): string | null => {
  const { arena } = t.file(file);
  t.fire('ALLOC-29');
  if (!canRead(arena, at, length)) return null;
  t.fire('ALLOC-30', 'ALLOC-35');
  return bytesAt(arena, at, length);
};

/** Hex of populated memory. */
export const bytesAt = (arena: Arena, at: number, length: number): string => {
  const text = new Array<string>(length).fill('00');
  for (const span of arena.spans) {
    const from = Math.max(span.at, at);
    const to = Math.min(span.at + span.length, at + length);
    for (let byte = from; byte < to; byte++) {
      const place = (byte - span.at) * 2;
      text[byte - at] = span.bytes === '' ? '00' : span.bytes.slice(place, place + 2);
    }
  }
  return text.join('');
};
