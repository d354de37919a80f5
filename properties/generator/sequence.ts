/** One sequence: setup, perhaps a script, then steps weighted by what a chosen thread is about. */
import type { CommandSpec } from '../../abi/op.ts';
import * as calls from './calls.ts';
import * as commands from './commands.ts';
import { Draft } from './draft.ts';
import type { Dice } from './dice.ts';
import { JANITOR, type LiteFile, type LiteThread } from './lite.ts';
import { FEATURES, type Feature } from './options.ts';
import { handleMapping } from './mapping.ts';
import { script } from './scripts.ts';
import { epoll } from './sleepers.ts';
import { limitFds } from './starve.ts';
import { openMapped, setup } from './setup.ts';
import { IDLE, situation, urgency } from './situation.ts';
import { share } from './sharing.ts';
import { wrongCall, wrongWrite } from './wrong.ts';

/** What one sequence is made with. */
export interface Plan {
  readonly full: boolean;
  readonly devices: number;
  readonly processes: number;
  readonly length: number;
  /** Percent. */
  readonly wrongShare: number;
  readonly uniform: boolean;
  readonly scripted: boolean;
  /** Mappings may be looked at. */
  readonly looks: boolean;
  /** Features that are switched off, in scripts too. */
  readonly off: readonly Feature[];
  /** Cumulative feature weights for each situation. */
  readonly tables: readonly Float64Array[];
}

/** More than this many unfreed buffers or refs, and the next step of that file gives some back. */
const MANY_BUFFERS = 10;
const MANY_REFS = 12;
/** More than this many messages waiting for a file, and the next step reads there. */
const LONG_INBOX = 6;

/**
 * After so many steps of a file the mirror may be wrong about who is parked; a flush, or a new file, makes it right
 * again, which keeps long sequences as good as short ones.
 */
const STALE = 30;

export class Sequence {
  /** The ops so far and the mirror, which tests compare with the truth. */
  readonly draft: Draft;
  readonly #plan: Plan;

  constructor(dice: Dice, plan: Plan) {
    this.#plan = plan;
    this.draft = new Draft(dice, plan.full, plan.devices);
    this.draft.looks = plan.looks && !this.draft.scatters;
    this.draft.off = plan.off;
  }

  make(): Draft['ops'] {
    const { length, scripted, processes } = this.#plan;
    const draft = this.draft;
    setup(draft, processes);
    if (scripted) {
      // A script is about handles, so somebody gets some first.
      for (let at = 0; at < 6; at++) this.step();
      script(draft);
    }
    while (draft.ops.length < length) this.step();
    if (draft.full && draft.dice.chance(20)) this.#endEverything();
    return draft.ops;
  }

