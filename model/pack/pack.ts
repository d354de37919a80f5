/**
 * A state as a canonical row of small numbers, for exploration: equal rows exactly for states that nobody can tell
 * apart, by whatever follows, up to the names of processes and threads.
 *
 * Numbers of the driver's counter are written in the order in which the row meets them. What the layout says that
 * nobody can ask for is left out: memory contents always, errors, nice values and empty pages where it says so.
 * Loops go by index: this is where an exploration spends its time, and the iterators of `for of` are not free.
 * Left out as derivable: free async space (INV-BUFFER-03) and the message of a transaction, which is zeros.
 */
import type { Context, File, Node, State, Transaction } from '../state.ts';
import { packArena } from './arena.ts';
import { Naming, type Layout } from './naming.ts';
import { packNode } from './node.ts';
import { packTask } from './process.ts';
import type { Packing, RowWriter } from './row.ts';
import { packTransaction } from './transaction.ts';

const write = (p: Packing): void => {
  const { devices, transactions } = p.state;
  const out = p.out;
  const names = p.names;
  for (let at = 0; at < devices.length; at++) {
    const { manager, managerUid } = devices[at] as Context;
    out.put(names.node(manager));
    out.put(managerUid === null ? 0 : managerUid + 1);
  }
  for (let at = 0; at < names.procs.length; at++) packTask(p, names.procs[at] as number);
  out.put(names.nodes.length);
  for (let at = 0; at < names.nodes.length; at++) packNode(p, names.nodes[at] as Node);
  for (let at = 0; at < names.files.length; at++) {
    const { key, arena } = names.files[at] as File;
    packArena(p, key, arena);
  }
  for (let at = 0; at < p.met.length; at++) packTransaction(p, p.met[at] as number);
  // What nothing leads to exists all the same.
  for (let at = 0; at < transactions.length; at++) {
    const { id } = transactions[at] as Transaction;
    if (p.met.includes(id)) continue;
    p.met.push(id);
    packTransaction(p, id);
  }
};

/** The same transactions, none before one that was made while it waited: as old as their numbers say. */
const byAge = (state: State, met: readonly number[]): number[] => {
  const left = [...met];
  const sorted: number[] = [];
  while (left.length > 0) {
    const at = left.findIndex(id => {
      const { fromParent, toParent } = state.transactions.find(other => other.id === id) as Transaction;
      return !left.includes(fromParent) && !left.includes(toParent);
    });
    sorted.push(...left.splice(Math.max(0, at), 1));
  }
  return sorted;
};

/** Writes the row of a state under the naming in use. */
const writeRow = (state: State, names: Naming, layout: Layout, out: RowWriter): void => {
  const met: number[] = [];
  write({ state, names, layout, out, met, cookies: [] });
  const { transactions } = state;
  for (let at = 0; at < transactions.length; at++) {
    const { fromParent, toParent } = transactions[at] as Transaction;
    if (fromParent === 0 && toParent === 0) continue;
    out.clear();
    write({ state, names, layout, out, met: byAge(state, met), cookies: [] });
    return;
  }
};

/** Makes the packer of a layout. The two writers are used in turn where several namings compete. */
export const packer = <Writer extends RowWriter & { isBefore(other: Writer): boolean }>(
  layout: Layout,
  spare: Writer,
  copy: (from: Writer, to: Writer) => void,
): ((state: State, into: Writer) => void) => {
  const names = new Naming(layout);
  return (state, into) => {
    const count = names.begin(state);
    into.clear();
    names.use(0);
    writeRow(state, names, layout, into);
    for (let at = 1; at < count; at++) {
      names.use(at);
      spare.clear();
      writeRow(state, names, layout, spare);
      if (spare.isBefore(into)) copy(spare, into);
    }
  };
};
