/** What the page is made from: plain JSON that is written into it. It knows the vocabulary of abi/ and nothing else. */
import type { Certificate } from '../../../abi/certificate.ts';
import type { Observation } from '../../../abi/observation.ts';
import type { Op } from '../../../abi/op.ts';
import type { Snapshot } from '../../../abi/snapshot.ts';

/** One rule with what became of it. */
export interface RuleCard {
  readonly id: string;
  readonly area: string;
  readonly level: string;
  /** pass, fail, not-exercised, not-applicable, or what a list of known failures makes of it. */
  readonly status: string;
  readonly exercised: number;
  readonly says: string;
  /** Why it is not applicable. */
  readonly why?: string;
  readonly profiles: readonly string[];
  readonly kernel: readonly string[];
  /** It was executed on a live kernel and seen as written. */
  readonly seen: boolean;
  /** Several outcomes are legal. */
  readonly several: boolean;
  /** Only the state shows it. */
  readonly inState: boolean;
}

/** A message on its way: from the op that sent it to the op that received it. */
export interface MessageArrow {
  readonly from: number;
  readonly to: number;
  readonly kind: 'call' | 'oneway' | 'reply';
}

/** One performed op, with what the driver and the specification say of it. */
export interface StoryStep {
  readonly op: Op;
  readonly observation: Observation;
  /** Rules of the outcome that the observation agrees with, or of the nearest one that was allowed. */
  readonly rules: readonly string[];
  /** The state that the specification holds for possible and that is nearest to the driver's. */
  readonly model: Snapshot | null;
  /** In how many states the driver may be, as far as the specification knows. */
  readonly possible: number;
  /** `null` where the driver was not asked or cannot tell. */
  readonly driver: Snapshot | null;
  /** The specification does not allow what the driver showed here. */
  readonly diverges: boolean;
}

/** A failure, told step by step. */
export interface Story {
  readonly signature: string;
  readonly kind: string;
  readonly rule: string | null;
  readonly level: string | null;
  readonly seen: number;
  readonly origin: string;
  readonly shrunkFrom: number;
  readonly executions: number;
  readonly confirmed: { readonly agreed: number; readonly of: number } | null;
  readonly explanation: readonly string[];
  readonly ops: readonly Op[];
  readonly steps: readonly StoryStep[];
  readonly messages: readonly MessageArrow[];
  /** Number of the step at which it shows; -1: the recorded execution did not show it. */
  readonly failing: number;
  readonly observed: unknown;
  /** The nearest first. */
  readonly allowed: readonly unknown[];
  /** How many there are, of which `allowed` are the first. */
  readonly allowedCount: number;
  readonly certificate: Certificate | null;
  /** Texts to copy: the op log, the command, a C program; absent where there is none. */
  readonly log: string;
  readonly command?: string;
  readonly c?: string;
}

/** The whole page. */
export interface PageData {
  readonly verdict: string;
  readonly reasons: readonly string[];
  readonly interrupted: boolean;
  readonly target: { readonly name: string; readonly kind: string; readonly version: string };
  readonly profile: string;
  readonly seed: number;
  readonly shard: string | null;
  readonly tool: string;
  readonly sequences: number;
  readonly regressions: number;
  readonly ops: number;
  readonly seconds: number;
  readonly opsPerSecond: number;
  readonly snapshots: number;
  readonly areas: readonly { readonly id: string; readonly about: string }[];
  readonly rules: readonly RuleCard[];
  readonly invariants: readonly {
    readonly id: string;
    readonly says: string;
    readonly weight: number;
    readonly breaches: number;
  }[];
  readonly witnesses: readonly { readonly id: string; readonly says: string; readonly seen: number }[];
  /** Known failures with what became of each. */
  readonly known: readonly {
    readonly req: string;
    readonly signature: string;
    readonly outcome: string;
    readonly issue: string;
    readonly bad: boolean;
  }[];
  readonly errors: readonly string[];
  readonly environment: readonly (readonly [string, string])[];
  readonly failures: readonly Story[];
}
