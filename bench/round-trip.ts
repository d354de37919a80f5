/** The optimised driver driven with bytes: what one call and its reply cost, and how often a payload is copied. */
import { BC, BR, IOCTL, TF_ONE_WAY } from '../abi/constants.ts';
import * as layout from '../abi/layout.ts';
import { readU64, writeU64 } from '../abi/u64.ts';
import { BinderDriver } from '../impl/driver.ts';
import { FileTable } from '../impl/files.ts';
import { Memory } from '../impl/memory.ts';
import type { Process } from '../impl/process.ts';
import { OK } from '../impl/result.ts';
import { Task, TaskGroup } from '../impl/task.ts';

/** Payload of every message. */
export const PAYLOAD = 128;

/** Addresses of one process; its memory is one region from `BASE`. */
const BASE = 0x10000;
const SIZE = 0x10000;
const ARGUMENT = BASE;
const WRITE = BASE + 0x1000;
const READ = BASE + 0x2000;
const DATA = BASE + 0x3000;
const MAPPING = 0x7000_0000;

const { fields: argument } = layout.WRITE_READ;
const { fields: message } = layout.TRANSACTION_DATA;

/** One process with one thread and one open file. */
class User {
  readonly view: DataView;
  readonly process: Process;
  readonly #driver: BinderDriver;
  readonly #task: Task;

  constructor(driver: BinderDriver, pid: number, mapping = 1 << 20) {
    const bytes = new Uint8Array(SIZE);
    const memory = new Memory(bytes);
    memory.map(BASE, SIZE, 0);
    this.view = memory.view;
    this.#driver = driver;
    this.#task = new Task(pid, new TaskGroup(pid, new FileTable()), memory);
    const process = driver.open(0, this.#task, true);
    if (process === null) throw new Error('there is no device 0');
    this.process = process;
    expectOk(driver.mmap(process, this.#task, MAPPING, mapping, { read: true, write: false }));
  }

  /** One BINDER_WRITE_READ over the bytes that lie ready; answers read_consumed. */
  writeRead(writeSize: number, readSize: number): number {
    const { view } = this;
    writeU64(view, ARGUMENT - BASE + argument.write_size.at, writeSize);
    writeU64(view, ARGUMENT - BASE + argument.write_consumed.at, 0);
    writeU64(view, ARGUMENT - BASE + argument.write_buffer.at, WRITE);
    writeU64(view, ARGUMENT - BASE + argument.read_size.at, readSize);
    writeU64(view, ARGUMENT - BASE + argument.read_consumed.at, 0);
    writeU64(view, ARGUMENT - BASE + argument.read_buffer.at, READ);
    expectOk(this.#driver.ioctl(this.process, this.#task, IOCTL.BINDER_WRITE_READ, ARGUMENT));
    return view.getUint32(ARGUMENT - BASE + argument.read_consumed.at, true);
  }

  becomeManager(): void {
    expectOk(this.#driver.ioctl(this.process, this.#task, IOCTL.BINDER_SET_CONTEXT_MGR, ARGUMENT));
  }

  /** Puts BC_FREE_BUFFER at the front of the write buffer when there is one to free, then a message; answers the size. */
  prepare(word: number, flags: number, freed: number): number {
    const { view } = this;
    let at = WRITE - BASE;
    if (freed > 0) {
      view.setUint32(at, BC.BC_FREE_BUFFER, true);
      writeU64(view, at + 4, freed);
      at += 12;
    }
    view.setUint32(at, word, true);
    const body = at + 4;
    writeU64(view, body + message.target.at, 0);
    view.setUint32(body + message.code.at, 1, true);
    view.setUint32(body + message.flags.at, flags, true);
    writeU64(view, body + message.data_size.at, PAYLOAD);
    writeU64(view, body + message.offsets_size.at, 0);
    writeU64(view, body + message.buffer.at, DATA);
    writeU64(view, body + message.offsets.at, 0);
    return body + layout.TRANSACTION_DATA.size - (WRITE - BASE);
  }

  /** The buffer of the delivery that the read buffer holds. */
  delivered(word: number, consumed: number): number {
    const { view } = this;
    const from = READ - BASE;
    for (let at = from; at < from + consumed;) {
      const found = view.getUint32(at, true);
      if (found === word) return readU64(view, at + 4 + message.buffer.at) as number;
      at += 4 + ((found >>> 16) & 0x3fff);
    }
    throw new Error(`no ${word.toString(16)} was read`);
  }
}

const expectOk = (result: number): void => {
  if (result !== OK) throw new Error(`the driver answered ${result}`);
};

/** A client and the context manager, ready to call. */
export class Pair {
  readonly driver = new BinderDriver(1);
  readonly #server = new User(this.driver, 1000);
  readonly #client = new User(this.driver, 1100);
  #request = 0;
  #reply = 0;

  constructor() {
    this.#server.becomeManager();
  }

  /** A call with its reply in four system calls; both buffers are freed on the way. */
  roundTrip(): void {
    const client = this.#client;
    const server = this.#server;
    client.writeRead(client.prepare(BC.BC_TRANSACTION, 0, this.#reply), 0);
    this.#request = server.delivered(BR.BR_TRANSACTION, server.writeRead(0, 256));
    server.writeRead(server.prepare(BC.BC_REPLY, 0, this.#request), 0);
    this.#reply = client.delivered(BR.BR_REPLY, client.writeRead(0, 256));
    // What is left for the server is that its reply was sent.
    server.writeRead(0, 256);
  }

  /** A oneway call, received and freed. */
  oneway(): void {
    const client = this.#client;
    const server = this.#server;
    client.writeRead(client.prepare(BC.BC_TRANSACTION, TF_ONE_WAY, 0), 256);
    this.#request = server.delivered(BR.BR_TRANSACTION, server.writeRead(0, 256));
    server.view.setUint32(WRITE - BASE, BC.BC_FREE_BUFFER, true);
    writeU64(server.view, WRITE - BASE + 4, this.#request);
    server.writeRead(12, 0);
  }
}
