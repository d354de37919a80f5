/** A lane for each thread, a row for each step: who did what, who waited for how long, and which message went where. */
import { useEffect, useRef } from 'preact/hooks';
import type { Op } from '../../../abi/op.ts';
import type { MessageArrow, StoryStep } from './data.ts';
import { actorWords, observationWords, opWords } from './words.ts';

const ROW = 46;
const TOP = 40;
const LEFT = 38;
const BOX_HEIGHT = 28;
/** Width of a letter in a box. */
const LETTER = 6.4;

/** Many lanes are narrow ones. */
const laneWidth = (lanes: number): number => (lanes > 3 ? 114 : 148);

/** What to draw. */
export interface LanesProps {
  readonly steps: readonly StoryStep[];
  readonly messages: readonly MessageArrow[];
  /** Number of the step that is looked at. */
  readonly current: number;
  readonly onStep: (step: number) => void;
}

/** The lane of an op; a process that is killed has one when none of its threads does. */
const laneOf = (op: Op): string => {
  if (!('proc' in op)) return 'machine';
  return 'thread' in op ? `${op.proc}/${op.thread}` : `${op.proc}`;
};

const laneTitle = (lane: string): string => {
  const [proc, thread] = lane.split('/');
  if (lane === 'machine') return lane;
  return thread === undefined ? `process ${proc}` : `p${proc} · thread ${thread}`;
};

const byName = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });

/** The name of an op, short enough for its box. */
const shortName = (op: Op): string => {
  if (op.op === 'ioctl') return typeof op.cmd === 'string' ? op.cmd.replace('BINDER_', '') : 'ioctl';
  if (op.op !== 'write_read') return op.op;
  const [first, ...others] = op.write ?? [];
  if (first === undefined) return 'read';
  return `${first.bc.replace(/^BC_/, '')}${others.length === 0 ? '' : ` +${others.length}`}`;
};

const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

/** The steps in which an op that waits comes to its end, by the number of the step that began it. */
const ends = (steps: readonly StoryStep[]): ReadonlyMap<number, number> => {
  const began = new Map<number, number>();
  const ended = new Map<number, number>();
  steps.forEach(({ op, observation }, at) => {
    if (observation.result === 'pending') began.set(op.id, at);
    for (const completion of observation.completions) {
      const start = began.get(completion.op);
      if (start !== undefined) ended.set(start, at);
    }
  });
  return ended;
};

/** The drawing. Every row is a button: a press, Enter or the arrow keys of the page move the view to its step. */
export const Lanes = ({ steps, messages, current, onStep }: LanesProps) => {
  const lanes = [...new Set(steps.map(({ op }) => laneOf(op)))].sort(byName);
  const LANE = laneWidth(lanes.length);
  const BOX = { width: LANE - 18, height: BOX_HEIGHT };
  const letters = Math.floor((BOX.width - 10) / LETTER);
  const x = (lane: string): number => LEFT + LANE * lanes.indexOf(lane) + LANE / 2;
  const y = (row: number): number => TOP + ROW * row + ROW / 2;
  const rowOf = new Map(steps.map(({ op }, at) => [op.id, at]));
  const ended = ends(steps);
  const width = LEFT + LANE * lanes.length;
  const height = TOP + ROW * steps.length + 8;
  /** Where a message arrives: at the end of the wait, where the reader waited. */
  const arrival = (to: number): number | undefined => {
    const row = rowOf.get(to);
    return row === undefined ? undefined : (ended.get(row) ?? row);
  };
  const frame = useRef<HTMLDivElement>(null);
  const here = steps[current];
  useEffect(() => {
    const { clientWidth = 0, clientHeight = 0 } = frame.current ?? {};
    if (here !== undefined)
      frame.current?.scrollTo(x(laneOf(here.op)) - clientWidth / 2, y(current) - clientHeight / 2);
  }, [current]);
  return (
    <div class="lanes" tabIndex={-1} ref={frame}>
      <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="group" aria-label="Steps by thread">
        <defs>
          <marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
            <path d="M0 0L8 4L0 8z" class="tip" />
          </marker>
        </defs>
        {lanes.map(lane => (
          <g key={lane}>
            <text class="lane-title" x={x(lane)} y={20}>
              {laneTitle(lane)}
            </text>
            <line class="lane" x1={x(lane)} x2={x(lane)} y1={TOP - 8} y2={height} />
          </g>
        ))}
        {[...ended].map(([from, to]) => {
          const lane = laneOf((steps[from] as StoryStep).op);
          return <line key={from} class="wait" x1={x(lane)} x2={x(lane)} y1={y(from)} y2={y(to)} />;
        })}
        {steps.map(({ op, observation, diverges }, at) => {
          const lane = laneOf(op);
          const classes = ['step', at === current ? 'current' : '', diverges ? 'diverges' : ''].join(' ').trim();
          const label = `Step ${at + 1}: ${actorWords(op)}: ${opWords(op)}; ${observationWords(observation)}`;
          return (
            <a
              key={op.id}
              class={classes}
              href={`#step/${at + 1}`}
              aria-label={label}
              aria-current={at === current ? 'step' : undefined}
              onClick={event => {
                event.preventDefault();
                onStep(at);
              }}
            >
              <title>{label}</title>
              <rect class="row" x="0" y={y(at) - ROW / 2 + 2} width={width} height={ROW - 4} rx="6" />
              <text class="number" x={LEFT - 14} y={y(at) + 4}>
                {at + 1}
              </text>
              <rect
                class={observation.result === 'pending' ? 'box pending' : 'box'}
                x={x(lane) - BOX.width / 2}
                y={y(at) - BOX.height / 2}
                width={BOX.width}
                height={BOX.height}
                rx="6"
              />
              <text class="name" x={x(lane)} y={y(at) + 4}>
                {cut(shortName(op), letters)}
              </text>
            </a>
          );
        })}
        {messages.flatMap(({ from, to, kind }) => {
          const [start, end] = [rowOf.get(from), arrival(to)];
          const receiver = steps[rowOf.get(to) ?? -1];
          if (start === undefined || end === undefined || receiver === undefined) return [];
          const [a, b] = [x(laneOf((steps[start] as StoryStep).op)), x(laneOf(receiver.op))];
          const way = Math.sign(b - a) || 1;
          const [x1, x2] = [a + (way * BOX.width) / 2, a === b ? b + BOX.width / 2 : b - (way * BOX.width) / 2];
          const bend = a === b ? 40 : (x2 - x1) / 2;
          const path = `M${x1} ${y(start)} C${x1 + bend} ${y(start)} ${a === b ? x2 + bend : x2 - bend} ${y(end)} ${x2} ${y(end)}`;
          return [<path key={`${from} ${to} ${kind}`} class={`message ${kind}`} d={path} marker-end="url(#arrow)" />];
        })}
      </svg>
    </div>
  );
};
