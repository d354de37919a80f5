/** The real driver: Debian's kernel in a virtual machine, many sequences side by side, each on devices of its own. */
import type { RemoteDriver, World } from '../../../abi/driver.ts';
import type { Greeting } from './agent.ts';
import { Cast } from './cast.ts';
import { AgentCommand } from './command.ts';
import { activeObjects } from './debugfs.ts';
import { groundOf, VIRTUAL_MACHINE } from './ground.ts';
import type { AgentHost } from './host.ts';
import { beforeOf } from './journal.ts';
import { Machine, type MachineOptions } from './machine.ts';
import { Program } from './program.ts';
import { ReclaimGate } from './reclaim.ts';
import { LinuxSession, type Earlier } from './session.ts';
import { SlotPool } from './slots.ts';
import { DROP_CACHES } from './sys.ts';

/** How the target is run. */
export interface LinuxOptions extends MachineOptions {
  /** Sequences side by side, 16 at most; 8 unless told. */
  readonly slots?: number;
  /**
   * Every so many sequences runs in processes with address spaces of their own, as a yardstick for the faster ones that
   * share one; 1 for all, 0 for none, 50 unless told.
   */
  readonly separateMemoryEvery?: number;
  /** A command that starts an agent elsewhere and speaks with it over standard input and output; no machine then. */
  readonly command?: readonly string[];
}

const SLOTS = 8;
/** Devices of a machine are numbered in one byte, of which others take a part. */
const MOST_SLOTS = 16;
const DEVICES_EACH = 4;
const SEPARATE_EVERY = 50;

export class LinuxTarget implements RemoteDriver {
  readonly name = 'linux';
  #slots: number;
  readonly #machine: AgentHost;
  /** Whether nobody else uses the driver. */
  readonly #isOurs: boolean;
  #ground = VIRTUAL_MACHINE;
  readonly #separateEvery: number;
  #pool: SlotPool;
  readonly #gate: ReclaimGate;
  #kernel = '';
  #begun = 0;

  constructor(options: LinuxOptions = {}) {
    const { command } = options;
    this.#slots = Math.min(options.slots ?? SLOTS, MOST_SLOTS);
    this.#isOurs = command === undefined;
    this.#machine =
      command === undefined
        ? new Machine({ devices: this.#slots * DEVICES_EACH, ...options })
        : new AgentCommand(command);
    this.#separateEvery = options.separateMemoryEvery ?? SEPARATE_EVERY;
    this.#gate = new ReclaimGate(() => this.#reclaim());
    this.#pool = new SlotPool(this.#slots);
  }

  get slots(): number {
    return this.#slots;
  }

  /** Boots a machine. Throws `EnvironmentError` naming what is missing. */
  static async start(options: LinuxOptions = {}): Promise<LinuxTarget> {
    const target = new LinuxTarget(options);
    try {
      await target.start();
    } catch (error) {
      // What was booted until then would outlive the command.
      await target.stop().catch(() => {});
      throw error;
    }
    return target;
  }

  /** The kernel package and the release that it runs. */
  get version(): string {
    return this.#kernel === '' ? this.#machine.version : `${this.#machine.version} (${this.#kernel})`;
  }

  /** Boots; once booted, does nothing. */
  async start(): Promise<void> {
    this.#meet(await this.#machine.start());
  }

  /** Boots again after the machine died. Sessions begun before are lost. */
  async restart(): Promise<void> {
    this.#meet(await this.#machine.restart());
    this.#gate.reset();
    this.#pool.reset();
  }

  /** Begins a sequence on a free slot; waits for one where all are taken, and for all to be free where it is `alone`. */
  async begin(world: World, alone = false): Promise<LinuxSession> {
    const each = Math.floor(this.#ground.devices.length / this.#slots);
    if (world.devices > each) throw new RangeError(`a sequence may have ${each} devices, not ${world.devices}`);
    const { slot, give } = await this.#pool.take();
    await (alone ? this.#gate.beginAlone() : this.#gate.begin());
    // What earlier sequences lost is not this one's.
    const before = alone && this.#isOurs ? await this.#earlier() : undefined;
    const separate = this.#separateEvery > 0 && this.#begun++ % this.#separateEvery === this.#separateEvery - 1;
    return new LinuxSession(
      {
        run: (program, options) => this.#machine.run(slot, program, options),
        reclaim: () => this.#gate.ask(),
        release: () => {
          if (!give()) return;
          if (alone) this.#gate.endAlone();
          else this.#gate.end();
        },
      },
      new Cast(slot * each, this.#ground, before !== undefined),
      separate,
      before,
    );
  }

  /** Ends the machine without telling anyone, as a crash would. */
  crash(): void {
    this.#machine.crash();
  }

  /** Ends the machine; safe to call at any time. */
  stop(): Promise<void> {
    return this.#machine.stop();
  }

  /** The driver's own statistics of what it made and did not delete (DBG-10), when every slot is empty. */
  async leftovers(): Promise<Readonly<Record<string, number>>> {
    // Where others use the driver too, its statistics are about them as well.
    return this.#isOurs ? ((await this.#earlier())?.objects ?? {}) : {};
  }

  /** What the driver tells when every slot is empty; `undefined` where it has no files. */
  async #earlier(): Promise<Earlier | undefined> {
    const { logs } = this.#ground;
    if (logs === undefined) return undefined;
    const empty = Array.from({ length: this.slots }, (_, slot) => {
      const program = new Program();
      program.reset();
      return this.#machine.run(slot, program.bytes());
    });
    await Promise.all(empty);
    const program = new Program();
    program.waitKernel();
    const tags = ['stats', 'transaction_log'].map(file => program.readFile(0, `${logs}/${file}`, 1 << 16));
    const { outcomes } = await this.#machine.run(this.slots, program.bytes());
    const [stats = '', log = ''] = tags.map(tag => Buffer.from(outcomes[tag]?.outs[0] ?? []).toString('latin1'));
    return { objects: activeObjects(stats), history: beforeOf({ stats, log }) };
  }

  /** Takes in what the agent tells of its machine. */
  #meet(greeting: Greeting): void {
    this.#kernel = greeting.kernel;
    this.#ground = groundOf(greeting);
    // Two devices a sequence: contexts are seen to be apart.
    const most = Math.floor(this.#ground.devices.length / 2);
    if (most >= this.#slots) return;
    this.#slots = most;
    this.#pool = new SlotPool(most);
  }

  /** On a slot that serves nobody else. */
  async #reclaim(): Promise<void> {
    const program = new Program();
    const tag = program.writeFile(DROP_CACHES, '2');
    program.waitKernel();
    const { outcomes, failure } = await this.#machine.run(this.slots, program.bytes());
    if (failure !== undefined || outcomes[tag]?.value !== 1n) throw new Error('the kernel refused to reclaim pages');
  }
}
