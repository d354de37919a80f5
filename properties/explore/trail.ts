/**
 * A path as an op log: concrete calls of an exploration become ops that name what they use by who produced it.
 *
 * The trail follows the specification under the names of the log, so that handles and buffers are those that the
 * messages of this very log brought.
 */
import type { Call, Command, Message } from '../../abi/call.ts';
import type { OpId } from '../../abi/ids.ts';
import type { CommandSpec, HandleRef, MessageSpec, ObjectSpec, Op, OpLog } from '../../abi/op.ts';
import { Environment, FIRST_FILE, resolve } from '../../abi/resolve.ts';
import type { Outcome } from '../../abi/specification.ts';
import { specification, type State } from '../../model/model.ts';
import type { Configuration } from './configuration.ts';
import { setUpOps } from './setup.ts';

type Origin = { readonly of: OpId; readonly cmd?: number };

/** A step of a trail: the op, the call that it is, and what happened. */
export interface TrailStep {
  readonly op: Op;
  readonly call: Call;
  readonly outcome: Outcome<State>;
}

export class Trail {
  readonly steps: TrailStep[] = [];
  readonly #env: Environment;
  /** Who brought the buffer at an offset, and a handle, by process. */
  readonly #buffers: Map<string, Origin>;
  readonly #handles: Map<string, HandleRef>;
  #state: State;
  #last: OpId;
  readonly #configuration: Configuration;

  constructor(configuration: Configuration, from?: Trail) {
    this.#configuration = configuration;
    this.#env = from === undefined ? new Environment() : from.#env.fork();
    this.#buffers = new Map(from === undefined ? [] : from.#buffers);
    this.#handles = new Map(from === undefined ? [] : from.#handles);
    this.#state = from === undefined ? specification.initial({ devices: 1 }) : from.#state;
    this.#last = from === undefined ? 0 : from.#last;
    if (from !== undefined) this.steps.push(...from.steps);
    else for (const op of setUpOps(configuration)) this.#follow(op, resolve(this.#env, op), 0);
  }

  /** The state under the names of the log. */
  get state(): State {
    return this.#state;
  }

  /** The op that such a call is here, without making it. */
  opOf(call: Call): Op {
    const id = this.#last + 1;
    if (call.op === 'write_read') {
      const { proc, thread, fd, write, read } = call;
      return {
        op: 'write_read',
        id,
        proc,
        thread,
        fd,
        ...(write.length === 0 ? {} : { write: write.map(command => this.#command(proc, fd, command)) }),
        ...(read === undefined
          ? {}
          : { read: { size: read.size, ...(read.limit === undefined ? {} : { limit: read.limit }) } }),
      };
    }
    if (call.op === 'ioctl') {
      const { proc, thread, fd, cmd, arg } = call;
      const { handle, ...rest } = arg;
      const bare = { op: 'ioctl' as const, id, proc, thread, fd, cmd };
      const given = handle === undefined ? rest : { ...rest, handle: this.#handle(proc, handle) };
      return Object.keys(given).length === 0 ? bare : { ...bare, arg: given };
    }
    const said = Object.entries(call).filter(([, value]) => value !== undefined);
    return { ...Object.fromEntries(said), id } as Op;
  }

  /** The call with the number and the names that it has here. */
  callOf(call: Call): Call {
    return resolve(this.#env, this.opOf(call));
  }

  /** Makes a call; `choice` is the number of the outcome. */
  follow(call: Call, choice = 0): TrailStep {
    const op = this.opOf(call);
    return this.#follow(op, resolve(this.#env, op), choice);
  }

  /** Makes an op as it stands. */
  make(op: Op, choice = 0): TrailStep {
    return this.#follow(op, resolve(this.#env, op), choice);
  }

  /** Every outcome of a call here, under the number that its op will have. */
  outcomes(call: Call): readonly Outcome<State>[] {
    return specification.step(this.#state, resolve(this.#env, this.opOf(call)));
  }

  /** The log so far. */
  log(title: string): OpLog {
    const { title: configuration } = this.#configuration;
    return {
      format: 'binder-spec/op-log',
      version: 1,
      profile: 'linux-6.1',
      title,
      origin: { explored: configuration },
      ops: this.steps.map(({ op }) => op),
    };
  }

  #follow(op: Op, call: Call, choice: number): TrailStep {
    const outcome = specification.step(this.#state, call)[choice];
    if (outcome === undefined) throw new Error(`no outcome ${choice} of op ${op.id}`);
    this.#state = outcome.state;
    this.#last = op.id;
    this.#env.learn(outcome.delivered);
    for (const { origin, proc, fd, delivery } of outcome.delivered) {
      const from: Origin = origin.cmd === 0 ? { of: origin.op } : { of: origin.op, cmd: origin.cmd };
      this.#buffers.set(`${proc} ${fd} ${delivery.buffer}`, from);
      this.#env.arrival(origin.op, origin.cmd)?.slots.forEach((handle, slot) => {
        if (handle !== undefined) this.#handles.set(`${proc} ${handle}`, slot === 0 ? from : { ...from, slot });
      });
    }
    const step = { op, call, outcome };
    this.steps.push(step);
    return step;
  }

  #handle(proc: number, handle: number): HandleRef {
    return this.#handles.get(`${proc} ${handle}`) ?? handle;
  }

  #command(proc: number, fd: number, command: Command): CommandSpec {
    switch (command.bc) {
      case 'BC_TRANSACTION':
        return {
          ...command,
          target: this.#handle(proc, command.target),
          message: this.#message(proc, command.message),
        };
      case 'BC_REPLY':
        return { ...command, message: this.#message(proc, command.message) };
      case 'BC_FREE_BUFFER': {
        const { buffer } = command;
        const brought = typeof buffer === 'number' ? this.#buffers.get(`${proc} ${fd} ${buffer}`) : undefined;
        return { bc: command.bc, buffer: brought ?? (typeof buffer === 'number' ? { address: buffer } : buffer) };
      }
      case 'BC_INCREFS':
      case 'BC_ACQUIRE':
      case 'BC_RELEASE':
      case 'BC_DECREFS':
        return { ...command, handle: this.#handle(proc, command.handle) };
      case 'BC_REQUEST_DEATH_NOTIFICATION':
      case 'BC_CLEAR_DEATH_NOTIFICATION':
        return { ...command, handle: this.#handle(proc, command.handle) };
      case 'BC_ATTEMPT_ACQUIRE':
        return { ...command, handle: this.#handle(proc, command.handle) };
      default:
        return command;
    }
  }

  #message(proc: number, { size, objects }: Message): MessageSpec {
    if (objects.length === 0) return { size };
    return {
      size,
      objects: objects.map(({ at, object }): ObjectSpec => {
        if (object.type === 'BINDER' || object.type === 'WEAK_BINDER') return { ...object, at, flags: object.flags };
        if (object.type === 'HANDLE' || object.type === 'WEAK_HANDLE') {
          return { type: object.type, at, handle: this.#handle(proc, object.handle) };
        }
        if (object.type === 'FD') return { type: 'FD', at, flags: object.flags, fd: { file: object.fd - FIRST_FILE } };
        throw new Error(`an explorer does not send ${object.type}`);
      }),
    };
  }
}
