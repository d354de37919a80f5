/** The scripts of the pages, each in one piece. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import type { PageScript } from './html/document.tsx';

const bundled = new Map<string, PageScript>();

/** A page by the place of its first file under html/. */
export type PageName = 'page' | 'explorer/page';

/** The script of a page: bundled once in the life of a process, from the files that lie beside this one. */
export const pageScript = (page: PageName): PageScript => {
  const before = bundled.get(page);
  if (before !== undefined) return before;
  const compiled = fileURLToPath(new URL(`./html/${page}.js`, import.meta.url));
  const { outputFiles } = buildSync({
    entryPoints: [existsSync(compiled) ? compiled : compiled.replace(/js$/, 'tsx')],
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    charset: 'ascii',
    logLevel: 'silent',
  });
  const text = outputFiles[0]?.text ?? '';
  const script = { text, sha256: createHash('sha256').update(text).digest('base64') };
  bundled.set(page, script);
  return script;
};
