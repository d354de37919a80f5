/** Programs for the agent: system calls and a few helpers, built in order. */

import { isLong, toRuns } from './runs.ts';
import { Writer } from './writer.ts';

/** A number that the agent works out: an immediate, a register of a process, or the address of a segment of the same call. */
export type Value =
  | number
  | bigint
  | { readonly register: number; readonly process?: number; readonly add?: number | bigint }
  | { readonly segment: number; readonly add?: number | bigint };

/** Memory of one call. What `bytes` does not cover up to `length` is zero. */
export interface Segment {
  readonly bytes?: Uint8Array;
  readonly length?: number;
  /** The segment ends exactly at a page that cannot be touched. */
  readonly guarded?: boolean;
}

/** Writes a value into a segment before the call. */
export interface Relocation {
  readonly segment: number;
  readonly offset: number;
  readonly value: Value;
  /** Bytes; 8 unless told. */
  readonly width?: number;
}

/** Bytes to return when the call completes; `limit` names a u64 in a segment that cuts the length. */
export interface Out {
  readonly segment: number;
  readonly offset?: number;
  readonly length: number;
  readonly limit?: { readonly segment: number; readonly offset: number };
}

/** Loads a register when the call completes, from a fixed place or from the nth record with `code` of a self-describing stream. */
export interface Capture {
  readonly segment: number;
  readonly register: number;
  readonly width?: number;
  /** Offset in the segment; with `through`, offset from the address found. */
  readonly offset?: number;
  readonly record?: { readonly code: number; readonly nth?: number; readonly payload: number };
  /** The place holds an address: load what lies there in the process's memory. */
  readonly through?: boolean;
  readonly limit?: { readonly segment: number; readonly offset: number };
}

/** One system call. */
export interface SystemCall {
  readonly number: number;
  readonly args?: readonly Value[];
  readonly segments?: readonly Segment[];
  readonly relocations?: readonly Relocation[];
  readonly outs?: readonly Out[];
  readonly captures?: readonly Capture[];
  /** Register that receives the return value, unless it is an error. */
  readonly save?: number;
  /** The call sleeps for a while and comes back by itself: wait for it. */
  readonly mustComplete?: boolean;
  /** Go on at once, to let calls race. */
  readonly noSettle?: boolean;
}

const operations = {
  syscall: 1,
  peek: 2,
  poke: 3,
  load: 4,
  setRegister: 5,
  signal: 6,
  kill: 7,
  exitThread: 8,
  fork: 9,
  ids: 10,
  readFile: 11,
  waitFile: 12,
  waitKernel: 13,
  settle: 14,
  sleep: 15,
  reset: 16,
  files: 17,
  euid: 18,
  writeFile: 19,
  limit: 20,
  share: 21,
} as const;

const NONE = 0xffff;
/** Builds a program; every method appends one instruction and answers its tag. */
export class Program {
  private readonly out = new Writer();
  private start = 0;
  private nextTag: number;

  constructor(firstTag = 0) {
    this.nextTag = firstTag;
  }

  /** The tag that the next instruction will have. */
  get tag(): number {
    return this.nextTag;
  }

  /** Bytes so far. */
  get length(): number {
    return this.out.length;
  }

  /** The encoded program. */
  bytes(): Uint8Array {
    return this.out.bytes();
  }

