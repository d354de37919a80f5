/** Runs one random program and holds every property to it; the specification judges each of its system calls. */
import type { Snapshot } from '../../../abi/snapshot.ts';
import { BpBinder, KilledError, ServiceManager, System, TransactionError } from '../../../userspace/index.ts';
import { seederOf } from '../../campaign/seeds.ts';
import type { Bench } from '../judged.ts';
import { JudgedKernel } from '../judged.ts';
import { Actor, isDeath, ownerOf } from './actor.ts';
import {
  ENOUGH_THREADS,
  MOST_ALIVE,
  MOST_ALONG,
  MOST_STARTED,
  NAMES,
  type Program,
  type ProgramStep,
} from './program.ts';
import type { Weights } from './properties.ts';
import { perform } from './steps.ts';
import { Table } from './table.ts';
import { Watcher } from './watcher.ts';

/** A task of the program: a step that may run along others. */
interface Task {
  readonly step: ProgramStep;
  readonly actor: Actor | undefined;
  isDone: boolean;
}

/** A program while it runs. */
export class Running {
  readonly kernel: JudgedKernel;
  readonly system: System;
  readonly watcher: Watcher;
  readonly table = new Table();
  readonly manager: ServiceManager;
  readonly actors: Actor[] = [];
  readonly #program: Program;
  readonly #maxThreads: number;
  #tasks: Task[] = [];
  #bursts: { readonly number: bigint; readonly count: number; readonly target: number }[] = [];
  /** The state of the driver, as it was when everything last came to rest. */
  #state: Snapshot = { procs: [], deadNodes: [], transactions: [], census: null };
  /** Somebody was told to end since everything last came to rest. */
  #someoneDied = false;

  constructor(program: Program, bench: Bench, weights: Weights) {
    this.#program = program;
    this.#maxThreads = Math.min(program.maxThreads, ENOUGH_THREADS);
    this.kernel = new JudgedKernel(bench);
    this.watcher = new Watcher(weights);
    const seeder = seederOf(program.schedule, 0);
    const choose = (ready: number): number => (program.schedule === 0 ? 0 : seeder.nextInt(0, ready - 1));
    this.system = new System(this.kernel, { choose });
    this.manager = new ServiceManager(this.system);
  }

  /** Processes that were not told to end. */
  get alive(): readonly Actor[] {
    return this.actors.filter(({ isDying }) => !isDying);
  }

  /** Whether the process of that number was told to end. */
  isDead(proc: number): boolean {
    return this.actors.some(actor => actor.proc === proc && actor.isDying);
  }

  /** A new process; `undefined` when there are enough. */
  start(): Actor | undefined {
    if (this.alive.length >= MOST_ALIVE || this.actors.length >= MOST_STARTED) return undefined;
    const actor = new Actor(this.watcher, this.system, this.#maxThreads);
    this.actors.push(actor);
    void this.#task({ do: 'start' }, actor, async () => actor.process.startThreadPool());
    return actor;
  }

  /** Runs the program to its end. Throws `PropertyError`, `DivergenceError`, or what the driver throws. */
  async run(): Promise<void> {
    await this.#steps();
    await this.#settle();
    await this.kernel.check();
    await this.#dropAll();
    await this.#end();
  }

  async #steps(): Promise<void> {
    await this.manager.start();
    const mayRunAlong = this.#maxThreads >= ENOUGH_THREADS;
    for (const step of this.#program.steps) {
      if (step.do === 'start') {
        this.start();
        continue;
      }
      const alive = this.alive;
      const actor = alive.length === 0 ? this.start() : alive[step.proc % alive.length];
      if (actor === undefined) continue;
      void this.#task(step, actor, () => perform(this, actor, step));
      const isAlong = mayRunAlong && step.along === true && this.#tasks.length < MOST_ALONG;
      if (!isAlong) await this.#settle();
    }
  }

