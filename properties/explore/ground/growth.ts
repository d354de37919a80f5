/**
 * Every log of a hunting ground, breadth first by ops, and no further where a state was met before.
 *
 * Each edge is made by the specification and by a driver that is right, and holds what a driver must show: so that a
 * driver that is wrong is told by replaying calls and comparing, without the specification.
 */
import type { Call, Command, WriteRead } from '../../../abi/call.ts';
import type { Driver } from '../../../abi/driver.ts';
import { equal } from '../../../abi/equal.ts';
import type { Observation } from '../../../abi/observation.ts';
import type { CommandSpec, Op, OpLog } from '../../../abi/op.ts';
import { Environment, resolve } from '../../../abi/resolve.ts';
import { same } from '../../../abi/same.ts';
import { specification, threadKey, type State } from '../../../model/model.ts';
import { BinderSystem, type Watch } from '../binder.ts';
import { setUpOps } from '../setup.ts';
import { Trail } from '../trail.ts';
import { digestOf } from './digest.ts';
import { Extras, type Ground, type Step } from './ground.ts';
import { keyOf } from './key.ts';

/** One op behind the log of another edge, and what it must show. */
export interface Edge {
  /** The edge before it; -1: it is the first op. */
  readonly from: number;
  readonly call: Call;
  readonly op: Op | undefined;
  /** Number of the outcome among those that the rules allow. */
  readonly choice: number;
  /** Ops of the log that ends here. */
  readonly length: number;
  readonly observation: Observation;
  /** `digestOf` the snapshot. */
  readonly digest: number;
}

/** A state from which there is more to do. */
interface Open {
  readonly edge: number;
  readonly state: State;
  /** Place in the ops of the beginning of the last one that was made; `Infinity` once something else was. */
  readonly begun: number;
  /** Words of the log that led there, one bit each. */
  readonly history: bigint;
}

/** A write that may have more commands, and the state behind it. */
interface Written {
  readonly call: WriteRead;
  readonly after: State;
}

const WORLD = { devices: 1 };

/** A write of one command and nothing strange. */
const isCommand = (call: Call): call is WriteRead =>
  call.op === 'write_read' && call.write.length === 1 && call.read === undefined && isPlain(call);
/** A read and nothing else. */
const isRead = (call: Call): call is WriteRead =>
  call.op === 'write_read' && call.write.length === 0 && isPlain(call) && call.bad === undefined;
const isPlain = ({ writeSize, writeLimit, writeConsumed, bad }: WriteRead): boolean =>
  writeSize === undefined && writeLimit === undefined && writeConsumed === 0 && bad === undefined;

export interface GrowthOptions {
  /** Told of every step. */
  readonly watch?: Watch | undefined;
  /**
   * States are told apart by the words of their logs as well: a driver that is wrong may keep what the specification
   * has forgotten, and what nobody sees in its state.
   */
  readonly history?: boolean;
}

/** What was done in a log, as bits of a number. */
class Words {
  readonly #bits = new Map<string, bigint>();

  /** The words of a log with one call more. */
  of(history: bigint, call: Call): bigint {
    let all = history;
    for (const word of wordsOf(call)) {
      let bit = this.#bits.get(word);
      if (bit === undefined) this.#bits.set(word, (bit = 1n << BigInt(this.#bits.size)));
      all |= bit;
    }
    return all;
  }
}

const wordsOf = (call: Call): readonly string[] => {
  if (call.op === 'ioctl') return [`${call.cmd} ${JSON.stringify(call.arg)}`];
  if (call.op !== 'write_read') return call.op === 'open' || call.op === 'mmap' ? [] : [call.op];
  const words: string[] = call.write.map(command =>
    'message' in command ? `${command.bc} ${command.flags} ${command.message.data}` : command.bc,
  );
  if (call.read !== undefined) words.push('read');
  return words;
};

