/**
 * Raw bytes against the optimised driver: write buffers that mostly make sense, then damaged, from several threads of
 * several processes, between polls, signals, thread exits, flushes, kills and everything else a process may do.
 *
 * A run is a row of worlds. Each is a function of the run's seed and its number, begins with nothing open and ends when
 * everybody is gone; then nothing may be left. Nothing here sleeps or waits: a run that does not end is a finding.
 */
import { BR, IOCTL } from '../../../abi/constants.ts';
import { WRITE_READ } from '../../../abi/layout.ts';
import { writeU64 } from '../../../abi/u64.ts';
import { BinderDriver } from '../../../impl/driver.ts';
import { snapshotOf } from '../../../impl/snapshot.ts';
import type { Process } from '../../../impl/process.ts';
import type { Task } from '../../../impl/task.ts';
import { INVARIANTS } from '../../../properties/all.ts';
import { Dice } from '../../../properties/generator/dice.ts';
import { advise, watch } from './advice.ts';
import {
  argumentAt,
  BASE,
  EDGE,
  EDGE_SIZE,
  Player,
  readAt,
  writeAt,
  DATA,
  OFFSETS,
  PIECES,
  type Opened,
} from './cast.ts';
import { Composer } from './compose.ts';
import { EDGES, mutate, type Stretch } from './mutate.ts';
import { Inspector } from './structure.ts';

export interface FuzzOptions {
  /** Write buffers, at least; a world that has begun goes on to its end. */
  readonly buffers: number;
  readonly seed: number;
  /** Buffers between two checks of the structures; the invariants of snapshots are checked every fourth time. */
  readonly checkEvery?: number;
  /** Called after each world. */
  readonly onWorld?: (result: FuzzResult) => void;
}

export interface FuzzResult {
  buffers: number;
  worlds: number;
  /** System calls other than BINDER_WRITE_READ. */
  others: number;
  checks: number;
  /** Sleeps in epoll_wait that ended. */
  slept: number;
  /** Results of BINDER_WRITE_READ by what the driver answered; 1 is a thread that sleeps. */
  readonly results: Map<number, number>;
  /** Commands whose words were read, and returns that were stored. */
  commands: number;
  returns: number;
  /** The largest number of live objects at a check. */
  most: number;
  /** What went wrong, with the world in which it did; absent when nothing did. */
  failure?: { readonly world: number; readonly buffer: number; readonly what: string };
}

const CHECK_EVERY = 100;
const DEVICES = 2;
const FIRST_PID = 1000;
const { fields: argument } = WRITE_READ;
const IOCTLS = Object.values(IOCTL).filter(number => number !== IOCTL.BINDER_WRITE_READ);

/** Runs worlds until so many buffers were written, or something is wrong. */
export const runFuzz = (options: FuzzOptions): FuzzResult => {
  const result: FuzzResult = {
    buffers: 0,
    worlds: 0,
    others: 0,
    checks: 0,
    slept: 0,
    results: new Map(),
    commands: 0,
    returns: 0,
    most: 0,
  };
  const driver = new BinderDriver();
  while (result.buffers < options.buffers) {
    const world = new World(driver, options.seed, result.worlds, result, options.checkEvery ?? CHECK_EVERY);
    const what = world.run();
    if (what !== undefined) return { ...result, failure: { world: result.worlds, buffer: world.buffers, what } };
    result.worlds++;
    options.onWorld?.(result);
  }
  return result;
};

const seederOf = (seed: number, world: number): { nextInt(): number } => {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) + Math.imul(world + 1, 0xc2b2ae35);
  return { nextInt: () => (state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) };
};

class World {
  readonly #driver: BinderDriver;
  readonly #dice: Dice;
  readonly #result: FuzzResult;
  readonly #checkEvery: number;
  readonly #players: Player[] = [];
  readonly #inspector = new Inspector();
  #nextPid = FIRST_PID;
  #nextFd = 0;
  buffers = 0;

  constructor(driver: BinderDriver, seed: number, number: number, result: FuzzResult, checkEvery: number) {
    this.#driver = driver;
    this.#dice = new Dice(seederOf(seed, number));
    this.#result = result;
    this.#checkEvery = checkEvery;
  }

