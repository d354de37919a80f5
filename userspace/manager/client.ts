/** A process's way to the service manager. */
import type { AnyInterface, ClientOf } from '../interface/define.ts';
import type { Stub } from '../interface/stub.ts';
import type { IBinder } from '../native/ibinder.ts';
import type { ProcessState } from '../native/process-state.ts';
import { Event } from '../kernel/event.ts';
import { STATUS, TransactionError } from '../status.ts';
import { DUMP_FLAG_PRIORITY_DEFAULT, IServiceCallback, IServiceManager } from './interfaces.ts';

/** The manager as a process sees it. Only threads of that process may use it. */
export class ServiceManagerClient {
  readonly #process: ProcessState;
  readonly #binder: IBinder;
  /** The plain interface. */
  readonly remote: ClientOf<typeof IServiceManager>;

  private constructor(process: ProcessState, binder: IBinder) {
    this.#process = process;
    this.#binder = binder;
    this.remote = IServiceManager.asInterface(binder);
  }

  /** The manager of the process's device. Throws `TransactionError` where there is none. */
  static async of(process: ProcessState): Promise<ServiceManagerClient> {
    const binder = await process.getContextObject();
    if (binder === null) throw new TransactionError(STATUS.DEAD_OBJECT, 'there is no service manager');
    return new ServiceManagerClient(process, binder);
  }

  /** Publishes an object, and sees to it that the process answers calls. */
  async addService(name: string, service: IBinder): Promise<void> {
    this.#process.startThreadPool();
    await this.remote.addService(name, service, false, DUMP_FLAG_PRIORITY_DEFAULT);
  }

  /** The object of that name, which the caller holds from now on; null where there is none. */
  checkService(name: string): Promise<IBinder | null> {
    return this.remote.checkService(name);
  }

  /** A client of the service of that name; null where there is none. */
  async getService<I extends AnyInterface>(name: string, as: I): Promise<ClientOf<I> | null> {
    return as.asInterface(await this.remote.getService(name)) as ClientOf<I> | null;
  }

  /** The object of that name, as soon as there is one. */
  async waitForService(name: string): Promise<IBinder> {
    const registered = new Event(this.#process.system);
    let found: IBinder | undefined;
    const callback: Stub = IServiceCallback.stub({
      onRegistration: (_, binder) => {
        if (found !== undefined) return;
        found = binder;
        binder.hold();
        registered.set();
      },
    });
    this.#process.startThreadPool();
    const client = IServiceCallback.asInterface(callback);
    await this.remote.registerForNotifications(name, client);
    await registered.wait();
    await this.remote.unregisterForNotifications(name, client);
    return found as IBinder;
  }

  /** Lets the manager go. */
  release(): void {
    this.#binder.release();
  }
}