export class Growth {
  readonly ground: Ground;
  readonly edges: Edge[] = [];
  /** Every log of so many ops is here. */
  complete = 0;
  /** Different states. */
  states = 1;
  /** Logs on which the right driver was none: a divergence that somebody has to look at. */
  readonly strange: OpLog[] = [];
  readonly #driver: Driver;
  readonly #system: BinderSystem;
  readonly #extras: Extras;
  readonly #beginning: readonly Call[];
  /** Ops of the shortest log to each state. */
  readonly #met = new Map<string, number>();
  /** Commands of the shortest write to each state from which a write may go on. */
  readonly #written = new Map<string, number>();
  readonly #words: Words | undefined;
  readonly #bytes: boolean;
  readonly #watch: Watch | undefined;
  #open: Open[] = [];
  #next: Open[] = [];

  /** `driver`: one that is right. */
  constructor(ground: Ground, driver: Driver, { watch, history = false }: GrowthOptions = {}) {
    this.#watch = watch;
    this.#words = history ? new Words() : undefined;
    this.ground = ground;
    this.#driver = driver;
    this.#system = new BinderSystem(ground.configuration, { symmetry: false, invariants: false });
    this.#extras = new Extras(ground.extras);
    this.#beginning = setUpOps(ground.configuration).map(op => resolve(new Environment(), op));
    this.#bytes = ground.extras.some(({ op }) => op.op === 'peek');
    this.#open = [{ edge: -1, state: specification.initial(WORLD), begun: -1, history: 0n }];
  }

  /** Grows by one op; false when there was nothing to grow, or `most` edges are there before all logs are. */
  grow(most: number): boolean {
    if (this.#open.length === 0) return false;
    for (const open of this.#open) {
      if (this.edges.length >= most) return false;
      this.#expand(open);
    }
    this.#open = this.#next;
    this.#next = [];
    this.complete++;
    return true;
  }

  /** The calls of the log that ends with an edge. */
  callsTo(edge: number): readonly Call[] {
    const calls: Call[] = [];
    for (let at = edge; at >= 0; at = (this.edges[at] as Edge).from) calls.push((this.edges[at] as Edge).call);
    return calls.reverse();
  }

  /** The log that ends with an edge. */
  logTo(edge: number, title: string): OpLog {
    const way: Edge[] = [];
    for (let at = edge; at >= 0; at = (this.edges[at] as Edge).from) way.push(this.edges[at] as Edge);
    const trail = new Trail(bare(this.ground));
    for (const { call, op, choice } of way.reverse()) trail.make(this.#opOf(trail, call, op), choice);
    return trail.log(title);
  }

  #opOf(trail: Trail, call: Call, op: Op | undefined): Op {
    const { id } = call;
    if (op !== undefined) return { ...op, id };
    if (call.op === 'open') return { op: 'open', id, proc: call.proc, thread: call.thread, fd: call.fd };
    if (call.op === 'mmap') {
      return { op: 'mmap', id, proc: call.proc, thread: call.thread, fd: call.fd, size: call.size };
    }
    if (call.op !== 'write_read') return trail.opOf(call);
    const spec = (command: Command): CommandSpec =>
      this.#extras.specOf(command) ??
      ((trail.opOf({ ...call, write: [command] }) as Op & { op: 'write_read' }).write?.[0] as CommandSpec);
    const { read, ...rest } = trail.opOf({ ...call, write: [] }) as Op & { op: 'write_read' };
    const write = call.write.length === 0 ? {} : { write: call.write.map(spec) };
    return { ...rest, ...write, ...(read === undefined ? {} : { read }) };
  }

  #expand(open: Open): void {
    const { edge, state, begun } = open;
    const before = this.callsTo(edge);
    for (let at = begun + 1; at < this.#beginning.length; at++) {
      const call = this.#beginning[at] as Call;
      if (!specification.applicable(state, call) || this.#isLate(state, call)) continue;
      this.#make(before, open, { call }, at);
    }
    // Short writes come first, so that a log has no command that it does not need.
    const written: Written[] = [];
    for (const step of this.#stepsAt(state)) {
      const after = this.#make(before, open, step, Infinity);
      if (after !== undefined && isCommand(step.call)) written.push({ call: step.call, after });
    }
    for (const each of written) this.#writeOn(before, open, each, written);
  }

  /** A process like the one before it begins after that one: there is no other difference between them. */
  #isLate(state: State, call: Call): boolean {
    if (call.op !== 'open' || call.proc < 2) return false;
    return !state.files.some(({ proc }) => proc === call.proc - 1);
  }

