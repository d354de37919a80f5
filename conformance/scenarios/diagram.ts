/** The sequence diagram of a program: as text for a terminal, and as Mermaid. */
import type { Message } from './messages.ts';

/** Something that is no message, at a place of the trace. */
export interface Note {
  readonly step: number;
  readonly proc: number;
  readonly text: string;
}

/** What a diagram is made of. */
export interface Story {
  /** Names of the processes, by number; those without an entry in the story are left out. */
  readonly processes: readonly string[];
  readonly messages: readonly Message[];
  readonly notes: readonly Note[];
}

type Entry = Message | Note;
const isMessage = (entry: Entry): entry is Message => 'kind' in entry;

/** Messages and notes in one order. */
const entriesOf = ({ messages, notes }: Story): readonly Entry[] =>
  [...messages, ...notes].sort((a, b) => a.step - b.step);

/** The processes that take part, in the order of their numbers. */
const partsOf = (story: Story): readonly number[] =>
  story.processes
    .map((_, proc) => proc)
    .filter(proc =>
      entriesOf(story).some(entry =>
        isMessage(entry) ? entry.from.proc === proc || entry.to.proc === proc : entry.proc === proc,
      ),
    );

const label = ({ name, size, kind, from, to }: Message): string =>
  `${name}${kind === 'oneway' ? ' (oneway)' : ''}  ${size} B  [${from.thread}→${to.thread}]`;

/** Characters from one lifeline to the next, at least. */
const LEAST = 24;

/** The diagram in characters: one lifeline a process, one arrow a message, replies dashed. Threads stand in brackets. */
export const textDiagram = (story: Story): string => {
  const parts = partsOf(story);
  const widest = Math.max(LEAST, ...story.messages.map(message => label(message).length + 4));
  const column = (proc: number): number => 2 + Math.max(0, parts.indexOf(proc)) * widest;
  const width = column(parts.at(-1) ?? 0) + 1;
  const lifelines = (): string[] => {
    const line = Array.from({ length: width + 1 }, () => ' ');
    for (const proc of parts) line[column(proc)] = '│';
    return line;
  };
  const put = (line: string[], at: number, text: string): void => {
    for (const [place, character] of [...text].entries()) line[at + place] = character;
  };
  const lines: string[] = [];
  const head = Array.from({ length: width }, () => ' ');
  for (const proc of parts) put(head, column(proc) - (proc === parts[0] ? 2 : 4), story.processes[proc] ?? '');
  lines.push(head.join(''));
  for (const entry of entriesOf(story)) {
    const line = lifelines();
    if (!isMessage(entry)) {
      put(line, column(entry.proc), `◆ ${entry.text}`);
      lines.push(line.join(''));
      continue;
    }
    const [from, to] = [column(entry.from.proc), column(entry.to.proc)];
    const [left, right] = [Math.min(from, to), Math.max(from, to)];
    const above = lifelines();
    put(above, left + 2, label(entry));
    const dash = entry.kind === 'reply' ? '╌' : '─';
    if (left === right) put(line, left, '↺');
    else for (let at = left + 1; at < right; at++) line[at] = dash;
    if (left !== right) line[to < from ? left + 1 : right - 1] = to < from ? '◀' : '▶';
    lines.push(above.join(''), line.join(''));
  }
  return `${lines.map(line => line.trimEnd()).join('\n')}\n`;
};

/** Text inside of Mermaid: its own signs become entities. */
const escaped = (text: string): string => text.replaceAll('#', '#35;').replaceAll(';', '#59;').replaceAll('<', '#lt;');

/** The diagram for Mermaid. */
export const mermaidDiagram = (story: Story): string => {
  const lines = ['sequenceDiagram'];
  for (const proc of partsOf(story)) lines.push(`  participant p${proc} as ${escaped(story.processes[proc] ?? '')}`);
  for (const entry of entriesOf(story)) {
    if (!isMessage(entry)) {
      lines.push(`  Note over p${entry.proc}: ${escaped(entry.text)}`);
      continue;
    }
    const arrow = { call: '->>', oneway: '-)', reply: '-->>' }[entry.kind];
    lines.push(`  p${entry.from.proc}${arrow}p${entry.to.proc}: ${escaped(label(entry))}`);
  }
  return `${lines.join('\n')}\n`;
};
