/** What the table of names may hold, given what was asked of it since everything last came to rest. */
import { NAMES } from './program.ts';
import { ownerOf } from './actor.ts';

/** A request to put an object under a name. */
interface Addition {
  readonly name: number;
  readonly identity: number;
  /** The manager said yes before the adder was gone. */
  done: boolean;
}

export class Table {
  /** Who has each name, when everything last came to rest. */
  readonly #owners = new Map<number, number>();
  #additions: Addition[] = [];

  /** An addition was asked for; call the answer when it was granted. */
  asked(name: number, identity: number): () => void {
    const addition: Addition = { name: name % NAMES.length, identity, done: false };
    this.#additions.push(addition);
    return () => {
      addition.done = true;
    };
  }

  /** Every object that a name may map to now; `undefined` among them: it may be free. */
  allowed(name: number, isDead: (proc: number) => boolean): readonly (number | undefined)[] {
    const lives = (identity: number): boolean => !isDead(ownerOf(identity));
    const asked = this.#additions.filter(each => each.name === name);
    const granted = asked.filter(({ done }) => done).map(({ identity }) => identity);
    const owner = this.#owners.get(name);
    // Without a grant the old owner stays; with one, any of those asked for may have been the last.
    const last = granted.length > 0 ? [] : [owner];
    const all = [...last, ...asked.map(({ identity }) => identity)];
    const free = all.some(identity => identity === undefined || !lives(identity));
    const alive = all.filter((identity): identity is number => identity !== undefined && lives(identity));
    return free ? [...alive, undefined] : alive;
  }

  /** Everything is at rest, and this is who has a name. */
  settled(name: number, identity: number | undefined): void {
    if (identity === undefined) this.#owners.delete(name);
    else this.#owners.set(name, identity);
  }

  /** The next step begins from here. */
  forget(): void {
    this.#additions = [];
  }

  /** Who had a name when everything last came to rest. */
  ownerOf(name: number): number | undefined {
    return this.#owners.get(name);
  }

  /** Additions to a name since the last rest: how many were surely granted, and how many may have been. */
  additions(name: number): { readonly least: number; readonly most: number } {
    const asked = this.#additions.filter(each => each.name === name);
    return { least: asked.filter(({ done }) => done).length, most: asked.length };
  }
}
