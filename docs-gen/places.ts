/** Where the specification names its rules: the way from the rule book to the code. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { AREAS } from '../model/rules.ts';

/** Lines, in ascending order, of one file of the repository. */
export interface Place {
  /** Path from the root of the repository. */
  readonly file: string;
  readonly lines: readonly number[];
}

/** The places of every id that occurs, by id. */
export type Places = ReadonlyMap<string, readonly Place[]>;

const ID = new RegExp(`\\b(?:${Object.keys(AREAS).join('|')})-\\d{2}\\b`, 'g');

/** The ids in one line of text, each once. */
export const idsIn = (line: string): readonly string[] => [...new Set(line.match(ID))];

/** Every file of the specification but the registry itself, in alphabetical order. */
const sources = (root: string): readonly string[] =>
  readdirSync(path.join(root, 'model'), { recursive: true, encoding: 'utf8' })
    .map(file => `model/${file.replaceAll(path.sep, '/')}`)
    .filter(file => file.endsWith('.ts') && file !== 'model/rules.ts' && !file.startsWith('model/rules/'))
    .sort();

/** Reads `model/` below `root` and finds every id in it. */
export const placesIn = (root: string): Places => {
  const places = new Map<string, Place[]>();
  for (const file of sources(root)) {
    const found = new Map<string, number[]>();
    readFileSync(path.join(root, file), 'utf8')
      .split('\n')
      .forEach((line, index) => {
        for (const id of idsIn(line)) found.set(id, [...(found.get(id) ?? []), index + 1]);
      });
    for (const [id, lines] of found) places.set(id, [...(places.get(id) ?? []), { file, lines }]);
  }
  return places;
};
