/**
 * A hunting ground: a bounded configuration in which nothing has begun, for logs that are as short as logs can be.
 *
 * What other explorations begin with is a part of the log here: processes open and map when they do, and each of
 * these ops counts. Commands of one thread that follow each other are one write, and a read at their end is in the
 * same op, as in any log.
 */
import type { Call, Command } from '../../../abi/call.ts';
import type { CommandSpec, Op } from '../../../abi/op.ts';
import { Environment, resolve } from '../../../abi/resolve.ts';
import { THIS_OP } from '../calls.ts';
import type { Configuration } from '../configuration.ts';

type Bare<O> = O extends unknown ? Omit<O, 'id' | 'proc' | 'thread' | 'fd'> : never;

/** An op as it stands, without who makes it. */
export type Template = Bare<Op>;

/** An op that no letter offers, by every thread that is free, or by those of some processes only. */
export interface Extra {
  readonly op: Template;
  readonly procs?: readonly number[];
  /** The descriptor; 0 unless told. */
  readonly fd?: number;
}

export interface Ground {
  readonly name: string;
  readonly configuration: Configuration;
  readonly extras: readonly Extra[];
  /** Commands of one write, at most. */
  readonly batch: number;
}

/** A call that is possible, and the op that it comes from where that is no letter. */
export interface Step {
  readonly call: Call;
  readonly op?: Op;
}

/** The extras of a ground as steps, each made once; `specOf` tells the command of an op that a command comes from. */
export class Extras {
  readonly #extras: readonly Extra[];
  readonly #made: Map<number, Step>[];
  readonly #specs = new WeakMap<Command, CommandSpec>();

  constructor(extras: readonly Extra[]) {
    this.#extras = extras;
    this.#made = extras.map(() => new Map());
  }

  /** Every extra that a thread may make. */
  each(proc: number, thread: number, take: (step: Step) => void): void {
    this.#extras.forEach(({ procs }, at) => {
      if (procs === undefined || procs.includes(proc)) take(this.#step(at, proc, thread));
    });
  }

  specOf(command: Command): CommandSpec | undefined {
    return this.#specs.get(command);
  }

  #step(at: number, proc: number, thread: number): Step {
    const made = this.#made[at] as Map<number, Step>;
    const known = made.get(proc * 64 + thread);
    if (known !== undefined) return known;
    const { op: template, fd = 0 } = this.#extras[at] as Extra;
    const { op: kind, ...rest } = template;
    const op = { op: kind, id: THIS_OP, ...whoOf(template, proc, thread, fd), ...rest } as Op;
    const call = resolve(new Environment(), op);
    if (call.op === 'write_read' && op.op === 'write_read') {
      call.write.forEach((command, index) => this.#specs.set(command, op.write?.[index] as CommandSpec));
    }
    const step = { call, op };
    made.set(proc * 64 + thread, step);
    return step;
  }
}

/** Who makes an op, as far as ops of its kind say so. */
const whoOf = ({ op }: Template, proc: number, thread: number, fd: number): object => {
  switch (op) {
    case 'reclaim':
      return {};
    case 'kill':
    case 'set_euid':
    case 'limit_fds':
      return { proc };
    case 'signal':
    case 'exit_task':
    case 'set_nice':
    case 'get_nice':
    case 'epoll_wait':
      return { proc, thread };
    default:
      return { proc, thread, fd };
  }
};
