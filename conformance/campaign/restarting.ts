/** A remote target that lives as long as it can, and is started again when it is asked for. */
import type { RemoteDriver } from '../../abi/driver.ts';

/** A remote target that is started again when it has died. */
export class Restarting {
  readonly #start: () => Promise<RemoteDriver>;
  #driver: Promise<RemoteDriver> | undefined;

  constructor(start: () => Promise<RemoteDriver>) {
    this.#start = start;
  }

  /** The target, started when it is not running. */
  async get(): Promise<RemoteDriver> {
    this.#driver ??= this.#start();
    return this.#driver;
  }

  /** Takes a dead target away, once however many sequences saw it die; the next `get` starts another one. */
  async bury(dead: RemoteDriver): Promise<void> {
    if (this.#driver === undefined || (await this.#driver) !== dead) return;
    await this.stop();
  }

  async stop(): Promise<void> {
    const driver = this.#driver;
    this.#driver = undefined;
    try {
      await (await driver)?.stop();
    } catch {
      // It is gone already.
    }
  }
}
