/** The slots of a machine: who wants one while all are taken waits, first come first served. */
export class SlotPool {
  readonly #count: number;
  #free: number[] = [];
  #waiting: ((slot: number) => void)[] = [];
  /** Slots of a machine that is gone are never given back. */
  #generation = 0;

  constructor(count: number) {
    this.#count = count;
    this.reset();
  }

  /** A free slot, and how to give it back (once; more does nothing). */
  async take(): Promise<{ readonly slot: number; readonly give: () => boolean }> {
    const slot = this.#free.shift() ?? (await new Promise<number>(resolve => this.#waiting.push(resolve)));
    const generation = this.#generation;
    let held = true;
    const give = (): boolean => {
      if (!held || generation !== this.#generation) return false;
      held = false;
      this.#give(slot);
      return true;
    };
    return { slot, give };
  }

  /** The machine is another one: all slots are free. */
  reset(): void {
    this.#generation++;
    this.#free = [];
    for (let slot = 0; slot < this.#count; slot++) this.#give(slot);
  }

  #give(slot: number): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(slot);
    else next(slot);
  }
}
