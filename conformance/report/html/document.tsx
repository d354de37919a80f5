/** The file: markup, styles, data and script in one, so that it opens anywhere and forever. */
import { renderToString } from 'preact-render-to-string';
import { App } from './app.tsx';
import type { PageData } from './data.ts';
import { STYLE } from './style.ts';

/** JSON that cannot end the element it is written into, nor begin another. */
export const embeddable = (value: unknown): string =>
  JSON.stringify(value).replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');

/** The page with its script, the only one that the browser is allowed to run; without scripts it shows the overview. */
export const documentOf = (data: PageData, script: string, sha256: string): string =>
  `<!doctype html>\n${renderToString(
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta
          http-equiv="Content-Security-Policy"
          content={`default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${sha256}'; base-uri 'none'; form-action 'none'`}
        />
        <meta name="referrer" content="no-referrer" />
        <title>{`${data.verdict} · ${data.target.name} · binder-spec`}</title>
        <style dangerouslySetInnerHTML={{ __html: STYLE }} />
      </head>
      <body>
        <div id="root">
          <App data={data} />
        </div>
        <script id="data" type="application/json" dangerouslySetInnerHTML={{ __html: embeddable(data) }} />
        <script dangerouslySetInnerHTML={{ __html: script }} />
      </body>
    </html>,
  )}\n`;
