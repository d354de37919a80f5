/**
 * Reclaim touches the pages of every sequence in the machine, but is an op of one. So it waits until every sequence has
 * ended or asks for it as well; then it is done once for all who asked, and sequences may begin again.
 *
 * A sequence may also be alone: it begins when all others have ended, and keeps others out until it ends.
 */
export class ReclaimGate {
  readonly #reclaim: () => Promise<void>;
  #active = 0;
  #asking: { readonly resolve: () => void; readonly reject: (error: unknown) => void }[] = [];
  #held: (() => void)[] = [];
  #running = false;
  /** Sequences that want to be alone, the one that is included. */
  #alone = 0;
  #idle: (() => void)[] = [];

  /** `reclaim` does it. */
  constructor(reclaim: () => Promise<void>) {
    this.#reclaim = reclaim;
  }

  /** Enters a sequence; waits while somebody asks, is alone or wants to be. */
  async begin(): Promise<void> {
    while (this.#asking.length > 0 || this.#running || this.#alone > 0)
      await new Promise<void>(resolve => this.#held.push(resolve));
    this.#active++;
  }

  /** Enters a sequence when all others are over; none begins before `endAlone`. */
  async beginAlone(): Promise<void> {
    this.#alone++;
    while (this.#active > 0) await new Promise<void>(resolve => this.#idle.push(resolve));
    this.#active++;
  }

  /** A sequence is over. */
  end(): void {
    this.#active--;
    this.#runIfAllAsk();
    if (this.#active > 0) return;
    const idle = this.#idle;
    this.#idle = [];
    for (const go of idle) go();
  }

  /** A sequence that was alone is over. */
  endAlone(): void {
    this.#alone--;
    this.end();
    this.#letIn();
  }

  /** Resolves when the pages are reclaimed. */
  ask(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#asking.push({ resolve, reject });
      this.#runIfAllAsk();
    });
  }

  /** Forgets everybody: the machine is another one. Who asks is refused. */
  reset(): void {
    const asking = this.#asking;
    this.#asking = [];
    this.#active = 0;
    this.#alone = 0;
    for (const { reject } of asking) reject(new Error('the machine was started again'));
    this.#letIn();
  }

  #letIn(): void {
    const held = this.#held;
    this.#held = [];
    for (const go of held) go();
  }

  #runIfAllAsk(): void {
    if (this.#running || this.#asking.length === 0 || this.#asking.length < this.#active) return;
    this.#running = true;
    void this.#run();
  }

  async #run(): Promise<void> {
    const asking = this.#asking;
    this.#asking = [];
    try {
      await this.#reclaim();
      for (const { resolve } of asking) resolve();
    } catch (error) {
      for (const { reject } of asking) reject(error);
    }
    this.#running = false;
    this.#letIn();
  }
}
