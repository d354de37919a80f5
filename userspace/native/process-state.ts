/**
 * What a process shares between its threads: the open driver, its proxies, its objects, its pool of threads.
 *
 * Source of numbers and order: AOSP `libs/binder/ProcessState.cpp`.
 */
import type { Command } from '../../abi/call.ts';
import { FLAT_BINDER_FLAG_ACCEPTS_FDS, PROTOCOL_VERSION } from '../../abi/constants.ts';
import { CONTEXT_MANAGER } from '../../abi/ids.ts';
import type { LocalObject, RemoteObject } from '../../abi/objects.ts';
import type { U64 } from '../../abi/u64.ts';
import { MisuseError } from '../kernel/errors.ts';
import { Event } from '../kernel/event.ts';
import type { System } from '../kernel/system.ts';
import type { Thread } from '../kernel/thread.ts';
import { SCHED_NORMAL_19 } from '../parcel/format.ts';
import { Parcel, type BinderTable } from '../parcel/parcel.ts';
import { STATUS } from '../status.ts';
import { BBinder } from './bbinder.ts';
import { BpBinder } from './bp-binder.ts';
import type { IBinder } from './ibinder.ts';
import { APPLICATION_MAP, DRIVER_FD, MAX_THREADS } from './numbers.ts';
import { ThreadState } from './thread-state.ts';

export interface ProcessOptions {
  /** For reports. */
  readonly name?: string;
  /** Device (context); 0 unless told. */
  readonly device?: number;
  /** Bytes to map; `APPLICATION_MAP` unless told. */
  readonly map?: number;
  /** Threads that the driver may ask for; `MAX_THREADS` unless told. */
  readonly maxThreads?: number;
}

/** An object of this process that a message carries or carried. */
interface Entry {
  readonly binder: BBinder;
  /** References of the driver, as it announced them. */
  strong: number;
  weak: number;
  /** Parcels that hold it. */
  parcels: number;
}

/** Addresses of objects: 16 apart, so that an address is no small number by chance. */
const FIRST_ADDRESS = 0x1000;
const ADDRESS_STEP = 0x10;
/** Cookies of proxies. */
const FIRST_COOKIE = 0x80_0000;

export class ProcessState implements BinderTable {
  readonly system: System;
  readonly name: string;
  /** Its number in the op log. */
  readonly proc: number;
  readonly maxThreads: number;
  /** What was thrown in code that nobody waits for: handlers of one-way calls and of deaths, threads of the pool. */
  readonly uncaught: unknown[] = [];
  readonly #options: ProcessOptions;
  readonly #threads = new Map<Thread, ThreadState>();
  readonly #proxies = new Map<number, BpBinder>();
  readonly #byCookie = new Map<U64, BpBinder>();
  readonly #objects = new Map<U64, Entry>();
  readonly #addresses = new Map<BBinder, number>();
  #nextAddress = FIRST_ADDRESS;
  #nextCookie = FIRST_COOKIE;
  #opened: Event | undefined;
  #poolStarted = false;
  #spawned = 0;
  #context: BBinder | undefined;
  #isClosed = false;

  constructor(system: System, options: ProcessOptions = {}) {
    this.system = system;
    this.#options = options;
    this.proc = system.newProcess();
    this.name = options.name ?? `process ${this.proc}`;
    this.maxThreads = options.maxThreads ?? MAX_THREADS;
  }

