/** Who holds what: a box for each open file with its nodes and its references, and an arrow from each reference to its node. */
import type { NodeSnapshot, RefSnapshot, Snapshot } from '../../../abi/snapshot.ts';

const WIDTH = 190;
const GAP = 110;
const ROW = 30;
const TOP = 34;
const PAD = 12;

/** A box of the drawing: an open file, or the nodes that have lost theirs. */
interface Box {
  readonly title: string;
  readonly nodes: readonly NodeSnapshot[];
  readonly refs: readonly RefSnapshot[];
  readonly x: number;
  readonly y: number;
  readonly height: number;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

const boxes = (state: Snapshot): readonly Box[] => {
  const contents = [
    ...state.procs.map(({ proc, fd, nodes, refs }) => ({
      title: `process ${proc}${fd === 0 ? '' : ` file ${fd}`}`,
      nodes,
      refs,
    })),
    ...((state.deadNodes ?? []).length === 0 ? [] : [{ title: 'no owner', nodes: state.deadNodes ?? [], refs: [] }]),
  ].filter(({ nodes, refs }) => nodes.length + refs.length > 0);
  const bottoms = [0, 0];
  return contents.map((content, at) => {
    const column = at % 2;
    const y = bottoms[column] as number;
    const height = TOP + ROW * (content.nodes.length + content.refs.length) + PAD;
    bottoms[column] = y + height + PAD * 2;
    return { ...content, x: column * (WIDTH + GAP), y, height };
  });
};

const rowY = (box: Box, row: number): number => box.y + TOP + ROW * row + ROW / 2;

const nodeRow = (box: Box, id: number): number => box.refs.length + box.nodes.findIndex(node => node.id === id);

/** A curve from a reference to its node that leaves and enters at the side that is nearer. */
const curve = (from: Point, to: Point, same: boolean): string => {
  if (same) return `M${from.x} ${from.y} C${from.x + 46} ${from.y} ${to.x + 46} ${to.y} ${to.x + 4} ${to.y}`;
  const bend = (to.x - from.x) / 2;
  return `M${from.x} ${from.y} C${from.x + bend} ${from.y} ${to.x - bend} ${to.y} ${to.x} ${to.y}`;
};

const counts = ({ strong, weak }: RefSnapshot): string => `${strong} strong, ${weak} weak`;

/** The drawing, and the same in words for those who do not see it. */
export const ReferenceGraph = ({ state }: { readonly state: Snapshot }) => {
  const all = boxes(state);
  if (all.length === 0) return <p class="none">no nodes and no references</p>;
  const width = all.length === 1 ? WIDTH + 60 : WIDTH * 2 + GAP;
  const height = Math.max(...all.map(box => box.y + box.height));
  const arrows = all.flatMap(box =>
    box.refs.flatMap((ref, row) => {
      const owner = all.find(({ nodes }) => nodes.some(({ id }) => id === ref.node));
      if (owner === undefined) return [];
      const right = owner.x >= box.x;
      const same = owner.x === box.x;
      const from = { x: box.x + (right ? WIDTH - PAD : PAD), y: rowY(box, row) };
      const to = {
        x: owner.x + (same ? WIDTH - PAD : right ? PAD - 4 : WIDTH - PAD + 4),
        y: rowY(owner, nodeRow(owner, ref.node)),
      };
      return [{ ref, path: curve(from, to, same) }];
    }),
  );
  return (
    <div class="scroll" tabIndex={0}>
      <svg class="graph" width={width + 8} height={height + 8} viewBox={`-4 -4 ${width + 8} ${height + 8}`} role="img">
        <title>
          {arrows.map(({ ref }) => `handle ${ref.handle} (${counts(ref)}) refers to node ${ref.node}`).join('; ') ||
            'no references'}
        </title>
        <defs>
          <marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
            <path d="M0 0L8 4L0 8z" class="tip" />
          </marker>
        </defs>
        {all.map(box => (
          <g key={box.title}>
            <rect class="box" x={box.x} y={box.y} width={WIDTH} height={box.height} rx="10" />
            <text class="title" x={box.x + PAD} y={box.y + 22}>
              {box.title}
            </text>
            {box.refs.map((ref, row) => (
              <g key={ref.id} class={ref.dead ? 'ref dead' : 'ref'}>
                <rect x={box.x + PAD} y={rowY(box, row) - 12} width={WIDTH - 2 * PAD} height="24" rx="5" />
                <text x={box.x + PAD + 8} y={rowY(box, row) + 4}>
                  handle {ref.handle} · {ref.strong}s {ref.weak}w{ref.death ? ' · death' : ''}
                </text>
              </g>
            ))}
            {box.nodes.map(node => (
              <g key={node.id} class="node">
                <rect
                  x={box.x + PAD}
                  y={rowY(box, nodeRow(box, node.id)) - 12}
                  width={WIDTH - 2 * PAD}
                  height="24"
                  rx="12"
                />
                <text x={box.x + PAD + 10} y={rowY(box, nodeRow(box, node.id)) + 4}>
                  node {node.id} · {node.refs} {node.refs === 1 ? 'ref' : 'refs'}
                </text>
              </g>
            ))}
          </g>
        ))}
        {arrows.map(({ ref, path }) => (
          <path
            key={`${ref.id}`}
            class={ref.strong > 0 ? 'edge strong' : 'edge weak'}
            d={path}
            marker-end="url(#tip)"
          />
        ))}
      </svg>
    </div>
  );
};
