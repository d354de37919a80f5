/** The frames between host and agent: `[u32 length][u32 request][u16 slot][u16 flags][u32 budget] program` and back. */

/** Why the agent gave up on a program. */
export type FailureCode = 'malformed' | 'died' | 'timeout' | 'busy' | 'limit' | 'unsettled' | 'agent';

const failureCodes: readonly (FailureCode | undefined)[] = [
  undefined,
  'malformed',
  'died',
  'timeout',
  'busy',
  'limit',
  'unsettled',
  'agent',
];

/** A structured error: the program ended at the instruction with this tag, and the slot's processes were discarded. */
export interface Failure {
  readonly code: FailureCode;
  readonly process: number;
  readonly thread: number;
  readonly tag: number;
  /** A signal number, a negative exit status or errno, by code. */
  readonly detail: number;
  readonly message: string;
}

/** The outcome of a system call that has returned. */
export interface Completion {
  readonly tag: number;
  /** Return value, or a negative errno. */
  readonly value: bigint;
  readonly outs: readonly Uint8Array[];
}

/** The outcome of one instruction, with the parked calls that it released. */
export interface Outcome extends Completion {
  /** `issued`: sent off without settling. */
  readonly state: 'done' | 'parked' | 'issued';
  readonly completions: readonly Completion[];
}

/** What the agent answers to a program. */
export interface Result {
  readonly outcomes: readonly Outcome[];
  readonly failure?: Failure;
}

/** A frame from the agent. */
export interface Frame {
  readonly request: number;
  readonly slot: number;
  readonly body: Buffer;
}

/** The request number of the greeting that a fresh agent sends. */
export const HELLO = 0xffffffff;

/** How a program is run. */
export interface RunOptions {
  /** The program's own time limit, once it has its processor; 5 s unless told. */
  readonly budgetMs?: number;
  /** Processes get address spaces of their own: slower, and the yardstick for the usual shared one. */
  readonly separateMemory?: boolean;
}

/** Encodes a request. */
export const encodeRequest = (request: number, slot: number, program: Uint8Array, options: RunOptions = {}): Buffer => {
  const frame = Buffer.allocUnsafe(16 + program.length);
  frame.writeUInt32LE(12 + program.length, 0);
  frame.writeUInt32LE(request, 4);
  frame.writeUInt16LE(slot, 8);
  frame.writeUInt16LE(options.separateMemory === true ? 1 : 0, 10);
  frame.writeUInt32LE(options.budgetMs ?? 0, 12);
  frame.set(program, 16);
  return frame;
};

/** Cuts a byte stream into frames. */
export class FrameReader {
  private chunks: Buffer[] = [];
  private held = 0;
  private wanted = 4;

  /** Takes the next bytes and answers the frames that they complete. */
  push(chunk: Buffer): Frame[] {
    this.chunks.push(chunk);
    this.held += chunk.length;
    const frames: Frame[] = [];
    if (this.held < this.wanted) return frames;
    let rest = this.chunks.length === 1 ? chunk : Buffer.concat(this.chunks);
    this.wanted = 4;
    while (rest.length >= 4) {
      const size = 4 + rest.readUInt32LE(0);
      if (rest.length < size) {
        this.wanted = size;
        break;
      }
      frames.push({ request: rest.readUInt32LE(4), slot: rest.readUInt16LE(8), body: rest.subarray(10, size) });
      rest = rest.subarray(size);
    }
    this.chunks = rest.length === 0 ? [] : [rest];
    this.held = rest.length;
    return frames;
  }
}

const RESULT = 1;
const COMPLETION = 2;
const states = ['done', 'parked', 'issued'] as const;

/** Decodes the body of an answer. */
export const decodeResult = (body: Buffer): Result => {
  const outcomes: (Outcome & { completions: Completion[] })[] = [];
  let failure: Failure | undefined;
  for (let at = 2; at < body.length;) {
    const kind = body.readUInt8(at);
    const tag = body.readUInt32LE(at + 4);
    const value = body.readBigInt64LE(at + 8);
    if (kind !== RESULT && kind !== COMPLETION) {
      const length = body.readUInt32LE(at + 16);
      failure = {
        code: failureCodes[body.readUInt8(at + 1)] ?? 'agent',
        process: body.readUInt8(at + 2),
        thread: body.readUInt8(at + 3),
        tag,
        detail: Number(value),
        message: body.toString('utf8', at + 20, at + 20 + length),
      };
      break;
    }
    const outs: Uint8Array[] = [];
    const state = states[body.readUInt8(at + 1)] ?? 'done';
    const count = body.readUInt16LE(at + 2);
    at += 16;
    for (let i = 0; i < count; i++) {
      const length = body.readUInt32LE(at);
      outs.push(body.subarray(at + 4, at + 4 + length));
      at += 4 + length;
    }
    if (kind === RESULT) outcomes.push({ tag, value, outs, state, completions: [] });
    else outcomes.at(-1)?.completions.push({ tag, value, outs });
  }
  return failure === undefined ? { outcomes } : { outcomes, failure };
};
