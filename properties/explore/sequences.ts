/** A graph as sequences for a driver that cannot be asked between two steps: each edge is in one of them. */
import type { OpLog } from '../../abi/op.ts';
import type { State } from '../../model/model.ts';
import type { BinderSystem } from './binder.ts';
import { trailAlong, wayTo } from './path.ts';
import { NO_STATE, type StateStore } from './store.ts';
import { Trail } from './trail.ts';
import { Words } from './words.ts';

/**
 * The shortest way to each state that was expanded, with each of its calls behind it. What leads to a state that was
 * met there first is left out: the sequences of that state begin with it.
 */
export function* everyEdge(system: BinderSystem, store: StateStore, expanded: number): Generator<OpLog> {
  const row = new Words();
  const numberOf = (state: State): number => {
    row.clear();
    system.pack(state, row);
    return store.find(row);
  };
  const entered = new Set<number>();
  for (let from = 0; from < expanded; from++) {
    if (!store.has(from)) continue;
    const trail = trailAlong(system, store, wayTo(store, from));
    const logs: OpLog[] = [];
    system.calls(trail.state, call => {
      const longer = new Trail(system.configuration, trail);
      longer.follow(call);
      const to = numberOf(longer.state);
      if (to !== NO_STATE && to < expanded && store.parentOf(to) === from && !entered.has(to)) entered.add(to);
      else logs.push(longer.log(`an edge of state ${from}`));
    });
    yield* logs;
  }
}
