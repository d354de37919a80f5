/** Aspects of files: their buffer spaces, their threads, and what exists of them. */
import { fileOf, indexOf, type State } from '../../../model/model.ts';
import {
  alike,
  cleared,
  isSameFile,
  placeOf,
  type Aspect,
  type File,
  type Ref,
  type Thread,
  type Work,
} from './aspect.ts';

const files = ({ files: { length } }: State): number => length;

/** The buffer space of one file. */
export const arena: Aspect = {
  invariants: [
    ...['INV-BUFFER-01', 'INV-BUFFER-02', 'INV-BUFFER-03', 'INV-BUFFER-04', 'INV-BUFFER-05', 'INV-BUFFER-08'],
    ...['INV-PAGE-01', 'INV-PAGE-02', 'INV-PAGE-03'],
  ],
  parts: files,
  isSame: (state, before, at) => state.files[at]?.arena === before.files[at]?.arena,
  write: (state, out, at) => {
    const { size, live, freeAsync, populated, highWatermark, regions } = (state.files[at] as File).arena;
    out.put(size);
    out.put(live ? 1 : 0);
    out.put(freeAsync);
    out.put(highWatermark);
    out.put(populated.length);
    for (const [first, end] of populated) {
      out.put(first);
      out.put(end);
    }
    for (const { offset, buffer, size: length } of regions) {
      out.put(offset);
      out.put(length);
      if (buffer === null) {
        out.put(0);
        continue;
      }
      out.put(buffer.async ? 2 : 1);
      out.put(buffer.dataSize);
      out.put(buffer.offsetsSize);
      out.put(buffer.extraSize);
    }
  },
};

const KIND: Readonly<Record<Work['work'], number>> = {
  transaction: 0,
  complete: 1,
  node: 2,
  reply_error: 3,
  dead_binder: 4,
  clear_death: 5,
  dead_binder_and_clear: 6,
  return_error: 7,
  spam_suspect: 7,
};

const waitsAlike = (one: Thread, other: Thread): boolean =>
  one.looper === other.looper && one.todo === other.todo && (one.stack === 0) === (other.stack === 0);

/** Whether the threads of one file are alike in two tables. */
const threadsAlike = (table: readonly Thread[], before: readonly Thread[], file: number): boolean => {
  if (table === before) return true;
  let place = 0;
  for (let at = 0; at <= table.length; at++) {
    const one = table[at];
    if (one !== undefined && fileOf(one.key) !== file) continue;
    while (place < before.length && fileOf((before[place] as Thread).key) !== file) place++;
    const other = before[place++];
    if (one === other) continue;
    if (one === undefined || other === undefined || one.key !== other.key || !waitsAlike(one, other)) return false;
  }
  return true;
};

/** The threads of one file: who waits, and over what. */
export const threads: Aspect = {
  invariants: [1, 2, 3, 4, 5, 6].map(number => `INV-THREAD-0${number}`),
  parts: files,
  isSame: (state, before, at) => {
    const file = state.files[at] as File;
    const other = before.files[at];
    return (
      other !== undefined &&
      file.key === other.key &&
      file.requested === other.requested &&
      file.started === other.started &&
      file.waiting.length === other.waiting.length &&
      file.todo.length > 0 === other.todo.length > 0 &&
      threadsAlike(state.threads, before.threads, file.key)
    );
  },
  write: (state, out, at) => {
    const { key, requested, started, waiting, todo } = state.files[at] as File;
    out.put(requested);
    out.put(started);
    out.put(waiting.length);
    out.put(todo.length > 0 ? 1 : 0);
    for (const { key: thread, looper, stack, todo: own } of state.threads) {
      if (fileOf(thread) !== key) continue;
      out.put(looper);
      out.put(stack === 0 ? 0 : 1);
      out.put(own.length);
      for (const { work } of own) out.put(KIND[work]);
    }
  },
};

const completions = ({ todo }: Thread): number => {
  let count = 0;
  for (const { work } of todo) if (work === 'complete' || work === 'spam_suspect') count++;
  return count;
};

const watchAlike = (one: Ref, other: Ref): boolean =>
  one.file === other.file && (one.death === null) === (other.death === null);

/** Death records of a file whose registration is gone, and whether it was told of deaths. */
const deathsOf = ({ todo, delivered }: File): number =>
  2 * (cleared(todo) + cleared(delivered)) + Math.min(1, delivered.length);

const holdAlike = (one: File, other: File): boolean => isSameFile(one, other) && deathsOf(one) === deathsOf(other);

const oweAlike = (one: Thread, other: Thread): boolean =>
  one.key === other.key &&
  (one.todo === other.todo || (completions(one) === completions(other) && cleared(one.todo) === cleared(other.todo)));

/** What exists, and where: files, threads, completions, death records. */
export const existence: Aspect = {
  invariants: ['INV-PROCESS-01', ...[1, 2, 6, 7, 8].map(number => `INV-CENSUS-0${number}`)],
  isSame: (state, before) =>
    state.files.length > 0 &&
    alike(state.files, before.files, holdAlike) &&
    alike(state.threads, before.threads, oweAlike) &&
    alike(state.refs, before.refs, watchAlike),
  write: (state, out) => {
    out.put(state.files.length);
    for (const file of state.files) {
      const { key, proc, fd } = file;
      out.put(key);
      out.put(proc);
      out.put(fd);
      out.put(deathsOf(file));
    }
    out.put(state.threads.length);
    for (const thread of state.threads) {
      out.put(fileOf(thread.key));
      out.put(indexOf(thread.key));
      out.put(completions(thread));
      out.put(cleared(thread.todo));
    }
    for (const { file, death } of state.refs) if (death !== null) out.put(placeOf(state, file));
    if (state.files.length > 0) return;
    // Whatever is left when nothing is open is wrong.
    out.put(state.nodes.length + state.refs.length + state.transactions.length);
  },
};
