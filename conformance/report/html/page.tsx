/** The script of the page: reads the data written into it and draws. */
import { render } from 'preact';
import { App } from './app.tsx';
import type { PageData } from './data.ts';
import { wearRemembered } from './theme.tsx';

wearRemembered();
const data = document.getElementById('data');
const root = document.getElementById('root');
if (data !== null && root !== null) {
  root.replaceChildren();
  render(<App data={JSON.parse(data.textContent ?? '') as PageData} />, root);
}
