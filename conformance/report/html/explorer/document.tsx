/** The file of an exploration. */
import { documentOf, type PageScript } from '../document.tsx';
import { ExplorerApp } from './app.tsx';
import type { ExplorerData } from './data.ts';
import { shelve } from './shelf.ts';
import { EXPLORER_STYLE } from './style.ts';

/** The explorer page; without its script it shows the state in which everything begins. */
export const explorerDocument = (data: ExplorerData, script: PageScript): string =>
  documentOf({
    title: `${data.title} · binder-spec`,
    style: EXPLORER_STYLE,
    body: <ExplorerApp data={data} />,
    data: shelve(data),
    script,
  });
