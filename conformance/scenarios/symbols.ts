/** From the calls that a program makes back to ops that name what they use by who produced it. */
import type { Call, Command, Message, PlacedObject } from '../../abi/call.ts';
import { equal } from '../../abi/equal.ts';
import { overlay, filled } from '../../abi/hex.ts';
import type { BufferRef, CommandSpec, HandleRef, MessageSpec, ObjectSpec, Op } from '../../abi/op.ts';
import { FIRST_FILE, placedHex, resolve, type Arrival, type Environment } from '../../abi/resolve.ts';

interface Source {
  readonly of: number;
  readonly cmd?: number;
  readonly slot?: number;
}

/** A message that has arrived. */
export interface Learned {
  readonly of: number;
  readonly cmd: number;
  readonly arrival: Arrival;
}

const source = (of: number, cmd: number, slot: number): Source => ({
  of,
  ...(cmd === 0 ? {} : { cmd }),
  ...(slot === 0 ? {} : { slot }),
});

const hasHandle = (type: string): boolean => type === 'HANDLE' || type === 'WEAK_HANDLE';

/** Remembers which message brought each buffer and each handle of each process. */
export class Symbols {
  readonly #buffers = new Map<string, Source>();
  readonly #handles = new Map<string, Source>();
  /** Messages sent that have not arrived. */
  readonly #underway = new Map<string, Source>();

  /** Takes note of every message that has arrived since the last time, and answers them. */
  learn(env: Environment): readonly Learned[] {
    const learned: Learned[] = [];
    for (const [key, { of, cmd = 0 }] of this.#underway) {
      const arrival = env.arrival(of, cmd);
      if (arrival === undefined) continue;
      this.#underway.delete(key);
      this.#buffers.set(`${arrival.proc} ${arrival.buffer}`, source(of, cmd, 0));
      arrival.slots.forEach((number, slot) => {
        if (number !== undefined) this.#handles.set(`${arrival.proc} ${number}`, source(of, cmd, slot));
      });
      learned.push({ of, cmd, arrival });
    }
    return learned;
  }

  /** Takes note of the messages that a call sends. */
  sent(call: Call): void {
    if (call.op !== 'write_read') return;
    call.write.forEach(({ bc }, cmd) => {
      if (bc === 'BC_TRANSACTION' || bc === 'BC_REPLY')
        this.#underway.set(`${call.id} ${cmd}`, source(call.id, cmd, 0));
    });
  }

  /** The op that a call is. Where a symbol would not lead back to the very call, the op says the plain numbers. */
  opOf(call: Call, env: Environment): Op {
    const symbolic = this.#op(call, true);
    return equal(resolve(env, symbolic), call) ? symbolic : this.#op(call, false);
  }

  #op(call: Call, symbolic: boolean): Op {
    if (call.op !== 'write_read') return plain(call);
    const { id, proc, thread, fd, write, read } = call;
    return {
      op: 'write_read',
      id,
      proc,
      thread,
      fd,
      ...(write.length === 0 ? {} : { write: write.map(command => this.#command(proc, command, symbolic)) }),
      ...(read === undefined ? {} : { read: { size: read.size } }),
    };
  }

  #command(proc: number, command: Command, symbolic: boolean): CommandSpec {
    const handle = (number: number): HandleRef =>
      (symbolic && number !== 0 ? this.#handles.get(`${proc} ${number}`) : undefined) ?? number;
    switch (command.bc) {
      case 'BC_TRANSACTION': {
        const { bc, target, code, flags, message } = command;
        return { bc, target: handle(target), code, flags, message: messageSpec(message, handle) };
      }
      case 'BC_REPLY':
        return { ...command, message: messageSpec(command.message, handle) };
      case 'BC_FREE_BUFFER': {
        const { buffer } = command;
        const known: BufferRef | undefined =
          typeof buffer === 'number' ? this.#buffers.get(`${proc} ${buffer}`) : { address: buffer.address };
        return { bc: command.bc, buffer: known ?? { address: typeof buffer === 'number' ? buffer : buffer.address } };
      }
      case 'BC_INCREFS':
      case 'BC_ACQUIRE':
      case 'BC_RELEASE':
      case 'BC_DECREFS':
      case 'BC_REQUEST_DEATH_NOTIFICATION':
      case 'BC_CLEAR_DEATH_NOTIFICATION':
        return { ...command, handle: handle(command.handle) };
      case 'BC_ATTEMPT_ACQUIRE':
        return { ...command, handle: handle(command.handle) };
      default:
        return command;
    }
  }
}

const objectSpec = ({ at, object }: PlacedObject, handle: (number: number) => HandleRef): ObjectSpec => {
  switch (object.type) {
    case 'BINDER':
    case 'WEAK_BINDER':
      return { type: object.type, at, flags: object.flags, ptr: object.ptr, cookie: object.cookie };
    case 'HANDLE':
    case 'WEAK_HANDLE':
      return { type: object.type, at, flags: object.flags, handle: handle(object.handle) };
    case 'FD':
      return {
        type: 'FD',
        at,
        flags: object.flags,
        fd: object.fd >= FIRST_FILE ? { file: object.fd - FIRST_FILE } : { number: object.fd },
      };
    default:
      return { type: 'RAW', at, bytes: placedHex(object) };
  }
};

const messageSpec = (message: Message, handle: (number: number) => HandleRef): MessageSpec => {
  let bytes = message.data;
  // What an object says stands in the object alone.
  for (const { at, object } of message.objects) {
    if (hasHandle(object.type)) bytes = overlay(bytes, at, filled(0, placedHex(object).length / 2));
  }
  return {
    size: message.size,
    ...(bytes === '' ? {} : { bytes }),
    ...(message.objects.length === 0 ? {} : { objects: message.objects.map(each => objectSpec(each, handle)) }),
  };
};

/** Ops other than write_read say what their calls say; what is the usual is left out. */
const plain = (call: Exclude<Call, { readonly op: 'write_read' }>): Op => {
  switch (call.op) {
    case 'open': {
      const { device, nonblock, readonly, ...who } = call;
      return {
        ...who,
        ...(device === 0 ? {} : { device }),
        ...(nonblock ? { nonblock } : {}),
        ...(readonly ? { readonly } : {}),
      };
    }
    case 'mmap': {
      const { prot, private: own, ...rest } = call;
      return { ...rest, ...(prot === 'read' ? {} : { prot }), ...(own ? {} : { private: own }) };
    }
    case 'ioctl': {
      const { arg, ...rest } = call;
      return Object.keys(arg).length === 0 ? rest : { ...rest, arg };
    }
    default:
      return call as Op;
  }
};
