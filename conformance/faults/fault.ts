/** A fault: one edit of one line of the optimised driver, as data, with the story of the bug that it is. */
import type { RuleId } from '../../model/model.ts';

/** What a fault is about. */
export const AREAS = {
  accounting: 'Space accounting: the region of a message, the room for oneways',
  placement: 'Placement: which free region, where in it',
  coalescing: 'Coalescing of free regions, pages',
  spam: 'Detection of oneway spam',
  references: 'Reference counts',
  handshakes: 'Announcements to owners and their acknowledgement',
  handles: 'Handle numbers and their reuse',
  stacks: 'Transaction stacks',
  replies: 'Replies and who hears of a failure',
  oneways: 'The order of oneways',
  loopers: 'The size of the thread pool',
  threads: 'Which thread gets the work, and who wakes up',
  death: 'Death notifications',
  freezer: 'The freezer',
  objects: 'Objects in messages',
  pieces: 'Scatter-gather pieces and pointers into them',
  descriptors: 'File descriptors in messages',
  writing: 'Partial consumption of a write',
  reading: 'Room in a read, and what a fault in it leaves',
  flags: 'Flags of messages and nodes, nice values',
  identity: 'Who is who: processes, users, managers',
  hands: 'Open files in the hands of several processes',
  cleanup: 'What is left after a failure, an exit, a release',
  debugfs: 'What the debugfs files tell: counts, logs, who is listed',
} as const;

/** The name of an area. */
export type Area = keyof typeof AREAS;

/** One seeded fault. */
export interface Fault {
  /** Unique, kebab-case; `mutant:ID` is the target. */
  readonly id: string;
  readonly area: Area;
  /** Path of the source from the root of the checkout, below `impl/`. */
  readonly file: `impl/${string}.ts`;
  /** A line of it or a part of one; it stands there exactly once. */
  readonly text: string;
  /** What stands there instead. */
  readonly replacement: string;
  /** What goes wrong, in a sentence. */
  readonly story: string;
  /** The historical bug that it is, or is of the kind of: CVE or commit, and year. */
  readonly history?: string;
  /** The rule that it breaks first and foremost. */
  readonly rule: RuleId;
  /** What a run must do or see to meet it, where that is not plain. */
  readonly needs?: string;
  /** Ops of the shortest log known to show it; the log is `test/faults/ID.json`. */
  readonly shortestKnown: number;
}

/** Whether only what the driver tells of its history shows a fault, which is not looked at after each op. */
export const isToldByJournal = ({ area }: Pick<Fault, 'area'>): boolean => area === 'debugfs';

/** One edit of one source of the driver. */
export type Edit = Pick<Fault, 'id' | 'file' | 'text' | 'replacement'>;

/** The source with the fault in it. Throws where the text does not stand there exactly once. */
export const applyFault = ({ id, file, text, replacement }: Edit, source: string): string => {
  const times = source.split(text).length - 1;
  if (times !== 1) throw new Error(`fault ${id}: its text stands ${times} times in ${file}, not once: ${text}`);
  // A function, because a replacement text has characters of its own meaning.
  return source.replace(text, () => replacement);
};