  /** Runs a step as a thread of a process, or as the harness where it ends one. */
  async #task(step: ProgramStep, actor: Actor, work: () => Promise<void>): Promise<void> {
    const task: Task = { step, actor, isDone: false };
    this.#tasks.push(task);
    const wasStale = this.#isStale(actor);
    try {
      if (step.do === 'kill') {
        this.doom(actor);
        await this.system.kill(actor.proc);
      } else {
        await actor.process.run(work);
      }
    } catch (error) {
      // What its own end does to a process says nothing.
      const excused = actor.isDying && (error instanceof KilledError || error instanceof TransactionError);
      if (!excused && !(isDeath(error) && (this.#someoneDied || wasStale || this.#isStale(actor)))) {
        this.watcher.claim('answered', false, () => `${JSON.stringify(step)} ended with ${String(error)}`);
      }
    }
    task.isDone = true;
  }

  /** Whether a process holds a reference to somebody who is gone. */
  #isStale({ refs }: Actor): boolean {
    return [...refs.values()].some(({ identity }) => this.isDead(ownerOf(identity)));
  }

  /** A process is told to end. */
  doom(actor: Actor): void {
    actor.isDying = true;
    this.#someoneDied = true;
  }

  /** Whether somebody was told to end since everything last came to rest. */
  get someoneDied(): boolean {
    return this.#someoneDied;
  }

  /** So many oneway calls went to a process. */
  expectBurst(number: bigint, count: number, target: number): void {
    this.#bursts.push({ number, count, target });
  }

