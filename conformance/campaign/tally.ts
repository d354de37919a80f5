/** What a run has seen so far: coverage, and the distinct failures with a count. It is the sum of the run's events. */
import type { Certificate } from '../../abi/certificate.ts';
import type { Op } from '../../abi/op.ts';
import type { TraceSequence } from '../../abi/trace.ts';
import { Coverage, type CoverageRecord } from '../../properties/coverage.ts';
import type { Failure } from '../../properties/failure.ts';
import type { Decided } from '../known/decide.ts';
import type { RunEvent } from '../run-log/events.ts';
import type { Source } from './plan.ts';

/** A failure with the op log that showed it. */
export interface FoundFailure {
  readonly failure: Failure;
  readonly ops: readonly Op[];
  readonly source: Source;
  /** Devices of the world that it ran in. */
  readonly devices: number;
}

/** The shortest log that shows a failure. */
export interface ShrunkFailure {
  readonly ops: readonly Op[];
  readonly failure: Failure;
  readonly executions: number;
}

/** A distinct failure of a run: all whose core is the same. */
export interface KnownFailure {
  readonly first: FoundFailure;
  /** In how many sequences it was seen. */
  seen: number;
  /** The shrunk log with its failure, once there is one. */
  shrunk?: ShrunkFailure;
  /** Further executions of the first log, and how many of them failed in the same way. */
  confirmed?: { readonly agreed: number; readonly of: number };
  /** What is proved about the shrunk log. */
  certificate?: Certificate;
  /** The shortest log performed once more; `exactIds`: the ids in its snapshots are the sequence's own. */
  trace?: { readonly exactIds: boolean; readonly sequence: TraceSequence };
  /** Where the op log was saved. */
  file?: string;
}

/** The sums of a run. Whatever is added is an event; `tell` hears each of them. */
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
  /** Where it ran, in words. */
  readonly environment = new Map<string, string>();
  /** What became of the known failures, in the order of their file. */
  readonly known: (Decided & { readonly file: string })[] = [];
  readonly #tell: (event: RunEvent) => void;

  constructor(tell: (event: RunEvent) => void = () => {}) {
    this.#tell = tell;
  }

  /** The entry by which a bug is excused. */
  excuseOf(core: string): Decided | undefined {
    return this.known.find(({ excuses }) => excuses === core);
  }

  /** The bugs that are excused, by core. */
  get excused(): readonly string[] {
    return this.known.flatMap(({ excuses }) => excuses ?? []);
  }

  /** How many distinct failures are not excused: what the budget of failures is about. */
  get open(): number {
    let open = 0;
    for (const core of this.failures.keys()) if (this.excuseOf(core) === undefined) open++;
    return open;
  }

  /** Takes one event into the sums, and tells it. */
  take(event: RunEvent): void {
    this.#sum(event);
    this.#tell(event);
  }

  /** Adds what some sequences showed; `repeated` are cores of failures that were told before. */
  add(
    coverage: CoverageRecord,
    failures: readonly FoundFailure[],
    repeated: readonly string[] = [],
    regressions = 0,
  ): void {
    this.take({ event: 'sequences', regressions, coverage });
    for (const found of failures) this.fail(found);
    for (const core of repeated) this.take({ event: 'seen-again', core, times: 1 });
  }

  /** Adds a failure. */
  fail(found: FoundFailure): void {
    const { core } = found.failure;
    if (this.failures.has(core)) this.take({ event: 'seen-again', core, times: 1 });
    else this.take({ event: 'failure', ...found });
  }

  /** Adds a trouble of the adapter or the environment. */
  trouble(message: string): void {
    this.take({ event: 'error', message });
  }

  #sum(event: RunEvent): void {
    switch (event.event) {
      case 'environment':
        for (const [name, fact] of Object.entries(event.facts)) this.environment.set(name, fact);
        return;
      case 'sequences':
        this.coverage.merge(event.coverage);
        this.regressions += event.regressions;
        return;
      case 'failure': {
        const { event: _, ...first } = event;
        this.failures.set(first.failure.core, { first, seen: 1 });
        this.#breach(first.failure, 1);
        return;
      }
      case 'known': {
        const { event: _, ...decided } = event;
        this.known.push(decided);
        return;
      }
      case 'error':
        this.errors.push(event.message);
        return;
      default: {
        const known = this.failures.get(event.core);
        if (known !== undefined) this.#learn(known, event);
      }
    }
  }

  #learn(known: KnownFailure, event: Extract<RunEvent, { readonly core: string }>): void {
    switch (event.event) {
      case 'seen-again':
        known.seen += event.times;
        this.#breach(known.first.failure, event.times);
        return;
      case 'confirmed':
        known.confirmed = { agreed: event.agreed, of: event.of };
        return;
      case 'shrinking':
        return;
      case 'shrunk': {
        const { event: _, core: _core, ...shrunk } = event;
        known.shrunk = shrunk;
        return;
      }
      case 'certificate':
        known.certificate = event.certificate;
        return;
      case 'trace':
        known.trace = { exactIds: event.exactIds, sequence: event.trace };
        return;
      case 'saved':
        known.file = event.file;
        return;
    }
  }

  #breach({ kind, rules }: Failure, times: number): void {
    if (kind !== 'invariant') return;
    for (const id of rules) this.breaches.set(id, (this.breaches.get(id) ?? 0) + times);
  }
}
