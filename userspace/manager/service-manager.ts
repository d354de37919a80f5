/**
 * The service manager: the context manager of a device, and its table of names.
 *
 * Source of every rule: AOSP `cmds/servicemanager/ServiceManager.cpp` (Android 11 to 13). What stands on a security
 * module (SELinux) is not here; what stands on user ids is.
 */
import { asBinder, type ClientOf, type HandlersOf } from '../interface/define.ts';
import type { Stub } from '../interface/stub.ts';
import type { IBinder } from '../native/ibinder.ts';
import { MANAGER_MAP } from '../native/numbers.ts';
import { ProcessState } from '../native/process-state.ts';
import type { System } from '../kernel/system.ts';
import { ServiceException } from '../parcel/exception.ts';
import { STATUS } from '../status.ts';
import { IServiceManager, type IServiceCallback } from './interfaces.ts';
import { isValidName } from './names.ts';

type Callback = ClientOf<typeof IServiceCallback>;

/** User ids of one user (`AID_USER_OFFSET`), the first of applications (`AID_APP`), and those of isolated processes. */
const AID_USER_OFFSET = 100_000;
const AID_APP = 10_000;
const AID_ISOLATED_START = 90_000;
const AID_ISOLATED_END = 99_999;

interface Service {
  readonly binder: IBinder;
  readonly allowIsolated: boolean;
  readonly dumpPriority: number;
}

export interface ServiceManagerOptions {
  /** Names that the device declares (AOSP: its VINTF manifests). */
  readonly declared?: readonly string[];
  readonly device?: number;
  readonly name?: string;
}

export class ServiceManager {
  readonly process: ProcessState;
  readonly stub: Stub;
  readonly #declared: ReadonlySet<string>;
  readonly #services = new Map<string, Service>();
  readonly #callbacks = new Map<string, Callback[]>();

  constructor(system: System, options: ServiceManagerOptions = {}) {
    const { declared = [], device = 0, name = 'servicemanager' } = options;
    // No thread is asked for: requests are answered one after the other (`setThreadPoolMaxThreadCount(0)`).
    this.process = new ProcessState(system, { name, device, map: MANAGER_MAP, maxThreads: 0 });
    this.#declared = new Set(declared);
    this.stub = IServiceManager.stub(this.#handlers());
  }

  /** Becomes context manager and serves. Answers false where the device has a manager already. */
  async start(): Promise<boolean> {
    const { process } = this;
    return process.run(async () => {
      const isManager = await process.becomeContextManager(this.stub);
      if (isManager) process.startThreadPool();
      return isManager;
    });
  }

  /** The names in the table, sorted. */
  get names(): readonly string[] {
    return [...this.#services.keys()].sort();
  }

  /** The object that a name maps to: the manager's proxy of it. */
  binderOf(name: string): IBinder | undefined {
    return this.#services.get(name)?.binder;
  }

  #handlers(): HandlersOf<typeof IServiceManager> {
    return {
      getService: name => this.#find(name),
      checkService: name => this.#find(name),
      addService: (name, service, allowIsolated, dumpPriority) => this.#add(name, service, allowIsolated, dumpPriority),
      listServices: dumpPriority =>
        this.names.filter(name => ((this.#services.get(name)?.dumpPriority ?? 0) & dumpPriority) !== 0),
      registerForNotifications: (name, callback) => this.#register(name, callback),
      unregisterForNotifications: (name, callback) => this.#unregister(name, callback),
      isDeclared: name => this.#declared.has(name),
    };
  }

  get #appId(): number {
    return (this.process.thread.calling?.uid ?? 0) % AID_USER_OFFSET;
  }

  #find(name: string): IBinder | null {
    const service = this.#services.get(name);
    if (service === undefined) return null;
    const isIsolated = this.#appId >= AID_ISOLATED_START && this.#appId <= AID_ISOLATED_END;
    return isIsolated && !service.allowIsolated ? null : service.binder;
  }

  async #add(name: string, binder: IBinder | null, allowIsolated: boolean, dumpPriority: number): Promise<void> {
    if (this.#appId >= AID_APP) throw new ServiceException('SECURITY', 'App UIDs cannot add services.');
    if (binder === null) throw new ServiceException('ILLEGAL_ARGUMENT', 'Null binder.');
    if (!isValidName(name)) throw new ServiceException('ILLEGAL_ARGUMENT', 'Invalid service name.');
    await this.#watch(binder);
    const before = this.#services.get(name);
    this.#services.set(name, { binder, allowIsolated, dumpPriority });
    if (before !== undefined) await this.#unwatch(before.binder);
    for (const callback of this.#callbacks.get(name) ?? []) await this.#tell(callback, name, binder);
  }

  /** A callback that fails is gone or full; its own death will take it out. */
  async #tell(callback: Callback, name: string, binder: IBinder): Promise<void> {
    try {
      await callback.onRegistration(name, binder);
    } catch {
      // Nobody waits for it.
    }
  }

  async #register(name: string, callback: Callback | null): Promise<void> {
    if (!isValidName(name)) throw new ServiceException('ILLEGAL_ARGUMENT', 'Invalid service name.');
    if (callback === null) throw new ServiceException('NULL_POINTER', 'Null callback.');
    await this.#watch(asBinder(callback));
    const callbacks = this.#callbacks.get(name) ?? [];
    this.#callbacks.set(name, callbacks);
    callbacks.push(callback);
    const service = this.#services.get(name);
    if (service !== undefined) await this.#tell(callback, name, service.binder);
  }

  async #unregister(name: string, callback: Callback | null): Promise<void> {
    const callbacks = this.#callbacks.get(name) ?? [];
    const kept = callbacks.filter(each => callback === null || asBinder(each) !== asBinder(callback));
    const gone = callbacks.length - kept.length;
    if (gone === 0)
      throw new ServiceException('ILLEGAL_STATE', 'Trying to unregister a callback that none registered.');
    this.#keep(name, kept);
    for (const each of callbacks) if (!kept.includes(each)) await this.#unwatch(asBinder(each));
  }

  #keep(name: string, callbacks: Callback[]): void {
    if (callbacks.length === 0) this.#callbacks.delete(name);
    else this.#callbacks.set(name, callbacks);
  }

  /** Holds a binder for one place of the table, and asks to be told of its death. */
  async #watch(binder: IBinder): Promise<void> {
    binder.hold();
    if (binder.isLocal) return;
    if ((await binder.linkToDeath(this)) === STATUS.OK) return;
    binder.release();
    throw new ServiceException('ILLEGAL_STATE', 'Could not link to its death.');
  }

  async #unwatch(binder: IBinder): Promise<void> {
    if (!binder.isLocal) await binder.unlinkToDeath(this);
    binder.release();
  }

  /** Takes every place of a dead object out of the table. It is called once for each place. */
  binderDied(who: IBinder): void {
    for (const [name, { binder }] of this.#services) {
      if (binder !== who) continue;
      this.#services.delete(name);
      binder.release();
    }
    for (const [name, callbacks] of this.#callbacks) {
      const kept = callbacks.filter(each => asBinder(each) !== who);
      if (kept.length === callbacks.length) continue;
      this.#keep(name, kept);
      for (const each of callbacks) if (!kept.includes(each)) asBinder(each).release();
    }
  }
}