  /** Waits until nothing goes on, then looks at everything. */
  async #settle(): Promise<void> {
    await this.system.idle();
    for (const { step, actor, isDone } of this.#tasks) {
      this.watcher.claim('answered', isDone || actor?.isDying === true, () => `${JSON.stringify(step)} was never over`);
    }
    this.#tasks = [];
    this.#state = this.kernel.expected();
    this.#look();
    if (this.watcher.broken !== undefined) throw this.watcher.broken;
  }

  #look(): void {
    this.#lookAtNames();
    for (const { number, count, target } of this.#bursts) {
      const arrived = this.watcher.arrived(number);
      const right = this.isDead(target) ? arrived <= count : arrived === count;
      this.watcher.claim('oneway', right, () => `${arrived} of ${count} oneway calls to process ${target} arrived`);
    }
    this.#bursts = [];
    for (const actor of this.actors) this.#lookAt(actor);
    for (const error of this.manager.process.uncaught) {
      this.watcher.claim('uncaught', false, () => `manager: ${String(error)}`);
    }
    this.table.forget();
    this.#someoneDied = false;
    this.#lookAtDriver();
  }

  #lookAtNames(): void {
    const { watcher, table } = this;
    const bound = this.manager.names;
    NAMES.forEach((text, name) => {
      const allowed = table.allowed(name, proc => this.isDead(proc));
      const seen = this.#ownerOf(name);
      watcher.claim(
        allowed.includes(undefined) ? 'gone' : 'name',
        allowed.includes(seen) && bound.includes(text) === (seen !== undefined),
        () => `${text} maps to ${seen ?? 'nobody'}, not to ${allowed.map(each => each ?? 'nobody').join(' or ')}`,
      );
      const before = table.ownerOf(name);
      const { least, most } = table.additions(name);
      for (const { watches, isDying } of this.actors) {
        for (const watch of watches) {
          if (watch.name !== name || isDying) continue;
          watch.least += watch.isNew ? 0 : least;
          watch.most += most + (watch.isNew && (before !== undefined || most > 0) ? 1 : 0);
          watch.isNew = false;
          const right = watch.least <= watch.heard && watch.heard <= watch.most;
          watcher.claim(
            'told',
            right,
            () => `${text}: heard ${watch.heard} times, not ${watch.least} to ${watch.most}`,
          );
        }
      }
      table.settled(name, seen);
    });
  }

  #lookAt({ process, links, former, isDying, proc }: Actor): void {
    const { watcher } = this;
    watcher.claim('uncaught', true, () => '');
    for (const error of process.uncaught) {
      const excused = isDeath(error) && (isDying || this.#someoneDied);
      watcher.claim(
        'uncaught',
        excused,
        () => `process ${proc}: ${error instanceof Error ? error.stack : String(error)}`,
      );
    }
    process.uncaught.length = 0;
    watcher.claim('pool', process.spawned <= process.maxThreads, () => `process ${proc}: ${process.spawned} threads`);
    if (isDying) return;
    for (const { identity, heard } of links) {
      const right = heard === (this.isDead(ownerOf(identity)) ? 1 : 0);
      watcher.claim('death', right, () => `a recipient of process ${proc} heard ${heard} times of ${identity}`);
    }
    for (const { identity, heard } of former) {
      const right = heard <= (this.isDead(ownerOf(identity)) ? 1 : 0);
      watcher.claim(
        'death',
        right,
        () => `an unlinked recipient of process ${proc} heard ${heard} times of ${identity}`,
      );
    }
  }

  /** Who has a name: the object behind the manager's proxy, as the driver knows it. */
  #ownerOf(name: number): number | undefined {
    const binder = this.manager.binderOf(NAMES[name] ?? '');
    if (!(binder instanceof BpBinder)) return undefined;
    const { procs } = this.#state;
    const node = procs
      .find(({ proc }) => proc === this.manager.process.proc)
      ?.refs.find(({ handle }) => handle === binder.handle)?.node;
    for (const { proc, nodes } of procs) {
      const ptr = nodes.find(({ id }) => id === node)?.ptr;
      const object =
        ptr === undefined ? undefined : this.actors.find(actor => actor.proc === proc)?.process.objectAt(ptr);
      if (object !== undefined) return this.watcher.meaningOf(object);
    }
    return undefined;
  }

  #lookAtDriver(): void {
    const { procs, transactions } = this.#state;
    for (const { proc, buffers, startedThreads, maxThreads, todo } of procs) {
      this.watcher.claim(
        'buffers',
        buffers.length === 0 && todo.length === 0,
        () => `process ${proc} has ${buffers.length} buffers and ${todo.length} items of work at rest`,
      );
      this.watcher.claim(
        'pool',
        startedThreads <= maxThreads,
        () => `the driver started ${startedThreads} of ${maxThreads}`,
      );
    }
    this.watcher.claim(
      'buffers',
      transactions?.length === 0,
      () => `${transactions?.length} transactions exist at rest`,
    );
  }

  /** Everybody drops everything: only what has a name is still exported. */
  async #dropAll(): Promise<void> {
    for (const actor of this.alive) void this.#task({ do: 'list', proc: 0 }, actor, () => actor.dropAll());
    await this.#settle();
    const named = new Set(NAMES.map((_, name) => this.#ownerOf(name)));
    for (const { process, proc, objects } of this.alive) {
      this.watcher.claim(
        'held',
        process.proxies.size === 0,
        () => `process ${proc} keeps ${[...process.proxies.keys()].join(' ')}`,
      );
      const right = process.exported.every(
        object => named.has(this.watcher.meaningOf(object)) && objects.some(own => own === object),
      );
      this.watcher.claim('held', right, () => `process ${proc} exports ${process.exported.length} objects`);
    }
    const { proxies } = this.manager.process;
    const bound = new Set(this.manager.names.map(name => this.manager.binderOf(name))).size;
    this.watcher.claim(
      'held',
      proxies.size === bound,
      () => `the manager keeps ${proxies.size} proxies for ${bound} objects`,
    );
    if (this.watcher.broken !== undefined) throw this.watcher.broken;
  }

  /** Every process ends. */
  async #end(): Promise<void> {
    for (const actor of this.actors) {
      this.doom(actor);
      await this.system.kill(actor.proc);
    }
    await this.system.idle();
    const { names } = this.manager;
    this.watcher.claim('gone', names.length === 0, () => `${names.join(' ')} outlive every server`);
    await this.system.kill(this.manager.process.proc);
    await this.system.idle();
    const seen = await this.kernel.check();
    const { procs, deadNodes, transactions, census } = seen ?? this.kernel.expected();
    const left = [procs.length, deadNodes?.length ?? 0, transactions?.length ?? 0, ...Object.values(census ?? {})];
    this.watcher.claim(
      'nothing',
      left.every(count => count === 0),
      () => `left: ${left.join(' ')}`,
    );
    if (this.watcher.broken !== undefined) throw this.watcher.broken;
  }
}
