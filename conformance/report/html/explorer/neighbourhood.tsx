/** The states around one, drawn in a column for each depth: those that lead here, those that it leads to, and its shortest log. */
import { useEffect, useRef } from 'preact/hooks';
import type { ExplorerData } from './data.ts';
import { wayTo } from './graph.ts';
import { hashOf } from './route.ts';

const WIDTH = 64;
const HEIGHT = 26;
const COLUMN = 100;
const ROW = 38;
const TOP = 30;
/** States of one column that are drawn. */
const MOST = 9;
/** States of the shortest log that are drawn. */
const BEFORE = 3;

type Kind = 'here' | 'way' | 'parent' | 'child';

interface Drawn {
  readonly state: number;
  readonly kind: Kind;
  readonly x: number;
  readonly y: number;
}

interface Column {
  readonly depth: number;
  readonly drawn: readonly Drawn[];
  /** States that are not drawn for want of room. */
  readonly more: number;
}

/** The nearer a state is to the walk, the surer it is drawn. */
const ORDER: readonly Kind[] = ['here', 'way', 'child', 'parent'];

const columnsOf = (data: ExplorerData, here: number, parents: readonly number[]): readonly Column[] => {
  const kinds = new Map<number, Kind>([[here, 'here']]);
  const meet = (state: number, kind: Kind): void => {
    if (!kinds.has(state)) kinds.set(state, kind);
  };
  for (const { state } of wayTo(data, here).slice(-BEFORE)) meet(state, 'way');
  for (const { to } of data.states[here]?.steps ?? []) if (to !== null) meet(to, 'child');
  for (const state of parents) meet(state, 'parent');
  const byDepth = new Map<number, { state: number; kind: Kind }[]>();
  for (const [state, kind] of kinds) {
    const depth = data.states[state]?.depth ?? 0;
    byDepth.set(depth, [...(byDepth.get(depth) ?? []), { state, kind }]);
  }
  const all = [...byDepth].sort(([a], [b]) => a - b);
  const tallest = Math.max(...all.map(([, column]) => Math.min(column.length, MOST)));
  return all.map(([depth, column], at) => {
    const shown = column
      .sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || a.state - b.state)
      .slice(0, MOST);
    const top = TOP + ((tallest - shown.length) * ROW) / 2;
    return {
      depth,
      drawn: shown.map((each, row) => ({ ...each, x: at * COLUMN, y: top + row * ROW })),
      more: column.length - shown.length,
    };
  });
};

/** A curve between two states: to the right, or around where a step leads back or stays at its depth. */
const curve = (a: Drawn, b: Drawn): string => {
  const [ay, by] = [a.y + HEIGHT / 2, b.y + HEIGHT / 2];
  if (b.x > a.x) {
    const [from, to] = [a.x + WIDTH, b.x - 3];
    const bend = (to - from) / 2;
    return `M${from} ${ay} C${from + bend} ${ay} ${to - bend} ${by} ${to} ${by}`;
  }
  if (b.x === a.x) {
    const side = a.x + WIDTH;
    return `M${side} ${ay} C${side + 30} ${ay} ${side + 30} ${by} ${side + 3} ${by}`;
  }
  const [from, to] = [a.x, b.x + WIDTH + 3];
  return `M${from} ${ay + 6} C${from - 30} ${ay + 18} ${to + 30} ${by + 18} ${to} ${by + 6}`;
};

/** The drawing; every state in it is a link. */
export const Neighbourhood = ({
  data,
  here,
  parents,
  pointed,
}: {
  readonly data: ExplorerData;
  readonly here: number;
  readonly parents: readonly (readonly number[])[];
  /** The state that a step under the pointer leads to. */
  readonly pointed: number | null;
}) => {
  const scroller = useRef<HTMLDivElement>(null);
  const columns = columnsOf(data, here, parents[here] ?? []);
  const drawn = columns.flatMap(column => column.drawn);
  const at = new Map(drawn.map(each => [each.state, each]));
  const onWay = new Set(wayTo(data, here).map(({ state }) => state)).add(here);
  const edges = drawn.flatMap(from => {
    const goals = new Set((data.states[from.state]?.steps ?? []).map(({ to }) => to));
    return [...goals].flatMap(goal => {
      const to = goal === null || goal === from.state ? undefined : at.get(goal);
      // Steps between two others are left out: they are not about this state.
      const isWay = to !== undefined && onWay.has(to.state) && data.states[to.state]?.parent?.state === from.state;
      if (to === undefined || (from.state !== here && to.state !== here && !isWay)) return [];
      return [{ from, to, isWay }];
    });
  });
  const focus = at.get(here);
  useEffect(() => {
    const { current } = scroller;
    if (current !== null && focus !== undefined) {
      current.scrollLeft = focus.x + WIDTH / 2 - current.clientWidth / 2;
      current.scrollTop = focus.y + HEIGHT / 2 - current.clientHeight / 2;
    }
  }, [here]);
  const width = (columns.length - 1) * COLUMN + WIDTH + 40;
  const rows = Math.max(...columns.map(column => column.drawn.length + (column.more > 0 ? 1 : 0)));
  const height = TOP + rows * ROW;
  return (
    <div class="scroll near" tabIndex={0} ref={scroller}>
      <svg
        width={width}
        height={height}
        viewBox={`-4 0 ${width} ${height}`}
        role="group"
        aria-label="Neighbouring states"
      >
        <defs>
          <marker id="near-tip" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="6" markerHeight="6" orient="auto">
            <path d="M0 0L8 4L0 8z" class="tip" />
          </marker>
        </defs>
        {columns.map(({ depth, drawn: [first], more }, column) => (
          <g key={depth}>
            <text class="depth" x={column * COLUMN + WIDTH / 2} y="14">
              depth {depth}
            </text>
            {more > 0 && first !== undefined && (
              <text class="depth" x={column * COLUMN + WIDTH / 2} y={first.y + MOST * ROW + 14}>
                +{more} more
              </text>
            )}
          </g>
        ))}
        {edges.map(({ from, to, isWay }) => (
          <path
            key={`${from.state} ${to.state}`}
            class={`leads${isWay ? ' way' : ''}${from.state === here && to.state === pointed ? ' pointed' : ''}`}
            d={curve(from, to)}
            marker-end="url(#near-tip)"
          />
        ))}
        {drawn.map(({ state, kind, x, y }) => (
          <a
            key={state}
            href={hashOf({ state })}
            class={`near-state ${kind}${state === pointed ? ' pointed' : ''}${(data.states[state]?.broken.length ?? 0) > 0 ? ' bad' : ''}`}
            aria-label={`state ${state}`}
            aria-current={state === here ? 'true' : undefined}
          >
            <rect x={x} y={y} width={WIDTH} height={HEIGHT} rx="13" />
            <text x={x + WIDTH / 2} y={y + 17}>
              {state}
            </text>
          </a>
        ))}
      </svg>
    </div>
  );
};
