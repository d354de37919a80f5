/** The form of an op in which drivers do not differ. */
import type { Op } from '../../abi/op.ts';
import type { FlagId } from './flags.ts';
import { ENTERS, rewritten, type Place } from './rewrite.ts';

/** An op that was asked for: as every driver understands it, and the commands of its write that are left. */
export interface Asked {
  readonly op: Op;
  readonly commands: readonly number[];
  /** Drivers may differ in every form of it: it is not performed. */
  readonly avoided?: true;
}

/** The op with these commands. */
export const formOf = (place: Place, op: Op, commands: readonly number[]): Asked => ({
  op: rewritten(place, op, commands),
  commands,
});

const withoutRead = (op: Op): Op => {
  if (op.op !== 'write_read' || op.read === undefined) return op;
  const { read: _read, ...rest } = op;
  return rest;
};

/**
 * The form that has as many of these commands as can be. Before a command is left out, BC_ENTER_LOOPER is put before
 * them where that is enough, or the read is left to a later op.
 */
export const portable = (
  place: Place,
  op: Op,
  commands: readonly number[],
  differenceIn: (op: Op) => FlagId | undefined,
): Asked => {
  const tried = (asked: Asked): Asked | undefined => {
    const difference = differenceIn(asked.op);
    if (difference === undefined) return asked;
    if (difference !== 'unregistered-reader' || op.op !== 'write_read') return undefined;
    const entering = formOf(place, op, [ENTERS, ...asked.commands]);
    return differenceIn(entering.op) === undefined ? entering : undefined;
  };
  const formWith = (kept: readonly number[]): Asked | undefined =>
    tried(formOf(place, op, kept)) ?? (kept.length === 0 ? undefined : tried(formOf(place, withoutRead(op), kept)));
  let best = formWith(commands);
  const nothing: Asked = { ...formOf(place, op, commands), avoided: true };
  if (best !== undefined || op.op !== 'write_read') return best ?? nothing;
  const kept: number[] = [];
  for (const command of commands) {
    const more = formWith([...kept, command]);
    if (more === undefined) continue;
    kept.push(command);
    best = more;
  }
  return best ?? formWith([]) ?? nothing;
};
