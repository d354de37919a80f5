/** A state as letters see it: who can act, what they hold, and whether more may be begun. */
import type { Call } from '../../abi/call.ts';
import type { State } from '../../model/model.ts';
import { Calls } from './calls.ts';
import type { Configuration } from './configuration.ts';

export type File = State['files'][number];
export type Thread = State['threads'][number];

/** A process that can act: its open file, and one of its threads that does not sleep. */
export interface Actor {
  readonly proc: number;
  readonly thread: number;
  readonly file: File;
  /** `undefined` before its first call. */
  readonly record: Thread | undefined;
}

/** Takes a call that is possible. */
export type Offer = (call: Call) => void;

/** A kind of calls, or of what they carry, with the states in which it is possible. */
export interface LetterRule {
  readonly says: string;
  /** A process that serves goes on doing this whatever else happens. */
  readonly serves?: true;
  /** Once for each thread that can act. */
  readonly byThread?: (scene: Scene, actor: Actor, offer: Offer) => void;
  /** Once for each process that lives. */
  readonly byProcess?: (scene: Scene, proc: number, offer: Offer) => void;
  /** Once for each thread that sleeps. */
  readonly bySleeper?: (scene: Scene, proc: number, thread: number, offer: Offer) => void;
}

/** A state with what letters ask of it. */
export class Scene {
  readonly configuration: Configuration;
  readonly calls = new Calls();
  state!: State;
  constructor(configuration: Configuration) {
    this.configuration = configuration;
  }

  get mayStart(): boolean {
    return this.state.transactions.length < this.configuration.limits.transactions;
  }

  /** Descriptors are never closed: only so many may be received or under way. */
  get mayPassFd(): boolean {
    const { tasks, transactions } = this.state;
    const received = tasks.reduce((sum, { fds }) => sum + fds.length, 0);
    const sent = transactions.reduce((sum, { payload }) => sum + payload.fixups.length, 0);
    return received + sent < (this.configuration.limits.descriptors ?? 1);
  }

  hasSpace(file: number): boolean {
    const { limits } = this.configuration;
    for (const { key, arena } of this.state.files) {
      if (key === file)
        return arena.regions.reduce((sum, { buffer }) => sum + (buffer === null ? 0 : 1), 0) < limits.buffers;
    }
    return true;
  }

  owner(node: number): number {
    for (const { id, owner } of this.state.nodes) if (id === node) return owner;
    return -1;
  }
}

/** Kinds of writes, for telling calls apart. */
export const KIND = {
  call: 1,
  oneway: 2,
  reply: 3,
  free: 4,
  acquire: 5,
  increfs: 6,
  release: 7,
  decrefs: 8,
  acquired: 9,
  increfed: 10,
  request: 11,
  clear: 12,
  done: 13,
  enter: 14,
  register: 15,
  exit: 16,
} as const;

/** The thread cannot write before it has read the error of a call. */
export const mute = ({ record }: Actor): boolean => record !== undefined && record.returnError !== 0;

/** The transaction on top of the thread's stack comes from somebody else. */
export const serves = (scene: Scene, { record }: Actor): boolean => topOf(scene, record)?.toThread === record?.key;

const topOf = (scene: Scene, record: Thread | undefined): State['transactions'][number] | undefined =>
  record === undefined || record.stack === 0
    ? undefined
    : scene.state.transactions.find(({ id }) => id === record.stack);
