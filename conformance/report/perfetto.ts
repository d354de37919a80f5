/**
 * Failures as a trace that Perfetto and Chrome's viewer open: processes, threads, system calls, and transactions as
 * arrows. A millisecond stands for a step; nothing is said about real time.
 */
import type { Op } from '../../abi/op.ts';
import { observationWords, opWords } from './html/words.ts';
import type { FinishedRun } from './run-report.ts';
import { toldFailures, type ToldFailure } from './story.ts';

/** One event of the Chrome trace-event format; times in microseconds. */
interface TraceEvent {
  readonly ph: 'X' | 'M' | 'i' | 's' | 'f';
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly name: string;
  readonly [field: string]: unknown;
}

const STEP = 1000;
/** Process numbers of one failure; the next failure has the next so many. */
const FAILURE = 1000;

const placeOf = (op: Op, failure: number): { readonly pid: number; readonly tid: number } => ({
  pid: FAILURE * (failure + 1) + ('proc' in op ? op.proc + 1 : 0),
  tid: 'thread' in op ? op.thread + 1 : 0,
});

const names = (ops: readonly Op[], failure: number, title: string): TraceEvent[] => {
  const processes = new Map<number, TraceEvent>();
  const threads = new Map<string, TraceEvent>();
  for (const op of ops) {
    const place = placeOf(op, failure);
    const meta = { ph: 'M', ts: 0, ...place } as const;
    const process = 'proc' in op ? `process ${op.proc}` : 'machine';
    processes.set(place.pid, { ...meta, name: 'process_name', args: { name: `${title}: ${process}` } });
    const thread = 'thread' in op ? `thread ${op.thread}` : 'no thread';
    threads.set(`${place.pid} ${place.tid}`, { ...meta, name: 'thread_name', args: { name: thread } });
  }
  return [...processes.values(), ...threads.values()];
};

const eventsOf = ({ known, report, told }: ToldFailure, failure: number): TraceEvent[] => {
  const { steps, messages } = told;
  const at = new Map(steps.map(({ op }, step) => [op.id, step]));
  const ends = new Map<number, number>();
  steps.forEach(({ observation }, step) => {
    for (const { op } of observation.completions) ends.set(op, step);
  });
  const title = `failure ${failure + 1} (${report.rule ?? report.kind})`;
  const slices = steps.map(({ op, observation, rules, possible, diverges }, step): TraceEvent => {
    const end = observation.result === 'pending' ? (ends.get(op.id) ?? steps.length) : step;
    return {
      ph: 'X',
      ...placeOf(op, failure),
      ts: step * STEP,
      dur: (end - step) * STEP + STEP * 0.8,
      cat: op.op,
      name: opWords(op),
      args: { op, observation, showed: observationWords(observation), rules, possible, allowed: !diverges },
    };
  });
  const flows = messages.flatMap(({ from, to, kind }, number): TraceEvent[] => {
    const [sent, received] = [at.get(from), at.get(to)];
    const [sender, receiver] = [steps[sent ?? -1], steps[received ?? -1]];
    if (sent === undefined || received === undefined || sender === undefined || receiver === undefined) return [];
    const flow = { cat: 'transaction', name: kind, id: FAILURE * (failure + 1) + number };
    const arrival = ends.get(to) ?? received;
    return [
      { ph: 's', ...placeOf(sender.op, failure), ts: sent * STEP + STEP * 0.4, ...flow },
      { ph: 'f', bp: 'e', ...placeOf(receiver.op, failure), ts: arrival * STEP + STEP * 0.6, ...flow },
    ];
  });
  const failing = steps[told.failing];
  const { signature } = known.shrunk?.failure ?? known.first.failure;
  const mark: TraceEvent[] =
    failing === undefined
      ? []
      : [
          {
            ph: 'i',
            s: 'p',
            ...placeOf(failing.op, failure),
            ts: told.failing * STEP + STEP * 0.5,
            name: `not allowed: ${signature}`,
          },
        ];
  return [
    ...names(
      steps.map(({ op }) => op),
      failure,
      title,
    ),
    ...slices,
    ...flows,
    ...mark,
  ];
};

/** The failures of a run, in the Chrome trace-event format. */
export const perfetto = (run: FinishedRun, only?: number): string => {
  const { tool, target, profile, seed } = run.head;
  return `${JSON.stringify({
    traceEvents: toldFailures(run, only).flatMap(eventsOf),
    displayTimeUnit: 'ms',
    otherData: { tool: `${tool.name} ${tool.version}`, target: target.name, profile, seed },
  })}\n`;
};
