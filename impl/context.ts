/** One device: its context manager, and who may become that (CTX-04, CTX-07). */
import type { Node } from './node.ts';

export class Context {
  readonly index: number;
  readonly name: string;
  manager: Node | null = null;
  /** Effective uid of the first manager ever; -1 before there was one. */
  managerEuid = -1;

  constructor(index: number) {
    this.index = index;
    this.name = `binder${index}`;
  }
}
