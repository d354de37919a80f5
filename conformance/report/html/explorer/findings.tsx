/** What the exploration found, with the way to the state in which it shows. */
import type { ExplorerData } from './data.ts';
import { hashOf } from './route.ts';

/** A line for each; nothing where nothing was found. */
export const Findings = ({ data: { findings } }: { readonly data: ExplorerData }) =>
  findings.length === 0 ? null : (
    <ul class="findings" aria-label="What the exploration found">
      {findings.map(({ id, says, state }, at) => (
        <li key={at}>
          <b>{id}</b> <span>{says}</span>{' '}
          {state === null ? <span class="faint">not on this page</span> : <a href={hashOf({ state })}>state {state}</a>}
        </li>
      ))}
    </ul>
  );
