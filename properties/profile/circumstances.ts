/** What has happened so far that makes a difference between drivers possible. */
import type { Call } from '../../abi/call.ts';
import type { Observation } from '../../abi/observation.ts';
import type { Snapshot } from '../../abi/snapshot.ts';

/** An op that was performed, the rules that fired, and the state behind it. */
export interface Happened {
  readonly call: Call;
  readonly observation: Observation;
  readonly rules: readonly string[];
  readonly state: () => Snapshot;
}

const nameOf = (proc: number, fd: number, thread: number): string => `${proc} ${fd} ${thread}`;

export class Circumstances {
  /** Processes that may be frozen. */
  readonly #frozen = new Set<number>();
  /** Threads that sent a oneway to a frozen process. */
  readonly #senders = new Set<string>();
  /** A process was at once frozen and without its mapping, its descriptor or its life. */
  frozenAndGone = false;
  /** Something was sent to an open file that was never mapped (ALLOC-11). */
  unmapped = false;

  happened({ call, observation, rules, state }: Happened): void {
    if (rules.includes('ALLOC-11')) this.unmapped = true;
    if (rules.includes('TXN-31') && call.op === 'write_read') {
      this.#senders.add(nameOf(call.proc, call.fd, call.thread));
    }
    const ends = call.op === 'kill' || call.op === 'close' || call.op === 'munmap';
    if (ends && this.#frozen.has(call.proc)) this.frozenAndGone = true;
    if (call.op === 'ioctl' && call.cmd === 'BINDER_FREEZE') this.#freezes(call.arg, observation, state);
  }

  /** Whether a thread sent a oneway to a frozen process. */
  sentToFrozen(proc: number, fd: number, thread: number): boolean {
    return this.#senders.has(nameOf(proc, fd, thread));
  }

  #freezes(arg: Extract<Call, { op: 'ioctl' }>['arg'], { result }: Observation, state: () => Snapshot): void {
    if (arg.target === undefined || !('proc' in arg.target)) return;
    const { proc } = arg.target;
    // A freeze that fails may leave some files of the process frozen (FRZ-02).
    if ((arg.enable ?? 0) !== 0) this.#frozen.add(proc);
    else if (result !== 'pending' && result.status === 'OK') this.#frozen.delete(proc);
    const unmapped = (each: Snapshot['procs'][number]): boolean => each.proc === proc && (each.arena ?? 0) === 0;
    if (this.#frozen.has(proc) && state().procs.some(unmapped)) this.frozenAndGone = true;
  }
}
