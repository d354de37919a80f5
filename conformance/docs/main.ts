/** `npm run docs`: writes the generated files of docs/. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pages } from './pages.ts';

for (const { path: file, text } of pages()) {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  process.stdout.write(`${file}\n`);
}