  /** Plays the world to its end; answers what went wrong. */
  run(): string | undefined {
    const dice = this.#dice;
    const length = dice.between(100, 1500);
    try {
      this.#driver.reset(DEVICES);
      const crowd = dice.between(2, 5);
      for (let count = 0; count < crowd; count++) this.#enter();
      while (this.buffers < length) {
        this.#step();
        if (this.buffers % this.#checkEvery !== 0) continue;
        const what = this.#check();
        if (what !== undefined) return what;
      }
      for (const player of [...this.#players]) this.#leave(player);
      return this.#check() ?? this.#rest();
    } catch (error) {
      return `it threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    } finally {
      const { commands, returns } = this.#driver.core;
      this.#result.commands += commands.reduce((sum, count) => sum + count, 0);
      this.#result.returns += returns.reduce((sum, count) => sum + count, 0);
    }
  }

  #enter(): void {
    const player = new Player(this.#nextPid);
    this.#nextPid += 100;
    if (this.#dice.chance(40)) player.files.room = this.#dice.below(3);
    this.#players.push(player);
    this.#open(player);
    if (this.#dice.chance(15)) this.#open(player);
    if (this.#dice.chance(70)) {
      this.#ioctlOf(player, this.#dice.pick([IOCTL.BINDER_SET_CONTEXT_MGR, IOCTL.BINDER_SET_CONTEXT_MGR_EXT]));
    }
  }

  #open(player: Player): void {
    player.open(this.#driver, this.#dice, this.#dice.chance(85) ? 0 : 1, this.#nextFd++ % 200);
  }

  #leave(player: Player): void {
    this.#players.splice(this.#players.indexOf(player), 1);
    this.#driver.exit(
      player.group,
      player.usable.map(({ process }) => process),
    );
    this.#drain();
  }

  /** Takes the answers of threads that slept. */
  #drain(): void {
    for (let thread = this.#driver.takeCompleted(); thread !== undefined; thread = this.#driver.takeCompleted()) {
      const { task } = thread;
      const player = this.#players.find(({ group }) => group === task.group);
      if (player !== undefined) this.#learn(player, player.tasks.indexOf(task));
    }
    while (this.#driver.takeWaited() !== undefined) this.#result.slept++;
  }

  #step(): void {
    const dice = this.#dice;
    const player = dice.pick(this.#players);
    const opened = player.usable;
    const { awake } = player;
    if (opened.length === 0) {
      // What is left of it is its mappings.
      if (dice.chance(30)) this.#open(player);
      else this.#replace(player);
      return;
    }
    const file = dice.pick(opened);
    if (awake.length === 0) {
      this.#result.others++;
      this.#driver.signal(dice.pick(player.tasks));
      this.#drain();
      return;
    }
    const task = dice.pick(awake);
    if (dice.chance(85)) this.#writeRead(player, file, task);
    else this.#other(player, file, task);
    this.#drain();
  }

  #replace(player: Player): void {
    this.#leave(player);
    this.#enter();
  }

  #other(player: Player, file: Opened, task: Task): void {
    const dice = this.#dice;
    const driver = this.#driver;
    const { process } = file;
    this.#result.others++;
    const kind = dice.below(100);
    if (kind < 20) this.#ioctlOf(player, dice.chance(95) ? dice.pick(IOCTLS) : dice.u32());
    else if (kind < 25) driver.ioctl(process, task, IOCTL.BINDER_THREAD_EXIT, 0);
    else if (kind < 30) driver.poll(process, task);
    else if (kind < 45) watch(driver, dice, player, process, task);
    else if (kind < 65) driver.signal(dice.pick(dice.pick(this.#players).tasks));
    else if (kind < 70) driver.flush(process);
    else if (kind < 76) advise(driver, dice, player, process);
    else if (kind < 80) process.nonblock = dice.chance(70);
    else if (kind < 85) driver.reclaim();
    else if (kind < 89) task.nice = dice.between(-20, 19);
    else if (kind < 90) driver.munmap(process, dice.below(5) * 4096, dice.chance(50) ? 4096 : 1 << 23);
    else if (kind < 93) driver.mmap(process, task, 0x4000_0000, 8192, { read: true, write: dice.chance(30) });
    else if (kind < 95) this.#close(file);
    else if (kind < 96) this.#open(player);
    else if (kind < 97) this.#share(process);
    else if (kind < 98) player.group.euid = dice.below(3) * 1000;
    else this.#replace(player);
  }

  /** Hands an open file to somebody. */
  #share(process: Process): void {
    this.#driver.share(process);
    this.#dice.pick(this.#players).opened.push({ process, closed: false });
  }

  #close(file: Opened): void {
    file.closed = true;
    this.#driver.close(file.process);
  }

  /** An ioctl whose argument is a structure of likely words, or nothing at all. */
  #ioctlOf(player: Player, number: number): void {
    const dice = this.#dice;
    const file = player.usable[0];
    const [task] = player.awake;
    if (file === undefined || task === undefined) return;
    const place = argumentAt(0);
    for (let at = 0; at < 48; at += 4) {
      player.view.setUint32(place + at, dice.chance(60) ? 0 : dice.chance(50) ? dice.below(8) : dice.u32(), true);
    }
    // A node that wants a security context can be called by nobody (TXN-16).
    if (dice.chance(95)) player.view.setUint32(place + 4, dice.pick([0, 1, 0x100, 0x17f]), true);
    if (dice.chance(50)) player.view.setUint32(place, FIRST_PID + dice.below(6) * 100, true);
    this.#driver.ioctl(file.process, task, number, dice.chance(95) ? BASE + place : 8);
    this.#drain();
  }

  #writeRead(player: Player, { process }: Opened, task: Task): void {
    const dice = this.#dice;
    const { view } = player;
    const index = player.tasks.indexOf(task);
    const record = process.threads.get(task.tid);
    const composer = new Composer(dice, player, process, index);
    for (let count = dice.below(6); count > 0; count--) composer.command(record);
    const start = writeAt(index);
    const [data, offsets, pieces] = composer.ends;
    const place = argumentAt(index);
    const read = dice.chance(75) ? dice.pick([256, 256, 512, 4096, 80, 120]) : dice.below(100);
    writeU64(view, place + argument.write_size.at, composer.size);
    writeU64(view, place + argument.write_consumed.at, 0);
    writeU64(view, place + argument.write_buffer.at, BASE + start);
    writeU64(view, place + argument.read_size.at, dice.chance(20) ? 0 : read);
    writeU64(view, place + argument.read_consumed.at, 0);
    writeU64(view, place + argument.read_buffer.at, BASE + readAt(index));
    // Sometimes the returns end where nothing is mapped.
    if (dice.chance(5)) writeU64(view, place + argument.read_buffer.at, EDGE + EDGE_SIZE - dice.below(150));
    if (dice.chance(4)) writeU64(view, place + dice.below(6) * 8, dice.pick(EDGES));
    if (dice.chance(4)) view.setUint32(place + dice.below(2) * 24, dice.below(composer.size + 16), true);
    if (dice.chance(3)) view.setUint32(place + 8 + dice.below(2) * 24, dice.below(80), true);
    if (dice.chance(40)) {
      const stretches: Stretch[] = [
        [start, start + composer.size],
        [DATA, data],
        [OFFSETS, offsets],
        [PIECES, pieces],
      ];
      for (let count = dice.between(1, 3); count > 0; count--) mutate(dice, view, stretches);
    }
    this.buffers++;
    const results = this.#result.results;
    this.#result.buffers++;
    const result = this.#driver.ioctl(
      process,
      task,
      IOCTL.BINDER_WRITE_READ,
      dice.chance(99) ? BASE + place : dice.pick([8, EDGE + EDGE_SIZE - 40]),
    );
    results.set(result, (results.get(result) ?? 0) + 1);
    this.#learn(player, index);
  }

  /** Remembers the addresses of messages that look as if they were just delivered. */
  #learn(player: Player, index: number): void {
    const { view, given } = player;
    const start = readAt(index);
    const end = start + Math.min(view.getUint32(argumentAt(index) + argument.read_consumed.at, true), 512);
    for (let at = start; at + 68 <= end;) {
      const word = view.getUint32(at, true);
      if (word === BR.BR_TRANSACTION || word === BR.BR_REPLY) {
        given.push(view.getUint32(at + 52, true));
        if (given.length > 40) given.shift();
        return;
      }
      at += 4 + ((word >>> 16) & 0x3fff);
    }
  }

  #check(): string | undefined {
    const { core } = this.#driver;
    this.#result.checks++;
    const { transactions, completions, nodes, refs, deaths, threads } = core;
    const live = [transactions, completions, nodes, refs, deaths, threads].reduce((sum, tally) => sum + tally.live, 0);
    this.#result.most = Math.max(this.#result.most, live);
    const [flaw] = this.#inspector.flawsOf(core);
    if (flaw !== undefined) return flaw;
    if (this.#result.checks % 4 !== 0) return undefined;
    const seen = snapshotOf(core, {
      procOf: ({ pid }) => (pid - FIRST_PID) / 100,
      threadOf: ({ tid }) => tid,
    });
    for (const { id, says, breaches } of INVARIANTS) {
      const [breach] = breaches(seen);
      if (breach !== undefined) return `${id}: ${says} But ${breach}.`;
    }
    return undefined;
  }

  /** When everybody is gone nothing exists. */
  #rest(): string | undefined {
    const { procs, threads, nodes, refs, deaths, transactions, completions, processes, deadNodes } = this.#driver.core;
    const live = [procs, threads, nodes, refs, deaths, transactions, completions].map(tally => tally.live);
    if (live.some(count => count !== 0) || processes.length > 0 || deadNodes.size > 0) return `left: ${live.join(' ')}`;
    return undefined;
  }
}
