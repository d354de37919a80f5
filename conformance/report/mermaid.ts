/** A failure as a sequence diagram in Mermaid's language: threads on one side, the driver on the other. */
import type { Op } from '../../abi/op.ts';
import { actorWords, observationWords, opWords } from './html/words.ts';
import { printable } from './printable.ts';
import { toldFailures, type ToldFailure } from './story.ts';
import type { FinishedRun } from './run-report.ts';

const LONGEST = 110;

/** Text that ends no statement, begins no markup and stays on its line. */
export const mermaidText = (text: string): string => {
  const short = printable(text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);
  return short.replaceAll(/\s+/g, ' ').replaceAll(/[#;<>"`%{}&]/g, sign => `#${sign.codePointAt(0)};`);
};

const actorOf = (op: Op): string => {
  if (!('proc' in op)) return 'machine';
  return 'thread' in op ? `p${op.proc}t${op.thread}` : `p${op.proc}`;
};

/** Steps of a diagram; more cannot be read. */
const MOST = 60;

/** One diagram. */
export const mermaidOf = ({ known, report, told }: ToldFailure): string => {
  const steps = told.steps.slice(0, MOST);
  const ops = steps.length > 0 ? steps.map(({ op }) => op) : report.minimal.slice(0, MOST);
  const actors = new Map(ops.map(op => [actorOf(op), actorWords(op)]));
  const actorOfId = new Map(ops.map(op => [op.id, actorOf(op)]));
  const lines = [
    'sequenceDiagram',
    '  autonumber',
    ...[...actors].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, words]) => `  participant ${id} as ${words}`),
    '  participant driver',
  ];
  if (steps.length === 0) for (const op of ops) lines.push(`  ${actorOf(op)}->>driver: ${mermaidText(opWords(op))}`);
  steps.forEach(({ op, observation, diverges }, at) => {
    const actor = actorOf(op);
    const { result, completions } = observation;
    const failing = diverges || at === told.failing;
    if (failing) lines.push('  rect rgba(220, 60, 50, 0.15)');
    lines.push(`  ${actor}->>driver: ${mermaidText(opWords(op))}`);
    if (result === 'pending') lines.push(`  Note right of ${actor}: waits`);
    else lines.push(`  driver-->>${actor}: ${mermaidText(observationWords({ op: op.id, result, completions: [] }))}`);
    for (const { op: id, done } of completions) {
      const words = observationWords({ op: id, result: done, completions: [] });
      lines.push(`  driver-->>${actorOfId.get(id) ?? actor}: ${mermaidText(`op ${id} ends: ${words}`)}`);
    }
    if (failing) {
      const failure = known.shrunk?.failure ?? known.first.failure;
      lines.push(`  Note over ${actor},driver: ${mermaidText(`not allowed: ${failure.signature}`)}`, '  end');
    }
  });
  return `${lines.join('\n')}\n`;
};

/** Every failure of a run: Markdown with a diagram for each, as code hosts draw them. */
export const mermaid = (run: FinishedRun, only?: number): string => {
  const failures = toldFailures(run, only);
  if (failures.length === 0) return '# No failures\n';
  return failures
    .map(each => `# ${each.report.rule ?? each.report.kind}\n\n\`\`\`mermaid\n${mermaidOf(each)}\`\`\`\n`)
    .join('\n');
};