  /** Threads that the driver asked for, so far. */
  get spawned(): number {
    return this.#spawned;
  }
  /** Proxies that the table keeps, by handle. */
  get proxies(): ReadonlyMap<number, BpBinder> {
    return this.#proxies;
  }
  /** Objects that the driver or a parcel holds. */
  get exported(): readonly BBinder[] {
    return [...this.#objects.values()].map(({ binder }) => binder);
  }
  /** The object that answers for handle 0; `undefined` in every process but the manager's. */
  get context(): BBinder | undefined {
    return this.#context;
  }

  /** Whether the driver was closed: no thread talks with it any more. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The state of the running thread, which must be one of this process. */
  get thread(): ThreadState {
    const state = this.#threads.get(this.system.current);
    if (state === undefined) throw new MisuseError(`the running thread is not one of ${this.name}`);
    return state;
  }

  /** A parcel to write. */
  parcel(): Parcel {
    return new Parcel(this);
  }

  /** Adds a command to what the running thread writes next. */
  queue(command: Command): void {
    this.thread.queue(command);
  }

  /** Runs code as a thread of this process; it leaves the driver when the code ends. Rejects as `System.run` does. */
  run<T>(code: () => Promise<T>): Promise<T> {
    return this.system.run(this.proc, thread => this.#inside(thread, code));
  }

  /** Starts a thread that nobody waits for; what it throws is noted in `uncaught`. */
  spawn(code: () => Promise<void>): void {
    this.system.spawn(
      this.proc,
      thread => this.#inside(thread, code),
      error => this.uncaught.push(error),
    );
  }

  async #inside<T>(thread: Thread, code: () => Promise<T>): Promise<T> {
    const state = new ThreadState(this, thread);
    this.#threads.set(thread, state);
    try {
      await this.#open(state);
      return await code();
    } finally {
      await state.exit();
      this.#threads.delete(thread);
    }
  }

  /** Opens and maps the driver; the first thread does it, the others wait for it. */
  async #open({ kernel }: ThreadState): Promise<void> {
    if (this.#opened !== undefined) return this.#opened.wait();
    const opened = new Event(this.system);
    this.#opened = opened;
    const { device = 0, map = APPLICATION_MAP } = this.#options;
    const must = async (what: string, request: Parameters<Thread['call']>[0]): Promise<number | undefined> => {
      const { status, out } = await kernel.call(request);
      if (status !== 'OK') throw new Error(`${this.name}: ${what} failed: ${status}`);
      return out?.version;
    };
    const fd = DRIVER_FD;
    await must('open', { op: 'open', fd, device, nonblock: false, readonly: false });
    const version = await must('BINDER_VERSION', { op: 'ioctl', fd, cmd: 'BINDER_VERSION', arg: {} });
    if (version !== PROTOCOL_VERSION) throw new Error(`the driver speaks protocol ${version}, not ${PROTOCOL_VERSION}`);
    await must('BINDER_SET_MAX_THREADS', {
      op: 'ioctl',
      fd,
      cmd: 'BINDER_SET_MAX_THREADS',
      arg: { value: this.maxThreads },
    });
    const spam = { enable: 1 };
    await must('spam detection', { op: 'ioctl', fd, cmd: 'BINDER_ENABLE_ONEWAY_SPAM_DETECTION', arg: spam });
    await must('mmap', { op: 'mmap', fd, size: map, prot: 'read', private: true });
    opened.set();
  }

  /**
   * Leaves the driver: closes it and gives its memory back. Threads that sleep in it wake and end; every later call of a
   * thread of this process is BAD_FD.
   */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    const { kernel } = this.thread;
    await this.thread.flush();
    if (this.#isClosed) return;
    this.#isClosed = true;
    await kernel.call({ op: 'close', fd: DRIVER_FD });
    await kernel.call({ op: 'munmap', fd: DRIVER_FD });
  }

  /** Starts the main thread of the pool (`startThreadPool`); a second time changes nothing. */
  startThreadPool(): void {
    if (this.#poolStarted) return;
    this.#poolStarted = true;
    this.spawn(() => this.thread.joinThreadPool(true));
  }

  /** BR_SPAWN_LOOPER. */
  spawnPooledThread(): void {
    if (!this.#poolStarted) return;
    this.#spawned++;
    this.spawn(() => this.thread.joinThreadPool(false));
  }

  /**
   * Makes an object the one that answers for handle 0 of this context (`becomeContextManager`). Answers whether the driver
   * agreed: there is only one. The security context that AOSP asks for needs a security module, so it is not asked for.
   */
  async becomeContextManager(object: BBinder): Promise<boolean> {
    const { status } = await this.thread.kernel.call({
      op: 'ioctl',
      fd: DRIVER_FD,
      cmd: 'BINDER_SET_CONTEXT_MGR_EXT',
      arg: { ptr: 0, cookie: 0, flags: FLAT_BINDER_FLAG_ACCEPTS_FDS },
    });
    if (status === 'OK') this.#context = object;
    return status === 'OK';
  }

  /** Handle 0, once somebody answers for it; `null` as long as nobody does (`getStrongProxyForHandle(0)`). Held by the caller. */
  async getContextObject(): Promise<IBinder | null> {
    const proxy = this.proxyFor(CONTEXT_MANAGER);
    if ((await proxy.ping()) === STATUS.OK) return proxy;
    proxy.release();
    return null;
  }

  /** The proxy of a handle, held once more. */
  proxyFor(handle: number): BpBinder {
    let proxy = this.#proxies.get(handle);
    if (proxy === undefined) {
      proxy = new BpBinder(this, handle, this.#nextCookie++);
      this.#proxies.set(handle, proxy);
      this.#byCookie.set(proxy.cookie, proxy);
    }
    proxy.hold();
    return proxy;
  }

  /** The proxy that a death notification names. */
  proxyOfCookie(cookie: U64): BpBinder | undefined {
    return this.#byCookie.get(cookie);
  }

  /** Takes a proxy out of the table when nothing needs it. */
  forgetUnneeded(proxy: BpBinder): void {
    if (proxy.isNeeded || this.#proxies.get(proxy.handle) !== proxy) return;
    this.#proxies.delete(proxy.handle);
    this.#byCookie.delete(proxy.cookie);
    this.queue({ bc: 'BC_DECREFS', handle: proxy.handle });
  }

  flatten(binder: IBinder, weak: boolean): LocalObject | RemoteObject {
    if (binder instanceof BpBinder) {
      binder.hold();
      return {
        type: weak ? 'WEAK_HANDLE' : 'HANDLE',
        flags: SCHED_NORMAL_19,
        handle: binder.handle,
        cookie: 0,
      };
    }
    if (!(binder instanceof BBinder)) throw new MisuseError('only objects and proxies can be sent');
    let ptr = this.#addresses.get(binder);
    if (ptr === undefined) {
      ptr = this.#nextAddress;
      this.#nextAddress += ADDRESS_STEP;
      this.#addresses.set(binder, ptr);
    }
    this.#entry(ptr, binder).parcels++;
    const flags = FLAT_BINDER_FLAG_ACCEPTS_FDS | SCHED_NORMAL_19;
    return { type: weak ? 'WEAK_BINDER' : 'BINDER', flags, ptr, cookie: ptr + 8 };
  }

  unflatten(object: LocalObject | RemoteObject): IBinder | null {
    if ('handle' in object) return this.proxyFor(object.handle);
    return this.#objects.get(object.ptr)?.binder ?? null;
  }

  release(binder: IBinder): void {
    if (binder instanceof BpBinder) {
      binder.release();
      return;
    }
    const ptr = binder instanceof BBinder ? this.#addresses.get(binder) : undefined;
    if (ptr !== undefined) this.#count(ptr, 'parcels', -1);
  }

  /** The object that the driver means; `undefined` for one that it must not mean any more. */
  objectAt(ptr: U64): BBinder | undefined {
    return ptr === 0 ? this.#context : this.#objects.get(ptr)?.binder;
  }

  /** The driver holds an object, or no longer. */
  announced(ptr: U64, kind: 'strong' | 'weak', by: 1 | -1): void {
    // The context manager's object has no address: nobody counts it.
    if (ptr !== 0) this.#count(ptr, kind, by);
  }

  #entry(ptr: number, binder: BBinder): Entry {
    let entry = this.#objects.get(ptr);
    if (entry === undefined) {
      entry = { binder, strong: 0, weak: 0, parcels: 0 };
      this.#objects.set(ptr, entry);
    }
    return entry;
  }

  #count(ptr: U64, kind: 'strong' | 'weak' | 'parcels', by: 1 | -1): void {
    const entry = this.#objects.get(ptr);
    if (entry === undefined) {
      this.uncaught.push(new Error(`the driver counts ${kind} references of an object that it must not know: ${ptr}`));
      return;
    }
    entry[kind] += by;
    if (entry[kind] < 0) this.uncaught.push(new Error(`object ${ptr} has ${entry[kind]} ${kind} references`));
    if (entry.strong <= 0 && entry.weak <= 0 && entry.parcels <= 0) this.#objects.delete(ptr);
  }
}
