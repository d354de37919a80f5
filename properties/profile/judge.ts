/**
 * The checker for profiles in which drivers may differ: the driver's numbers and addresses are its own, and what it
 * shows is compared with what the specification allows in the driver's terms.
 */
import type { Call } from '../../abi/call.ts';
import type { ExpectedDelivery, World } from '../../abi/driver.ts';
import { equal } from '../../abi/equal.ts';
import type { OpId } from '../../abi/ids.ts';
import type { Delivery, Observation } from '../../abi/observation.ts';
import type { Op } from '../../abi/op.ts';
import { resolve } from '../../abi/resolve.ts';
import type { Snapshot } from '../../abi/snapshot.ts';
import type { Delivered, Outcome, Specification } from '../../abi/specification.ts';
import { agrees } from '../agree.ts';
import { distinct, Judge, type Divergence, type Follow, type Hypothesis } from '../judge.ts';
import { adopted, numberAt, slotKinds, withHandle, type Adopting, type Pair } from './adopt.ts';
import type { Ahead, Checker } from './checker.ts';
import type { FlagId } from './flags.ts';
import { fileIn, Names, type Slot } from './names.ts';
import { Circumstances } from './circumstances.ts';
import { Foresight } from './foresight.ts';
import { progress } from './stream.ts';
import { hiddenBy, isExact, LINUX, type Profile } from './profile.ts';
import { formOf, portable, type Asked } from './portable.ts';
import { portableCommands } from './rewrite.ts';
import { portableSnapshot } from './snapshot.ts';

interface Possible<State> extends Hypothesis<State> {
  readonly names: Names;
}

/** A number that no driver gives out: what is shown as allowed where the driver's own number may not be. */
const NO_NUMBER = 0xffffffff;

export class PortableJudge<State> implements Checker<State> {
  readonly specification: Specification<State>;
  complete = true;
  rules: readonly string[] = [];
  widest = 1;
  readonly #profile: Profile;
  readonly #follow: Follow;
  #possible: readonly Possible<State>[];
  readonly #asked = new Map<OpId, Asked>();
  readonly #foresight: Foresight<State>;
  readonly #circumstances = new Circumstances();

  constructor(specification: Specification<State>, world: World, profile: Profile, follow: Follow = 'every') {
    this.specification = specification;
    this.#follow = follow;
    this.#profile = profile;
    this.#foresight = new Foresight(specification, profile);
    const names = new Names();
    this.#possible = [{ state: specification.initial(world), env: names.theirs, names }];
  }

