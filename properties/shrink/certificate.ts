/**
 * The certificate of a shrunk log: every single removal executed once more with what it shows, and around each quantity
 * the interval of values that fail in the same way.
 *
 * What is executed depends on the log and on what earlier executions showed, never on time, so a certificate is the
 * same whichever of several executions at once comes back first.
 */
import type { Certificate, ChangedOutcome, Interval, Removal } from '../../abi/certificate.ts';
import type { OpId } from '../../abi/ids.ts';
import type { Observation } from '../../abi/observation.ts';
import type { Op } from '../../abi/op.ts';
import { u64 } from '../../abi/u64.ts';
import { sameBug, type Failure } from '../failure.ts';
import { repair, withoutCommand } from './edit.ts';
import { edited } from './leaves.ts';
import { placeName, quantitiesOf, type Quantity } from './quantities.ts';

export type { Certificate, Interval, Removal } from '../../abi/certificate.ts';

/** What one execution of a log showed. */
export interface Execution {
  readonly failure?: Failure | undefined;
  /** Ops that could not be performed. */
  readonly skipped: readonly OpId[];
  /** What each performed op showed, as far as it agreed with the rules. */
  readonly observations: ReadonlyMap<OpId, Observation>;
}

/** Runs a log and answers all that it showed. */
export type Execute = (ops: readonly Op[]) => Promise<Execution>;

export interface CertificateOptions {
  /** Executions, at most. */
  readonly budget?: number;
  /** Executions at once. */
  readonly parallel?: number;
}

export const CERTIFICATE_BUDGET = 1000;
/** Executions for one side of an interval, at most: enough for every size. */
const SIDE = 28;

/** The tasks' answers in their order, so many under way at once. */
const pooled = async <Task, Answer>(
  tasks: readonly Task[],
  parallel: number,
  work: (task: Task) => Promise<Answer>,
): Promise<readonly Answer[]> => {
  const answers: Answer[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < tasks.length) {
      const at = next++;
      answers[at] = await work(tasks[at] as Task);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, parallel) }, lane));
  return answers;
};

interface Change {
  readonly op: OpId;
  readonly part?: string;
  readonly ops: readonly Op[];
}

/** Every op of the log goes once, and every command and the read of those that have several parts. */
const changesOf = (ops: readonly Op[]): readonly Change[] => {
  const whole = ops.map((op, at): Change => ({ op: op.id, ops: [...ops.slice(0, at), ...ops.slice(at + 1)] }));
  const parts = ops.flatMap((op, at): Change[] => {
    if (op.op !== 'write_read') return [];
    const { write = [], read, ...rest } = op;
    if (write.length + (read === undefined ? 0 : 1) < 2) return [];
    const without = write.map((_, index) => ({
      op: op.id,
      part: `write[${index}]`,
      ops: withoutCommand(ops, at, index),
    }));
    if (read === undefined) return without;
    return [...without, { op: op.id, part: 'read', ops: ops.with(at, { ...rest, write }) }];
  });
  return [...whole, ...parts];
};

/** An op in a few words: `op 7 write_read BC_REPLY`. */
const opName = (op: Op): string => {
  const what =
    op.op === 'ioctl' ? [String(op.cmd)] : op.op === 'write_read' ? (op.write ?? []).map(({ bc }) => bc) : [];
  return [`op ${op.id}`, op.op, ...what].join(' ');
};

/** What an op showed, in a few words: `OK BR_NOOP BR_REPLY`. */
const shownBy = ({ result, completions }: Observation): string => {
  const words = (done: Exclude<Observation['result'], 'pending'>): string =>
    [done.status, ...(done.returns ?? []).map(({ br }) => br)].join(' ');
  const own = result === 'pending' ? 'it waits' : words(result);
  return [own, ...completions.map(({ op, done }) => `op ${op} returns ${words(done)}`)].join('; ');
};

const listOf = (ids: readonly OpId[]): string => `op${ids.length === 1 ? '' : 's'} ${ids.join(', ')}`;

class Certifier {
  readonly #ops: readonly Op[];
  readonly #pinned: Failure;
  readonly #execute: Execute;
  executions = 0;

  constructor(ops: readonly Op[], pinned: Failure, execute: Execute) {
    this.#ops = ops;
    this.#pinned = pinned;
    this.#execute = execute;
  }

