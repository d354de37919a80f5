/** Part of `npm run docs`: writes docs/rules.md. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ruleBook } from './book.ts';
import { placesIn } from './places.ts';

/** Two folders up from the compiled file, which lies in dist/docs-gen/. */
const root = fileURLToPath(new URL('../..', import.meta.url));
const file = 'docs/rules.md';

mkdirSync(path.join(root, 'docs'), { recursive: true });
writeFileSync(path.join(root, file), ruleBook(placesIn(root)));
process.stdout.write(`${file}\n`);
