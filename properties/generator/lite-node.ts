/** What the generator's mirror remembers of a node, and of the references to it. */
import type { LiteFile, LiteMessage } from './lite.ts';

/** A node that its owner sends about; the slot in the owner's table outlives the driver's own node. */
export class LiteNode {
  readonly owner: LiteFile;
  readonly ptr: number;
  readonly cookie: number;
  /** Made with the flag that lets descriptors in. */
  takesFds = false;
  /** The owner was told of references. */
  announced = false;
  /** Acknowledgements that the owner owes: 1 BC_INCREFS_DONE, 2 BC_ACQUIRE_DONE. */
  owes = 0;
  oneways: LiteMessage[] = [];
  busy = false;

  constructor(owner: LiteFile, ptr: number, cookie: number) {
    this.owner = owner;
    this.ptr = ptr;
    this.cookie = cookie;
  }
}

/** What a process holds on somebody's node, with the name under which a log can say so. */
export class LiteRef {
  readonly node: LiteNode;
  /** The message that carried it, as `{ of, cmd, slot }`; `of` -1 means handle 0. */
  of: number;
  cmd: number;
  slot: number;
  strong = 0;
  weak = 0;
  /** Counts held by unfreed buffers. */
  strongInBuffers = 0;
  weakInBuffers = 0;
  /** Cookie of the death registration; 0 for none. */
  death = 0;

  constructor(node: LiteNode, of: number, cmd: number, slot: number) {
    this.node = node;
    this.of = of;
    this.cmd = cmd;
    this.slot = slot;
  }

  get callable(): boolean {
    return this.strong + this.strongInBuffers > 0;
  }

  get gone(): boolean {
    return this.strong + this.weak + this.strongInBuffers + this.weakInBuffers <= 0;
  }
}

/** What an object slot of a message is: a node for the receiver, a descriptor, or nothing to refer to. */
export interface LiteSlot {
  readonly node: LiteNode | undefined;
  readonly strong: boolean;
}

export const NO_SLOTS: readonly LiteSlot[] = [];
