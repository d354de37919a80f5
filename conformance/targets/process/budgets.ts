/** How long an adapter may take for what, in milliseconds. Each budget is its own, so that the message can name it. */

/** What a user can say about time. */
export interface Patience {
  /** Factor on every budget. */
  readonly scale: number;
  /** No budget at all: for debuggers. */
  readonly timeouts: boolean;
}

export const PATIENT: Patience = { scale: 1, timeouts: true };

/** Budgets by what they are for. */
export const BUDGETS = {
  /** From the start of the process to its first sign of life, which may be log text. */
  start: 10_000,
  /** From there to the answer to `hello`. */
  hello: 5_000,
  /** A request of a test without a sign of life: an answer or `alive`. */
  test: 2_000,
  /** A request of a test although `alive` keeps coming. */
  busy: 20_000,
  /** How long a call may take to return or to come to rest: what adapters are told to use. */
  settle: 250,
  /** `bye` and the end of the process; then TERM, then, after as long again, KILL. */
  shutdown: 2_000,
} as const;
/** The name of a budget. */
export type BudgetName = keyof typeof BUDGETS;

/** A budget in milliseconds; `Infinity` without timeouts. */
export const budgetOf = (name: BudgetName, { scale, timeouts }: Patience): number =>
  timeouts ? BUDGETS[name] * scale : Infinity;
