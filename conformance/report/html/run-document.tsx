/** The file of a run. */
import { App } from './app.tsx';
import type { PageData } from './data.ts';
import { documentOf, type PageScript } from './document.tsx';

/** The page of a run; without its script it shows the overview. */
export const runDocument = (data: PageData, script: PageScript): string =>
  documentOf({
    title: `${data.verdict} · ${data.target.name} · binder-spec`,
    body: <App data={data} />,
    data,
    script,
  });
