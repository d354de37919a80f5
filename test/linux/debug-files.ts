/** Calls made on the real driver, its debugfs files read after them, with pids and tids as `ImplTarget` gives them. */
import type { Call } from '../../abi/call.ts';
import { Cast } from '../../conformance/targets/linux/cast.ts';
import { Lowering } from '../../conformance/targets/linux/lower.ts';
import type { Machine } from '../../conformance/targets/linux/machine.ts';
import { DEBUG_FILES } from '../../impl/debugfs.ts';
import { comparable, pidOf } from '../impl/debugfs/tell.ts';

const FOLDER = '/sys/kernel/debug/binder';
const LONGEST = 200_000;

/** One slot of a machine on which nothing else happens. */
export class Narrator {
  readonly #machine: Machine;
  readonly #cast = new Cast(0);
  readonly #lowering = new Lowering(this.#cast);
  /** Ids of the machine's processes and threads in numbers of `ImplTarget`. */
  readonly #names = new Map<string, number>([['0', 0]]);

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** Makes the calls and reads every file; those of processes without a file of their own are `null`. */
  async tell(calls: readonly Call[], processes: number): Promise<Map<string, string | null>> {
    const lowering = this.#lowering;
    const { program } = lowering;
    const lowered = calls.map(call => lowering.lower(call, []));
    const born = [...lowered.flatMap(step => step.born), ...lowering.identify()];
    const [anybody] = this.#cast.all();
    const reads = DEBUG_FILES.map(file => ({ file: file as string, tag: this.#read(anybody?.seat ?? 0, file) }));
    for (let proc = 0; proc < processes; proc++) {
      const actor = this.#cast.find(proc);
      if (actor !== undefined) reads.push({ file: `proc/${pidOf(proc)}`, tag: this.#read(actor.seat, 'proc/%d') });
    }
    const { outcomes, failure } = await this.#machine.run(0, program.bytes());
    lowering.next();
    if (failure !== undefined) throw new Error(failure.message);
    const byTag = new Map(outcomes.map(outcome => [outcome.tag, outcome]));
    for (const { proc, thread, tag } of born) {
      const ids = Buffer.from(byTag.get(tag)?.outs[0] ?? []);
      if (thread === undefined) this.#names.set(String(ids.readUInt32LE(0)), pidOf(proc));
      else this.#names.set(String(ids.readUInt32LE(4)), pidOf(proc) + thread);
    }
    // A file must know how long its mapping is.
    for (const { call, main, done } of lowered) {
      const outcome = byTag.get(main);
      if (call.op === 'mmap' && outcome !== undefined)
        done(outcome, { base: 0, peek: () => undefined, procOf: () => 0 });
    }
    return new Map(
      reads.map(({ file, tag }) => {
        const outcome = byTag.get(tag);
        const there = outcome !== undefined && outcome.value >= 0n;
        return [file, there ? comparable(this.#named(Buffer.from(outcome.outs[0] ?? []).toString())) : null];
      }),
    );
  }

  #read(seat: number, file: string): number {
    return this.#lowering.program.readFile(seat, `${FOLDER}/${file}`, LONGEST);
  }

  #named(text: string): string {
    const name = (id: string): string => String(this.#names.get(id) ?? `nobody (${id})`);
    const names = (ids: string): string => ids.replace(/\d+/g, name);
    return text
      .replace(/^(proc )(\d+)$/gm, (_, before: string, id: string) => before + name(id))
      .replace(/(thread )(\d+):/g, (_, before: string, id: string) => `${before}${name(id)}:`)
      .replace(/from \d+:\d+ to \d+:\d+/g, names)
      .replace(/ proc(?: \d+)+$/gm, names);
  }
}