  /** The same write with a read at its end, and with one command more: `written` takes those that may be longer yet. */
  #writeOn(before: readonly Call[], open: Open, { call, after }: Written, written: Written[]): void {
    const { proc, thread } = call;
    for (const { call: more } of this.#stepsAt(after, proc, thread)) {
      if (isRead(more)) this.#make(before, open, { call: { ...call, read: more.read } }, Infinity);
      if (!isCommand(more) || call.write.length >= this.ground.batch) continue;
      const longer = { ...call, write: [...call.write, ...more.write] };
      const made = this.#make(before, open, { call: longer }, Infinity);
      if (made !== undefined) written.push({ call: longer, after: made });
    }
  }

  /** Every step of a state, or those of one thread. */
  #stepsAt(state: State, proc?: number, thread?: number): readonly Step[] {
    const steps: Step[] = [];
    const wanted = (call: Call): boolean =>
      proc === undefined || ('thread' in call && call.proc === proc && call.thread === thread);
    this.#system.calls(state, call => {
      if (wanted(call) && !isEarly(state, call)) steps.push({ call });
    });
    if (this.ground.extras.length === 0) return steps;
    for (const { proc: one, alive } of state.tasks) {
      if (!alive) continue;
      for (let at = 0; at < (this.ground.configuration.processes[one]?.threads ?? 0); at++) {
        this.#extras.each(one, at, step => {
          if (wanted(step.call) && !isEarly(state, step.call) && specification.applicable(state, step.call)) {
            steps.push(step);
          }
        });
      }
    }
    return steps;
  }

  /** Makes a step; answers the state behind it where a longer write may go on from it. */
  #make(before: readonly Call[], open: Open, step: Step, begun: number): State | undefined {
    const { state } = open;
    const length = before.length + 1;
    const call = { ...step.call, id: length };
    const outcomes = specification.step(state, call);
    const driver = this.#driver;
    driver.reset(WORLD);
    for (const each of before) driver.perform(each);
    const observation = driver.perform(call);
    const digest = digestOf(driver);
    const seen = driver.snapshot();
    const choice = outcomes.findIndex(
      outcome => same(outcome.observation, observation) && equal(specification.snapshot(outcome.state), seen),
    );
    const edge = this.edges.length;
    this.edges.push({ from: open.edge, call, op: step.op, choice: Math.max(0, choice), length, observation, digest });
    const outcome = outcomes[choice];
    if (outcome === undefined) {
      this.strange.push(this.logTo(edge, `the right driver differs in ${this.ground.name}`));
      this.edges.pop();
      return undefined;
    }
    this.#watch?.(call, outcome);
    const history = this.#words?.of(open.history, call) ?? 0n;
    const key = `${history} ${keyOf(outcome.state, this.#bytes)}`;
    const known = this.#met.get(key);
    if (known === undefined) {
      this.#met.set(key, length);
      this.states++;
      this.#next.push({ edge, state: outcome.state, begun, history });
    } else if (known < length) return undefined;
    const { result } = observation;
    if (call.op !== 'write_read' || result === 'pending' || result.status !== 'OK') return undefined;
    const written = `${call.proc} ${call.thread} ${length} ${key}`;
    const commands = call.write.length;
    if ((this.#written.get(written) ?? Infinity) <= commands) return undefined;
    this.#written.set(written, commands);
    return outcome.state;
  }
}

/** The configuration without its beginning. */
const bare = ({ configuration, name }: Ground): Ground['configuration'] => ({
  ...configuration,
  title: name,
  processes: [],
});

/** Threads of a process are alike: one that the driver does not know acts after those before it. */
const isEarly = ({ files, threads }: State, call: Call): boolean => {
  if (!('thread' in call) || call.thread === undefined || call.thread === 0) return false;
  const { proc, thread } = call;
  const file = files.find(other => other.proc === proc);
  return file !== undefined && !threads.some(({ key }) => key === threadKey(file, proc, thread - 1));
};
