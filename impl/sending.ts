/** The transaction that is being built: one scratch record, used again for each, because sends never nest. */
import { BR } from '../abi/constants.ts';
import type { Node } from './node.ts';
import type { Process } from './process.ts';
import type { Thread } from './thread.ts';
import type { Transaction } from './transaction.ts';

export class Sending {
  id = 0;
  /** The call that a reply answers, from the moment at which that call is over. */
  answers: Transaction | null = null;
  targetProcess: Process | null = null;
  /** The thread that must receive it; `null` for any. */
  targetThread: Thread | null = null;
  targetNode: Node | null = null;
  /** Number of that node once the caller may call it; the log shows it (DBG-12). */
  nodeId = 0;
  /** Address of the data in the sender's memory. */
  dataAddress = 0;
  dataSize = 0;
  /** The slot whose object is being translated; objects in slots before it are done. */
  slot = 0;
  /** Arena offsets: where the next piece goes, and the end of the room for pieces (OBJ-27). */
  pieceNext = 0;
  pieceEnd = 0;
  /** Data offset of the object that was fixed up last, 0 for none, and the lowest offset that may follow (OBJ-34). */
  lastObject = 0;
  lastMinimum = 0;
  /** Why it failed: a BR_* word and a negative errno. */
  word: number = BR.BR_OK;
  param = 0;

  /** Pieces to copy once all objects are known: arena offset, address, length (TXN-23). */
  readonly copyTo: number[] = [];
  readonly copyFrom: number[] = [];
  readonly copyLength: number[] = [];
  /** Places in the pieces that the copy leaves out, ascending: a pointer to write, or bytes to skip (OBJ-37, OBJ-45). */
  readonly patchAt: number[] = [];
  readonly patchValue: number[] = [];
  readonly patchSkip: number[] = [];

  /** Forgets the last one. */
  begin(id: number): void {
    this.id = id;
    this.answers = null;
    this.targetProcess = null;
    this.targetThread = null;
    this.targetNode = null;
    this.nodeId = 0;
    this.slot = 0;
    this.lastObject = 0;
    this.lastMinimum = 0;
    if (this.copyTo.length > 0) {
      this.copyTo.length = 0;
      this.copyFrom.length = 0;
      this.copyLength.length = 0;
    }
    if (this.patchAt.length > 0) {
      this.patchAt.length = 0;
      this.patchValue.length = 0;
      this.patchSkip.length = 0;
    }
  }

  /** Notes why it fails, and answers `false`. */
  refuse(word: number, param: number): false {
    this.word = word;
    this.param = param;
    return false;
  }

  /** A piece to copy later. */
  copyLater(to: number, from: number, length: number): void {
    this.copyTo.push(to);
    this.copyFrom.push(from);
    this.copyLength.push(length);
  }

  /** A place to leave out, in its order. `skip` 0: a pointer is written there. */
  patch(at: number, value: number, skip: number): void {
    let index = this.patchAt.length;
    while (index > 0 && (this.patchAt[index - 1] as number) >= at) index--;
    this.patchAt.splice(index, 0, at);
    this.patchValue.splice(index, 0, value);
    this.patchSkip.splice(index, 0, skip);
  }
}
