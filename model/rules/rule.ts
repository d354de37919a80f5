/** What a row of the rule registry is, and the shorthands in which the rows are written. */

/**
 * MUST: visible through the system calls. SHOULD: drivers are known to differ here, or only debugfs shows it.
 * INFO: representation, definitions and statements without a consequence of their own.
 */
export type Level = 'MUST' | 'SHOULD' | 'INFO';

/** `linux-6.1`: exactly what that driver does. `core`: what every Binder driver must do. */
export type Profile = 'linux-6.1' | 'core';

/** Where a rule was found. */
export interface Evidence {
  /** It was executed on a live kernel of this version and seen as written. */
  readonly seen: boolean;
  /** The kernel functions that decide it. */
  readonly kernel: readonly string[];
}

/** Whether the specification speaks of the rule, or why a deterministic harness on one machine cannot show it. */
export type Status = { readonly kind: 'modelled' } | { readonly kind: 'not-applicable'; readonly why: string };

/** A rule of the driver: one or two plain sentences that someone could disagree with. */
export interface Rule {
  readonly says: string;
  readonly level: Level;
  readonly profiles: readonly Profile[];
  readonly evidence: Evidence;
  /** `exact`: one outcome, given the history of calls. `set`: several outcomes are legal. */
  readonly determinism: 'exact' | 'set';
  readonly status: Status;
  /**
   * Where else than in a step it is exercised: `snapshot` means by comparing the state that debugfs shows, `journal` by
   * comparing what it tells of the history.
   */
  readonly firesIn?: 'snapshot' | 'journal';
  /** The one kind of target on which it can fire. */
  readonly applies?: 'linux-target' | 'impl-only';
}

/** A number of the catalogue that restates rules of other areas; it has no sentence of its own and never fires. */
export interface Alias<Id extends string = string> {
  readonly aliasOf: readonly [Id, ...Id[]];
}

const linuxOnly = ['linux-6.1'] as const satisfies readonly Profile[];
const everyDriver = ['linux-6.1', 'core'] as const satisfies readonly Profile[];
const modelled: Status = { kind: 'modelled' };

type Preset = Pick<Rule, 'level' | 'profiles' | 'determinism' | 'status'>;

/** Every Binder driver does it. */
export const CORE: Preset = { level: 'MUST', profiles: everyDriver, determinism: 'exact', status: modelled };
/** Numbers and layouts that every driver shares. */
export const LAYOUT: Preset = { level: 'INFO', profiles: everyDriver, determinism: 'exact', status: modelled };
/** Linux does it, visibly. */
export const MUST: Preset = { level: 'MUST', profiles: linuxOnly, determinism: 'exact', status: modelled };
/** Linux does it, and other drivers may not, or only debugfs shows it. */
export const SHOULD: Preset = { level: 'SHOULD', profiles: linuxOnly, determinism: 'exact', status: modelled };
/** Linux has it, and nothing visible hangs on it alone. */
export const INFO: Preset = { level: 'INFO', profiles: linuxOnly, determinism: 'exact', status: modelled };

/** Evidence of a rule that was seen on a live kernel. */
export const seen = (...kernel: readonly string[]): Evidence => ({ seen: true, kernel });
/** Evidence of a rule that was derived from the source of these functions and not yet seen. */
export const derived = (...kernel: readonly string[]): Evidence => ({ seen: false, kernel });
/** The status of a rule that this suite cannot show. */
export const notApplicable = (why: string): Status => ({ kind: 'not-applicable', why });
