/**
 * Checkpoints of an exploration: one file with a line of JSON and the raw words of the set behind it.
 *
 * It is written between two layers beside its place and renamed into it, so that a kill leaves the last whole one.
 */
import { closeSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import type { CensusRecord } from '../../properties/explore/census.ts';
import type { EdgeList } from '../../properties/explore/edges.ts';
import type { Position } from '../../properties/explore/explore.ts';
import type { StateStore } from '../../properties/explore/store.ts';
import { EnvironmentError, UsageError, fileReason } from '../exit.ts';

const FORMAT = 'binder-spec/exploration';

interface Head {
  readonly format: typeof FORMAT;
  /** The configuration and the options that decide what a state is, as text. */
  readonly about: string;
  readonly position: Position;
  /** What was met so far, besides states. */
  readonly census: CensusRecord | undefined;
  /** Bytes of each part that follows. */
  readonly parts: readonly number[];
}

/** An exploration between two layers. */
export interface Checkpoint {
  readonly position: Position;
  readonly store: StateStore;
  readonly edges: EdgeList | undefined;
  readonly census: CensusRecord | undefined;
}

const WORD = 4;

/** Writes a checkpoint. Throws `EnvironmentError` when it cannot. */
export const writeCheckpoint = (file: string, about: string, { position, store, edges, census }: Checkpoint): void => {
  const parts = [...store.written, ...(edges?.written ?? [])];
  const head: Head = { format: FORMAT, about, position, census, parts: parts.map(part => part.byteLength) };
  const unfinished = `${file}.${process.pid}.tmp`;
  try {
    const descriptor = openSync(unfinished, 'w');
    writeSync(descriptor, `${JSON.stringify(head)}\n`);
    for (const part of parts) {
      const bytes = Buffer.from(part.buffer, part.byteOffset, part.byteLength);
      for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
    }
    closeSync(descriptor);
    renameSync(unfinished, file);
  } catch (error) {
    throw new EnvironmentError(`cannot write ${file}: ${fileReason(error)}`);
  }
};

/**
 * Reads a checkpoint into an empty set and list; answers what else was saved. Throws `UsageError` when the file is none
 * of this configuration.
 */
export const readCheckpoint = (
  file: string,
  about: string,
  store: StateStore,
  edges: EdgeList | undefined,
): Pick<Checkpoint, 'position' | 'census'> => {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${fileReason(error)}`);
  }
  const end = bytes.indexOf(10);
  let head: Head;
  try {
    head = JSON.parse(bytes.toString('utf8', 0, end)) as Head;
  } catch {
    throw new UsageError(`${file}: not a checkpoint of an exploration`);
  }
  if (head.format !== FORMAT) throw new UsageError(`${file}: not a checkpoint of an exploration`);
  if (head.about !== about) throw new UsageError(`${file}: a checkpoint of another configuration, or of other options`);
  let at = end + 1;
  const parts = head.parts.map((length, part) => {
    if (at + length > bytes.length) throw new UsageError(`${file}: the file ends too early`);
    // A copy, because words must lie at multiples of four.
    const copy = new Uint8Array(bytes.subarray(at, at + length));
    at += length;
    return part === 2 ? copy : new Uint32Array(copy.buffer, 0, length / WORD);
  });
  if (!store.restore(parts.slice(0, 4))) throw new UsageError(`${file}: does not fit into --memory`);
  for (const part of parts.slice(4)) edges?.append(part as Uint32Array);
  return { position: head.position, census: head.census };
};