  /** A system call on thread `t` of process `p`. */
  call(p: number, t: number, call: SystemCall): number {
    const flags = (call.mustComplete === true ? 1 : 0) | (call.noSettle === true ? 2 : 0);
    const tag = this.begin(operations.syscall, p, t, flags);
    const { args = [], segments = [], relocations = [], outs = [], captures = [] } = call;
    this.out
      .u16(call.number)
      .u16(call.save ?? NONE)
      .u16(args.length)
      .u16(segments.length);
    this.out.u16(relocations.length).u16(outs.length).u16(captures.length);
    for (const segment of segments) {
      const bytes = segment.bytes ?? new Uint8Array(0);
      const guarded = segment.guarded === true ? 1 : 0;
      this.out.u32(segment.length ?? bytes.length);
      if (isLong(bytes.length)) {
        const runs = toRuns(bytes);
        this.out
          .u32(runs.length + 4)
          .u32(guarded | 2)
          .u32(bytes.length)
          .raw(runs);
      } else {
        this.out.u32(bytes.length).u32(guarded).raw(bytes);
      }
    }
    for (const value of args) this.value(value, p);
    for (const r of relocations) {
      this.out
        .u16(r.segment)
        .u16(r.width ?? 8)
        .u32(r.offset);
      this.value(r.value, p);
    }
    for (const out of outs) {
      this.out
        .u16(out.segment)
        .u16(out.limit?.segment ?? NONE)
        .u32(out.offset ?? 0)
        .u32(out.length)
        .u32(out.limit?.offset ?? 0);
    }
    for (const c of captures) {
      this.out
        .u16(c.segment)
        .u16(c.limit?.segment ?? NONE)
        .u32(c.limit?.offset ?? 0)
        .u32(c.record?.code ?? 0);
      this.out
        .u16(c.record?.nth ?? 0)
        .u16(c.record?.payload ?? 0)
        .u8(c.width ?? 8)
        .u8(c.through === true ? 1 : 0);
      this.out.u16(c.register).u32(c.offset ?? 0);
    }
    return this.end(tag);
  }

  /** Reads memory of process `p`, in runs when it is long; a fault is a negative errno with the bytes before it. */
  peek(p: number, address: Value, length: number): number {
    const tag = this.begin(operations.peek, p, 0, isLong(length) ? 1 : 0);
    this.value(address, p).u32(length);
    return this.end(tag);
  }

  /** Writes memory of process `p`. */
  poke(p: number, address: Value, bytes: Uint8Array): number {
    const tag = this.begin(operations.poke, p, 0);
    this.value(address, p).u32(bytes.length).raw(bytes);
    return this.end(tag);
  }

  /** Loads a register from memory of process `p`; a fault leaves it as it is. */
  load(p: number, register: number, address: Value, width = 8): number {
    const tag = this.begin(operations.load, p, 0);
    this.value(address, p).u16(register).u16(width);
    return this.end(tag);
  }

  /** Sets a register of process `p`. */
  setRegister(p: number, register: number, value: Value): number {
    const tag = this.begin(operations.setRegister, p, 0);
    this.value(value, p).u16(register);
    return this.end(tag);
  }

  /** Sends a signal to a thread; 10 and 12 have a handler that does nothing. */
  signal(p: number, t: number, signal = 10): number {
    const tag = this.begin(operations.signal, p, t);
    this.out.u32(signal);
    return this.end(tag);
  }

  /** Kills process `p`; the next instruction that names it starts a fresh one. */
  kill(p: number): number {
    return this.end(this.begin(operations.kill, p, 0));
  }

  /** Ends the native thread; the next instruction that names it starts a fresh one. */
  exitThread(p: number, t: number): number {
    return this.end(this.begin(operations.exitThread, p, t));
  }

  /** Makes process `q` a copy of process `p`, made by its thread `t`: with its descriptors, user, limit and registers. */
  fork(p: number, t: number, q: number): number {
    const tag = this.begin(operations.fork, p, t);
    this.out.u8(q);
    return this.end(tag);
  }

  /** Answers pid and tid as two u32, and keeps them in registers of process `p`; the tid only where it has one. */
  ids(p: number, t: number, registers: { readonly pid?: number; readonly tid?: number } = {}): number {
    const tag = this.begin(operations.ids, p, t);
    this.out.u16(registers.pid ?? NONE).u16(registers.tid ?? NONE);
    return this.end(tag);
  }

