/**
 * Which pages of an arena exist: absent, active (some allocated buffer overlaps it) or reclaimable (ALLOC-27, ALLOC-28).
 *
 * A page is zeroed when it comes into being and never again (ALLOC-35). One that its owner gave up is hidden from the
 * owner until it was reclaimed: the driver maps a page only when it makes it (ALLOC-34).
 */
import { PAGE } from '../abi/ids.ts';

const ABSENT = 0;
const ACTIVE = 1;
const RECLAIMABLE = 2;
/** Stands beside one of the two above: the owner cannot see it. */
const HIDDEN = 4;

export class Pages {
  readonly #states: Uint8Array;
  readonly #bytes: Uint8Array;
  active = 0;
  reclaimable = 0;
  /** One more than the highest page that ever existed (ALLOC-32). */
  highWatermark = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#states = new Uint8Array(bytes.length / PAGE);
  }

  /** Pages that do not exist. */
  get absent(): number {
    return this.#states.length - this.active - this.reclaimable;
  }

  /** Makes every page that [from, to) overlaps active. */
  populate(from: number, to: number): void {
    for (let page = Math.floor(from / PAGE); page * PAGE < to; page++) {
      const state = this.#states[page] as number;
      if ((state & ACTIVE) !== 0) continue;
      if ((state & RECLAIMABLE) !== 0) this.reclaimable--;
      else this.#bytes.fill(0, page * PAGE, (page + 1) * PAGE);
      this.#states[page] = ACTIVE | (state & HIDDEN);
      this.active++;
      if (page >= this.highWatermark) this.highWatermark = page + 1;
    }
  }

  /** [from, to) was freed inside the free stretch [low, high): its pages that lie wholly in it become reclaimable. */
  release(from: number, to: number, low: number, high: number): void {
    for (let page = Math.floor(from / PAGE); page * PAGE < to; page++) {
      if (page * PAGE < low || (page + 1) * PAGE > high) continue;
      this.#states[page] = RECLAIMABLE | ((this.#states[page] as number) & HIDDEN);
      this.active--;
      this.reclaimable++;
    }
  }

  /** Takes every reclaimable page for which `may` holds (ALLOC-31). */
  reclaim(may: (page: number) => boolean): void {
    if (this.reclaimable === 0) return;
    this.#states.forEach((state, page) => {
      if ((state & RECLAIMABLE) === 0 || !may(page)) return;
      this.#states[page] = ABSENT;
      this.reclaimable--;
    });
  }

  /** The owner gives up every page that [from, to) overlaps (ALLOC-34). */
  hide(from: number, to: number): void {
    const end = Math.min(to, this.#states.length * PAGE);
    for (let page = Math.floor(from / PAGE); page * PAGE < end; page++) {
      const state = this.#states[page] as number;
      if (state !== ABSENT) this.#states[page] = state | HIDDEN;
    }
  }

  /** Whether the owner can see every page that [from, to) overlaps. */
  visible(from: number, to: number): boolean {
    for (let page = Math.floor(from / PAGE); page * PAGE < to; page++) {
      const state = this.#states[page] ?? ABSENT;
      if (state === ABSENT || (state & HIDDEN) !== 0) return false;
    }
    return true;
  }
}