  readonly shape = (seen: Snapshot): Snapshot => portableSnapshot(this.#profile.flags, seen);

  readonly excuses = (invariant: string): boolean => hiddenBy(this.#profile, invariant) !== undefined;

  get hypotheses(): readonly Hypothesis<State>[] {
    return this.#possible;
  }

  /** The call for the driver, with the driver's numbers. */
  call(op: Op): Call {
    const { state, names } = this.#possible[0] as Possible<State>;
    const { specification } = this;
    let snapshot: Snapshot | undefined;
    const [proc, fd] = 'fd' in op ? [op.proc, op.fd] : [-1, -1];
    const place = {
      ...{ proc, fd, names },
      // Most ops name nothing, and telling a state takes longer than a step.
      get state(): Snapshot {
        return (snapshot ??= specification.snapshot(state));
      },
    };
    const commands = portableCommands(this.#profile.flags, place, op);
    const whole = formOf(place, op, commands);
    const applies = this.#possible.every(each =>
      specification.applicable(each.state, resolve(each.names.ours, whole.op)),
    );
    const asked = applies ? portable(place, op, commands, each => this.#difference(each)) : whole;
    this.#asked.set(op.id, asked);
    return resolve(names.theirs, asked.op);
  }

  /** In what drivers may differ where this op is performed now; `undefined` where all do the same. */
  #difference(op: Op): FlagId | undefined {
    for (const { state, names } of this.#possible) {
      const difference = this.#foresight.difference(state, resolve(names.ours, op));
      if (difference !== undefined) return difference;
    }
    return undefined;
  }

  applicable(call: Call): boolean {
    if (this.#asked.get(call.id)?.avoided === true) return false;
    return this.#possible.every(({ state, names }) => this.specification.applicable(state, this.#ours(names, call)));
  }

  /** The read that fetches what the driver has not delivered yet, where it delivers fewer returns a read. */
  further(call: Call, observation: Observation): Call | undefined {
    if (!this.#profile.flags.has('batches')) return undefined;
    let short: OpId | undefined;
    for (const { state, names } of this.#possible) {
      for (const outcome of this.#foresight.outcomes(state, this.#ours(names, call))) {
        const seen = progress(outcome.observation, observation);
        if (seen === 'all') return undefined;
        if (seen !== 'other') short ??= seen.op;
      }
    }
    const op = short === undefined ? undefined : this.#asked.get(short)?.op;
    if (op?.op !== 'write_read') return undefined;
    const { id, proc, thread, fd, read } = op;
    const { names } = this.#possible[0] as Possible<State>;
    const size = read?.size ?? 0;
    return resolve(names.theirs, { op: 'write_read', id, proc, thread, fd, read: { size } });
  }

  observe(call: Call, observation: Observation): Divergence<State> | undefined {
    const allowed: Outcome<State>[] = [];
    const kept: { readonly outcome: Outcome<State>; readonly names: Names }[] = [];
    for (const { state, names } of this.#possible) {
      const ours = this.#ours(names, call);
      const canonical = this.#canonical(state, ours);
      if (canonical !== undefined) {
        const seen = this.#match(canonical.outcome, names, ours, observation);
        if (seen.names !== undefined) {
          if (!canonical.alone) this.complete = false;
          kept.push({ outcome: canonical.outcome, names: seen.names });
          continue;
        }
      }
      for (const outcome of this.specification.step(state, ours)) {
        const seen = this.#match(outcome, names, ours, observation);
        if (seen.names === undefined) allowed.push({ ...outcome, observation: seen.observation });
        else kept.push({ outcome, names: seen.names });
      }
    }
    const [first] = kept;
    if (first === undefined) return { allowed };
    this.rules = first.outcome.rules;
    const state = (): Snapshot => this.specification.snapshot(first.outcome.state);
    this.#circumstances.happened({ call, observation, rules: this.rules, state });
    const next = kept.map(({ outcome: { state }, names }) => ({ state, env: names.theirs, names }));
    this.#possible = distinct(next) as readonly Possible<State>[];
    this.widest = Math.max(this.widest, this.#possible.length);
    return undefined;
  }

  observeSnapshot(seen: Snapshot, exact: boolean): readonly Snapshot[] | undefined {
    const theirs = this.shape(seen);
    const kept: Possible<State>[] = [];
    const allowed: Snapshot[] = [];
    for (const possible of this.#possible) {
      const { specification } = this;
      const expected = (exact ? [specification.snapshot(possible.state)] : specification.shown(possible.state)).map(
        this.shape,
      );
      allowed.push(...expected);
      if (expected.some(each => agrees(each, theirs, exact))) kept.push(possible);
    }
    if (kept.length === 0) return allowed;
    this.#possible = kept;
    return undefined;
  }

  isDisturbed(seen: Snapshot): boolean {
    const theirs = this.shape(seen);
    const fits = (each: Snapshot): boolean => agrees(this.shape(each), theirs, false);
    const states = this.#possible.map(({ state }) => state);
    if (states.some(state => fits(this.specification.snapshot(state)))) return false;
    return states.some(state => this.specification.shown(state).some(fits));
  }

  /** One call at a time may be seen ahead: what it makes of the driver's numbers is not known before it is observed. */
  predict(): Ahead<State> {
    let asked = false;
    return {
      call: op => {
        if (asked) return 'ambiguous';
        asked = true;
        const call = this.call(op);
        if (this.applicable(call)) return call;
        asked = false;
        return 'skip';
      },
      advance: call => {
        const { state, names } = this.#possible[0] as Possible<State>;
        return this.specification
          .step(state, this.#ours(names, call))
          .flatMap(({ delivered }) => delivered.map(expectedOf));
      },
      step: (state, call) => this.specification.step(state, call),
    };
  }

  /** The canonical outcome, where it alone is to be followed as long as it is what is seen. */
  #canonical(state: State, call: Call) {
    if (this.#follow === 'every' || this.#possible.length > 1) return undefined;
    return this.specification.canonical?.(state, call);
  }

  /** The call as the specification understands it. */
  #ours(names: Names, call: Call): Call {
    const asked = this.#asked.get(call.id);
    return asked === undefined ? call : resolve(names.ours, asked.op);
  }

  /** Whether an outcome is what was observed; if not, what it would have looked like on this driver. */
  #match(
    outcome: Outcome<State>,
    before: Names,
    call: Call,
    observation: Observation,
  ): { readonly names: Names } | { readonly names: undefined; readonly observation: Observation } {
    const { flags } = this.#profile;
    const { rules } = outcome;
    const sentToFrozen = (id: OpId): boolean => {
      const op = this.#asked.get(id)?.op;
      if (op?.op !== 'write_read') return false;
      return (
        this.#circumstances.sentToFrozen(op.proc, op.fd, op.thread) || (id === call.id && rules.includes('TXN-31'))
      );
    };
    const how: Adopting = { flags, call, rules, pairs: [], circumstances: this.#circumstances, sentToFrozen };
    const like = adopted(how, outcome.observation, observation);
    if (!equal(like, observation)) return { names: undefined, observation: like };
    if (outcome.delivered.length === 0) return { names: before };
    const names = new Names(before);
    const corrections = this.#arrive(names, outcome, how.pairs);
    if (corrections.size === 0) return { names };
    const corrected = adopted({ ...how, pairs: [], corrections }, outcome.observation, observation);
    return { names: undefined, observation: corrected };
  }

  /** Remembers what was delivered; answers a correction for each number of the driver that may not be. */
  #arrive(names: Names, { delivered, state }: Outcome<State>, pairs: readonly Pair[]) {
    const snapshot = this.specification.snapshot(state);
    const corrections = new Map<Delivery, (shown: Delivery) => Delivery>();
    const left = [...pairs];
    for (const { origin, proc, fd, delivery: ours } of delivered) {
      const at = left.findIndex(pair => pair.ours === ours || equal(pair.ours, ours));
      const [pair] = at < 0 ? [] : left.splice(at, 1);
      const file = fileIn(snapshot, proc, fd);
      if (pair === undefined || file === undefined) continue;
      const { theirs } = pair;
      const { length } = expectedOf({ origin, proc, fd, delivery: ours });
      const id = file.buffers.find(buffer => buffer.offset === ours.buffer)?.id ?? -1;
      const inside =
        theirs.buffer >= 0 && theirs.buffer % 8 === 0 && theirs.buffer + length <= (file.arena ?? Infinity);
      if (!inside || names.isHeld(file, theirs.buffer, length, id)) {
        corrections.set(ours, shown => ({ ...shown, buffer: NO_NUMBER }));
      }
      const kinds = slotKinds(ours);
      const slots = ours.offsets.map((place, slot): Slot | undefined => {
        if (kinds[slot] === 'other') return undefined;
        const named = { ours: numberAt(ours.data, place), theirs: numberAt(theirs.data, place) };
        if (kinds[slot] === 'descriptor') return named;
        const ref = file.refs.find(({ handle }) => handle === named.ours)?.id;
        if (ref === undefined) return named;
        const known = names.handleOf(proc, fd, ref) ?? (named.ours === 0 ? 0 : undefined);
        const right =
          known === undefined ? named.theirs !== 0 && !names.isTaken(file, named.theirs, ref) : known === named.theirs;
        if (!right) corrections.set(ours, shown => withHandle(shown, place, known ?? NO_NUMBER));
        return { ...named, ref };
      });
      // The commands of the write that was made have numbers of their own.
      const cmd = this.#asked.get(origin.op)?.commands[origin.cmd] ?? origin.cmd;
      const learned = (delivery: Delivery): Delivered => ({ origin: { op: origin.op, cmd }, proc, fd, delivery });
      names.ours.learn([learned(ours)]);
      names.theirs.learn([learned(theirs)]);
      names.arrive(origin.op, cmd, {
        proc,
        fd,
        buffer: { ours: ours.buffer, theirs: theirs.buffer },
        length,
        id,
        slots,
      });
    }
    return corrections;
  }
}

const expectedOf = ({ proc, fd, delivery }: Delivered): ExpectedDelivery => {
  const { buffer, dataSize, offsetsAt, offsetsSize, pieces } = delivery;
  let length = Math.max(dataSize, offsetsAt - buffer + offsetsSize);
  for (const piece of pieces) length += ((piece.length >> 1) + 7) & ~7;
  return { proc, fd, buffer, length };
};

/** The checker for a profile. */
export const judgeFor = <State>(
  specification: Specification<State>,
  world: World,
  follow: Follow = 'every',
  profile: Profile = LINUX,
): Checker<State> =>
  isExact(profile) ? new Judge(specification, world, follow) : new PortableJudge(specification, world, profile, follow);
