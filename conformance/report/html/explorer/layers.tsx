/** How many states there are at each depth, and where the one that is looked at stands. */
import type { GraphState } from './data.ts';
import { hashOf } from './route.ts';

/** A bar for each depth; pressing one goes to its first state. */
export const Layers = ({ states, here }: { readonly states: readonly GraphState[]; readonly here: number }) => {
  const layers: { readonly first: number; count: number }[] = [];
  states.forEach(({ depth }, at) => {
    const layer = layers[depth];
    if (layer === undefined) layers[depth] = { first: at, count: 1 };
    else layer.count++;
  });
  const most = Math.max(...layers.map(({ count }) => count));
  return (
    <>
      <p class="layers-says" aria-hidden="true">
        states at each depth, 0 to {layers.length - 1}
      </p>
      <ol class="layers" aria-label="States at each depth">
        {layers.map(({ first, count }, depth) => (
          <li key={depth}>
            <a
              href={hashOf({ state: first })}
              aria-current={states[here]?.depth === depth ? 'true' : undefined}
              aria-label={`depth ${depth}: ${count} ${count === 1 ? 'state' : 'states'}`}
              title={`depth ${depth}: ${count} ${count === 1 ? 'state' : 'states'}`}
            >
              <i style={{ height: `${Math.max(6, Math.round((100 * count) / most))}%` }} />
            </a>
          </li>
        ))}
      </ol>
    </>
  );
};