  /** Returns up to `most` bytes of a file; `%d` in the path is the pid of process `p`. */
  readFile(p: number, path: string, most: number): number {
    const tag = this.begin(operations.readFile, p, 0);
    this.out.u32(most).string(path);
    return this.end(tag);
  }

  /** Waits until no line of the file begins with `pattern`; `%d` stands for the pid of process `p`, also of a killed one. */
  waitFile(p: number, path: string, pattern: string, timeoutMs = 1000): number {
    const tag = this.begin(operations.waitFile, p, 0);
    this.out
      .u32(timeoutMs * 1000)
      .string(path)
      .string(pattern);
    return this.end(tag);
  }

  /** Occupies or frees the descriptor numbers from 3 to 63 of process `p`; a fresh one has them occupied. */
  files(p: number, mode: 'occupy' | 'free'): number {
    const tag = this.begin(operations.files, p, 0);
    this.out.u8(mode === 'free' ? 1 : 0);
    return this.end(tag);
  }

  /** Lets process `p` get just so many more descriptors, or any number; `hold` lifts the limit for a while, `again` ends that. */
  limit(p: number, free: number | 'none' | 'hold' | 'again'): number {
    const tag = this.begin(operations.limit, p, 0);
    this.out.u8(typeof free === 'number' ? 0 : free === 'none' ? 1 : free === 'hold' ? 2 : 3);
    this.out.u32(typeof free === 'number' ? free : 0);
    return this.end(tag);
  }

  /** Gives process `p` a descriptor, with the number that is `wanted`, of the file behind descriptor `number` of process `q`. */
  share(p: number, q: number, number: Value, wanted: number): number {
    const tag = this.begin(operations.share, p, 0);
    this.out.u8(q).u16(wanted);
    this.value(number, q);
    return this.end(tag);
  }

  /** Sets the effective user of process `p`; each thread follows at its next call. */
  euid(p: number, euid: number): number {
    const tag = this.begin(operations.euid, p, 0);
    this.out.u32(euid);
    return this.end(tag);
  }

  /** Writes a text to a file of the machine. */
  writeFile(path: string, content: string): number {
    const tag = this.begin(operations.writeFile, 0, 0);
    this.out.string(path).string(content);
    return this.end(tag);
  }

  /** Waits for deferred work of the kernel; with a delay, once more after it, for work that a timer starts. */
  waitKernel(delayUs = 0): number {
    const tag = this.begin(operations.waitKernel, 0, 0);
    this.out.u32(delayUs);
    return this.end(tag);
  }

  /** Settles and reports what completed meanwhile. */
  settle(): number {
    return this.end(this.begin(operations.settle, 0, 0));
  }

  /** Lets time pass. */
  sleep(microseconds: number): number {
    const tag = this.begin(operations.sleep, 0, 0);
    this.out.u32(microseconds);
    return this.end(tag);
  }

  /** Ends the sequence: parked calls are interrupted unreported, everything is closed; answers how many processes had to be killed. */
  reset(options: { readonly waitKernel?: boolean } = {}): number {
    return this.end(this.begin(operations.reset, 0, 0, options.waitKernel === false ? 0 : 1));
  }

  private begin(operation: number, p: number, t: number, flags = 0): number {
    const tag = this.nextTag++;
    this.out.u8(operation).u8(p).u8(t).u8(flags).u32(tag).u32(0);
    this.start = this.out.length;
    return tag;
  }

  private end(tag: number): number {
    this.out.patch(this.start - 4, this.out.length - this.start);
    return tag;
  }

  private value(value: Value, p: number): Writer {
    if (typeof value !== 'object') return this.out.u8(0).u8(0).u16(0).u64(value);
    if ('register' in value)
      this.out
        .u8(1)
        .u8(value.process ?? p)
        .u16(value.register);
    else this.out.u8(2).u8(0).u16(value.segment);
    return this.out.u64(value.add ?? 0);
  }
}