  /** Everybody dies: the leak census is only meaningful then. */
  #endEverything(): void {
    const { model } = this.draft;
    while (model.processes.length > 0) {
      const process = this.draft.dice.pick(model.processes);
      this.draft.ops.push({ op: 'kill', id: this.draft.id, proc: process.proc });
      model.kill(process);
    }
  }

  /** Adds one op, or a few that belong together. */
  step(): void {
    const draft = this.draft;
    const { dice, model } = draft;
    if (model.files.length < 2) {
      openMapped(draft, true);
      return;
    }
    const thread = this.#thread();
    if (thread === undefined) {
      if (draft.full && dice.chance(60) && calls.signal(draft)) return;
      if (model.processes.length < this.#plan.processes + 1) openMapped(draft, true);
      else if (draft.full) calls.kill(draft, dice.pick(model.files).hand.process);
      else calls.unpark(draft);
      return;
    }
    if (dice.u32() % 100 < this.#plan.wrongShare) {
      if (dice.chance(80)) wrongWrite(draft, thread);
      else wrongCall(draft, thread);
      return;
    }
    const { file } = thread;
    if (++file.age > STALE && dice.chance(35)) {
      this.#refresh(thread);
      return;
    }
    if (thread.error && dice.chance(85)) {
      draft.writeRead(thread, undefined, draft.readSize());
      return;
    }
    if (file.buffers.length > MANY_BUFFERS && dice.chance(80)) {
      this.#write(thread, 'free');
      return;
    }
    if (file.refs.length > MANY_REFS && dice.chance(70)) {
      this.#write(thread, 'refs');
      return;
    }
    if (model.managers[file.device] === undefined && dice.chance(50)) {
      calls.becomeManager(draft, thread);
      return;
    }
    const feature = this.#feature(situation(thread));
    this.#do(feature, thread);
  }

  #refresh(thread: LiteThread): void {
    const draft = this.draft;
    const { dice, model } = draft;
    if (draft.full && dice.chance(75)) calls.flush(draft, thread.file, JANITOR);
    else if (draft.full && dice.chance(40) && model.files.length > 2) calls.kill(draft, thread.process);
    else calls.close(draft, thread.file, JANITOR);
  }

  /** A file, then a thread of it that is not parked; the more urgent of two unless all count the same. */
  #thread(): LiteThread | undefined {
    const draft = this.draft;
    const { dice, model } = draft;
    const one = this.#candidate(dice.pick(model.files));
    if (this.#plan.uniform) return one;
    const other = this.#candidate(dice.recent(model.files));
    if (one === undefined) return other;
    if (other === undefined) return one;
    return urgency(other) > urgency(one) ? other : one;
  }

  #candidate(file: LiteFile): LiteThread | undefined {
    const draft = this.draft;
    if (!file.open) return undefined;
    const thread = draft.freeThread(file);
    if (thread === undefined || draft.parkedElsewhere(file, thread.process, thread.index)) return undefined;
    return thread;
  }

  #feature(at: number): Feature {
    const table = this.#plan.tables[at] as Float64Array;
    const last = table.length - 1;
    const draw = (this.draft.dice.u32() / 0x100000000) * (table[last] as number);
    let index = 0;
    while (index < last && draw >= (table[index] as number)) index++;
    return FEATURES[index] as Feature;
  }

  #do(feature: Feature, thread: LiteThread): void {
    const draft = this.draft;
    const { model } = draft;
    const { file } = thread;
    switch (feature) {
      case 'call':
      case 'oneway':
      case 'reply':
      case 'free':
      case 'refs':
      case 'done':
      case 'looper':
      case 'death':
        this.#write(thread, feature);
        return;
      case 'batch': {
        const write = commands.batch(draft, thread);
        draft.writeRead(thread, write, draft.wantsRead(thread) ? draft.readSize() : undefined);
        return;
      }
      case 'read':
        this.#read(thread);
        return;
      case 'ioctl':
        calls.ioctl(draft, thread);
        return;
      case 'freeze':
        calls.freeze(draft, thread);
        return;
      case 'poll':
        calls.poll(draft, thread);
        return;
      case 'open':
        if (model.files.length < this.#plan.processes + 2) {
          openMapped(draft, model.processes.length < this.#plan.processes + 1 && draft.dice.chance(60));
        } else calls.close(draft, file, thread.index, thread);
        return;
      case 'map':
        if (thread.foreign) calls.mapForeign(draft, thread);
        else if (!file.everMapped) calls.map(draft, file);
        else if (draft.dice.chance(25)) calls.unmap(draft, file, thread.index);
        else this.#read(thread);
        return;
      case 'close':
        if (model.files.length > 2) calls.close(draft, file, thread.index, thread);
        return;
      case 'kill':
        if (model.files.length > 2) calls.kill(draft, thread.process);
        return;
      case 'flush':
        calls.flush(draft, file, thread.index, thread);
        return;
      case 'thread':
        calls.leave(draft, thread);
        return;
      case 'signal':
        calls.signal(draft);
        return;
      case 'nice':
        calls.nice(draft, thread);
        return;
      case 'euid':
        calls.euid(draft, thread.process);
        return;
      case 'reclaim':
        calls.reclaim(draft);
        return;
      case 'peek':
        calls.peek(draft, thread);
        return;
      case 'limits':
        calls.limits(draft, thread);
        return;
      case 'nonblock':
        calls.nonblock(draft, thread);
        return;
      case 'mapping':
        handleMapping(draft, thread);
        return;
      case 'epoll':
        epoll(draft, thread);
        return;
      case 'fds':
        limitFds(draft, thread.process);
        return;
      case 'share':
        share(draft, thread);
        return;
      case 'script':
        script(draft);
        return;
    }
  }

  #write(thread: LiteThread, feature: keyof typeof commands.MAKERS): void {
    const draft = this.draft;
    const command = commands.MAKERS[feature](draft, thread, 0);
    if (command === undefined) {
      this.#read(thread);
      return;
    }
    const write: CommandSpec[] = [command];
    draft.writeRead(thread, write, draft.wantsRead(thread) ? draft.readSize() : undefined);
  }

  /** A plain read. A thread that would park does so only where the file has others, or is a looper. */
  #read(thread: LiteThread): void {
    const draft = this.draft;
    const { file } = thread;
    const reader = file.inbox.length > LONG_INBOX ? (draft.freeThread(file) ?? thread) : thread;
    if (
      !file.nonblock &&
      situation(reader) === IDLE &&
      reader.looper === 0 &&
      draft.idleThreads(file) < 2 &&
      draft.dice.chance(75)
    ) {
      const command = commands.oneway(draft, reader, 0);
      if (command !== undefined) {
        draft.writeRead(reader, [command], draft.readSize());
        return;
      }
    }
    draft.writeRead(reader, undefined, draft.readSize());
  }
}
