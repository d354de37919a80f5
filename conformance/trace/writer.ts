/**
 * Recording a run: one line for each sequence, appended whole when the sequence is over.
 *
 * Several worker processes append to one file: each line is one write at its end.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import type { Observation } from '../../abi/observation.ts';
import type { Op } from '../../abi/op.ts';
import type { Snapshot } from '../../abi/snapshot.ts';
import type { TraceHead, TraceSequence, TraceStep } from '../../abi/trace.ts';
import type { Failure } from '../../properties/failure.ts';
import type { Recorder } from '../../properties/recorder.ts';
import { EnvironmentError, fileReason } from '../exit.ts';
import { writeWhole } from '../files.ts';

/** Begins a trace: what the file held before is gone. Throws `EnvironmentError` when it cannot be written. */
export const beginTrace = (file: string, head: TraceHead): void => writeWhole(file, `${JSON.stringify(head)}\n`);

/** The steps of one sequence. */
export class SequenceRecorder implements Recorder {
  #steps: TraceStep[] = [];
  #died: TraceSequence['died'];

  begin(): void {
    this.#steps = [];
    this.#died = undefined;
  }

  observed(op: Op, observation: Observation): void {
    this.#steps.push({ op, observation });
  }

  snapshot(snapshot: Snapshot): void {
    const last = this.#steps.pop();
    if (last !== undefined) this.#steps.push({ ...last, snapshot });
  }

  died({ kind, core, op, observed }: Failure): void {
    const who = core.split(' ')[1] === 'driver' ? 'driver' : 'target';
    this.#died = { kind: kind === 'timeout' ? kind : 'crash', who, op, why: String(observed) };
  }

  /** The sequence as it is written. */
  sequence(source: string, devices: number): TraceSequence {
    const died = this.#died;
    return { source, devices, steps: this.#steps, ...(died === undefined ? {} : { died }) };
  }
}

/** A trace that was begun, open for further sequences. */
export class TraceWriter {
  readonly #file: string;
  readonly #descriptor: number;

  constructor(file: string) {
    this.#file = file;
    this.#descriptor = this.#attempt(() => openSync(file, 'a'));
  }

  /** Throws `EnvironmentError` when the line cannot be written. */
  append(sequence: TraceSequence): void {
    const line = Buffer.from(`${JSON.stringify(sequence)}\n`);
    this.#attempt(() => {
      for (let at = 0; at < line.length;) at += writeSync(this.#descriptor, line, at);
    });
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #attempt<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw new EnvironmentError(`cannot write ${this.#file}: ${fileReason(error)}`);
    }
  }
}
