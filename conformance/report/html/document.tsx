/** The file: markup, styles, data and script in one, so that it opens anywhere and forever. */
import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { STYLE } from './style.ts';

/** JSON that cannot end the element it is written into, nor begin another. */
export const embeddable = (value: unknown): string =>
  JSON.stringify(value).replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');

/** A script, and the digest by which the browser knows it. */
export interface PageScript {
  readonly text: string;
  readonly sha256: string;
}

/** What a page is made of. */
export interface PageParts {
  readonly title: string;
  /** Styles besides those of every page. */
  readonly style?: string;
  /** What is seen without the script. */
  readonly body: VNode;
  /** What the script reads. */
  readonly data: unknown;
  /** The only script that the browser is allowed to run. */
  readonly script: PageScript;
}

/** A page as one text. */
export const documentOf = ({ title, style = '', body, data, script }: PageParts): string =>
  `<!doctype html>\n${renderToString(
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta
          http-equiv="Content-Security-Policy"
          content={`default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${script.sha256}'; base-uri 'none'; form-action 'none'`}
        />
        <meta name="referrer" content="no-referrer" />
        <title>{title}</title>
        <style dangerouslySetInnerHTML={{ __html: STYLE + style }} />
      </head>
      <body>
        <div id="root">{body}</div>
        <script id="data" type="application/json" dangerouslySetInnerHTML={{ __html: embeddable(data) }} />
        <script dangerouslySetInnerHTML={{ __html: script.text }} />
      </body>
    </html>,
  )}\n`;
