/** The script of the explorer page: takes the graph off its shelf and draws. */
import { render } from 'preact';
import { wearRemembered } from '../theme.tsx';
import { ExplorerApp } from './app.tsx';
import type { ExplorerData } from './data.ts';
import { unshelve, type Shelf } from './shelf.ts';

wearRemembered();
const data = document.getElementById('data');
const root = document.getElementById('root');
if (data !== null && root !== null) {
  root.replaceChildren();
  render(<ExplorerApp data={unshelve(JSON.parse(data.textContent ?? '') as Shelf) as ExplorerData} />, root);
}