  async #run(ops: readonly Op[]): Promise<Execution> {
    this.executions++;
    return this.#execute(ops);
  }

  #outcome(ops: readonly Op[], { failure, skipped }: Execution): ChangedOutcome {
    if (failure !== undefined) return sameBug(this.#pinned, failure) ? 'same failure' : 'other failure';
    const last = this.#pinned.op.id;
    return skipped.includes(last) || !ops.some(({ id }) => id === last) ? 'inapplicable' : 'passes';
  }

  async removal({ op, part, ops: changed }: Change): Promise<Removal> {
    const ops = repair(changed);
    const about = part === undefined ? { op } : { op, part };
    const before = new Map(this.#ops.map(each => [each.id, each]));
    const along = this.#ops.filter(({ id }) => id !== op && !ops.some(each => each.id === id)).map(({ id }) => id);
    const last = this.#pinned.op;
    const ending = along.length === 0 ? '' : ` (${listOf(along)} went with it, which named what it made)`;
    if (op === last.id && part === undefined) {
      return { ...about, outcome: 'inapplicable', why: `it is the op at which the log fails${ending}` };
    }
    if (ops.length === 0) return { ...about, outcome: 'inapplicable', why: `nothing is left without it${ending}` };
    const execution = await this.#run(ops);
    const outcome = this.#outcome(ops, execution);
    const { failure, skipped, observations } = execution;
    const stuck = [...skipped, ...along];
    switch (outcome) {
      case 'passes': {
        const seen = observations.get(last.id);
        const shows = seen === undefined ? '' : `: ${shownBy(seen)}`;
        const lost = skipped.length === 0 ? '' : ` ${listOf(skipped)} cannot be performed, and`;
        return { ...about, outcome, why: `without it${lost} ${opName(last)} shows what is allowed${shows}${ending}` };
      }
      case 'inapplicable': {
        const names = stuck.map(id => opName(before.get(id) as Op)).join(', ');
        return { ...about, outcome, why: `without it ${names} cannot be performed` };
      }
      case 'other failure':
        return {
          ...about,
          outcome,
          signature: (failure as Failure).signature,
          why: `without it the log fails in another way, at op ${(failure as Failure).op.id}${ending}`,
        };
      case 'same failure':
        return { ...about, outcome, signature: (failure as Failure).signature, why: `it is not needed${ending}` };
    }
  }

  async interval(op: Op, quantity: Quantity): Promise<Interval> {
    const { path, value, highest } = quantity;
    const shows = async (tried: bigint): Promise<ChangedOutcome> => {
      const ops = this.#ops.map(each => (each.id === op.id ? edited(op, path, u64(tried)) : each));
      return this.#outcome(ops, await this.#run(ops));
    };
    const [low, high] = [await edge(value, 0n, shows), await edge(value, highest, shows)];
    return {
      op: op.id,
      path: placeName(path),
      value: u64(value),
      from: u64(low.last),
      to: u64(high.last),
      below: low.beyond,
      above: high.beyond,
    };
  }
}

/** How far towards `limit` a value may move while the same failure is shown, and what stands beyond. */
const edge = async (
  value: bigint,
  limit: bigint,
  shows: (value: bigint) => Promise<ChangedOutcome>,
): Promise<{ readonly last: bigint; readonly beyond: Interval['below'] }> => {
  if (value === limit) return { last: value, beyond: 'limit' };
  let beyond: Interval['below'] = await shows(limit);
  if (beyond === 'same failure') return { last: limit, beyond: 'limit' };
  let last = value;
  let wrong = limit;
  const next = value < limit ? value + 1n : value - 1n;
  for (let turn = 1, tried = next; wrong !== last + (value < limit ? 1n : -1n); turn++) {
    if (turn === SIDE) return { last, beyond: 'untried' };
    const shown = await shows(tried);
    if (shown === 'same failure') last = tried;
    else {
      wrong = tried;
      beyond = shown;
    }
    tried = (last + wrong) / 2n;
  }
  return { last, beyond };
};

/** Certifies a log that fails as `failure` says. */
export const certify = async (
  ops: readonly Op[],
  failure: Failure,
  execute: Execute,
  { budget = CERTIFICATE_BUDGET, parallel = 1 }: CertificateOptions = {},
): Promise<Certificate> => {
  const certifier = new Certifier(ops, failure, execute);
  const changes = changesOf(ops);
  const removals = await pooled(changes.slice(0, budget), parallel, change => certifier.removal(change));
  const quantities = ops.flatMap(op => quantitiesOf(op).map(quantity => ({ op, quantity })));
  const afford = Math.floor(Math.max(0, budget - removals.length) / (2 * SIDE));
  const intervals = await pooled(quantities.slice(0, afford), parallel, ({ op, quantity }) =>
    certifier.interval(op, quantity),
  );
  const whole = removals.filter(({ part }) => part === undefined);
  return {
    minimal: whole.length === ops.length && whole.every(({ outcome }) => outcome !== 'same failure'),
    removals,
    intervals,
    executions: certifier.executions,
    complete: changes.length <= budget && quantities.length <= afford,
  };
};
