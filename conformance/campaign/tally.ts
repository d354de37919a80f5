/** What a run has seen so far: coverage, and the distinct failures with a count. */
import type { Certificate } from '../../abi/certificate.ts';
import type { Op } from '../../abi/op.ts';
import { Coverage, type CoverageRecord } from '../../properties/coverage.ts';
import type { Failure } from '../../properties/failure.ts';
import type { Source } from './plan.ts';

/** A failure with the op log that showed it. */
export interface FoundFailure {
  readonly failure: Failure;
  readonly ops: readonly Op[];
  readonly source: Source;
  /** Devices of the world that it ran in. */
  readonly devices: number;
}

/** A distinct failure of a run: all whose core is the same. */
export interface KnownFailure {
  readonly first: FoundFailure;
  /** In how many sequences it was seen. */
  seen: number;
  /** The shrunk log with its failure, once there is one. */
  shrunk?: { readonly ops: readonly Op[]; readonly failure: Failure; readonly executions: number };
  /** Further executions of the first log, and how many of them failed in the same way. */
  confirmed?: { readonly agreed: number; readonly of: number };
  /** What is proved about the shrunk log. */
  certificate?: Certificate;
  /** Where the op log was saved. */
  file?: string;
}

/** The sums of a run. */
export class Tally {
  readonly coverage = new Coverage();
  /** How many of the sequences were logs of the corpus. */
  regressions = 0;
  /** By core: what two sightings of one bug share. */
  readonly failures = new Map<string, KnownFailure>();
  /** Breaches of invariants, by id. */
  readonly breaches = new Map<string, number>();
  /** Troubles of the adapter or environment, each a line. */
  readonly errors: string[] = [];

  /** Adds what some sequences showed; `repeated` are cores of failures that were told before. */
  add(record: CoverageRecord, failures: readonly FoundFailure[], repeated: readonly string[] = []): void {
    this.coverage.merge(record);
    for (const found of failures) this.fail(found);
    for (const core of repeated) this.#again(core);
  }

  /** Adds a failure. */
  fail(found: FoundFailure): void {
    const { core } = found.failure;
    if (this.failures.has(core)) {
      this.#again(core);
      return;
    }
    this.failures.set(core, { first: found, seen: 1 });
    this.#breach(found);
  }

  #again(core: string): void {
    const known = this.failures.get(core);
    if (known === undefined) return;
    known.seen++;
    this.#breach(known.first);
  }

  #breach({ failure }: FoundFailure): void {
    if (failure.kind !== 'invariant') return;
    for (const id of failure.rules) this.breaches.set(id, (this.breaches.get(id) ?? 0) + 1);
  }
}
