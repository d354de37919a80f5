/** Editing the file of known failures as a person would: what nobody asked to change, comments included, stays as it is. */
import { isDeepStrictEqual } from 'node:util';
import { stringify } from 'smol-toml';
import { UsageError } from '../exit.ts';
import { parseKnown, type KnownEntry } from './file.ts';

const BEGINS = /^[ \t]*\[\[[ \t]*known[ \t]*\]\]/;

/** The text of an empty file. */
export const EMPTY = 'version = 1\n';

/** What stands before the first entry, and the text of each: from its header to the comments above the next. */
const blocksOf = (text: string): { readonly head: string; readonly blocks: readonly string[] } => {
  const lines = text.split(/(?<=\n)/);
  const starts = lines.flatMap((line, at) => (BEGINS.test(line) ? [at] : []));
  // Comments directly above an entry are about it.
  const from = starts.map(at => {
    let first = at;
    while (first > 0 && /^[ \t]*#/.test(lines[first - 1] as string)) first--;
    return first;
  });
  return {
    head: lines.slice(0, from[0] ?? lines.length).join(''),
    blocks: from.map((at, index) => lines.slice(at, from[index + 1] ?? lines.length).join('')),
  };
};

/** The text of an entry. */
export const formatEntry = (entry: KnownEntry): string => `[[known]]\n${stringify(entry)}`;

/** The line of a field, given a new value; other lines keep theirs. */
const withField = (block: string, field: 'req' | 'signature', value: string): string => {
  const line = stringify({ [field]: value }).trimEnd();
  return block.replace(new RegExp(`^[ \\t]*${field}[ \\t]*=[^\\n]*`, 'm'), () => line);
};

/** What becomes of an entry: dropped, or its rule and signature replaced. Absent: it stays. */
export type Edit = 'drop' | Pick<KnownEntry, 'req' | 'signature'>;

/**
 * The file with edits by number of the entry, and with further entries at its end. Throws `UsageError` where the text
 * is so unusual that cutting it would change something else.
 */
export const edited = (
  file: string,
  text: string,
  edits: ReadonlyMap<number, Edit>,
  added: readonly KnownEntry[] = [],
): string => {
  const before = parseKnown(file, text);
  const { head, blocks } = blocksOf(text);
  const parts = blocks.flatMap((block, at) => {
    const edit = edits.get(at);
    if (edit === 'drop') return [];
    return [edit === undefined ? block : withField(withField(block, 'req', edit.req), 'signature', edit.signature)];
  });
  let after = head + parts.join('');
  for (const entry of added) after += `${after.endsWith('\n') || after === '' ? '' : '\n'}\n${formatEntry(entry)}`;
  const wanted = [
    ...before.flatMap((entry, at) => {
      const edit = edits.get(at);
      return edit === 'drop' ? [] : [{ ...entry, ...edit }];
    }),
    ...added,
  ];
  // Cutting text is safe only when reading it again gives what was wanted.
  if (blocks.length === before.length && isDeepStrictEqual(parseKnown(file, after), wanted)) return after;
  throw new UsageError(`${file}: written in a way that cannot be edited safely: use one [[known]] table an entry`);
};
