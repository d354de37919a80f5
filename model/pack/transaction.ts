/** Transactions, as numbers of a row. */
import { NO_FILE, type File, type Fixup, type Region, type State, type Transaction } from '../state.ts';
import { meet, type Packing } from './row.ts';

/** A transaction: who sent it, who has it, what it waits for, and its buffer. */
export const packTransaction = (p: Packing, id: number): void => {
  const out = p.out;
  const names = p.names;
  const { transactions } = p.state;
  let found: Transaction | undefined;
  for (let at = 0; at < transactions.length; at++)
    if ((transactions[at] as Transaction).id === id) found = transactions[at];
  if (found === undefined) throw new Error(`the model is wrong: no transaction ${id}`);
  const sent: Transaction = found;
  const { fixups } = sent.payload;
  const rare = sent.code !== 0 || sent.flags > 1 || sent.euid !== 0;
  const nice = p.layout.nice && (sent.nice !== 0 || sent.savedNice !== 0);
  out.put(
    (sent.reply ? 1 : 0) |
      (sent.needsReply ? 2 : 0) |
      ((sent.flags & 1) !== 0 ? 4 : 0) |
      (rare || nice ? 8 : 0) |
      (fixups.length === 0 ? 0 : 16),
  );
  if (rare || nice) {
    out.put(sent.code);
    out.put(sent.flags);
    out.put(sent.euid);
    out.put(nice ? sent.nice + 20 : 20);
    out.put(nice ? sent.savedNice + 20 : 20);
  }
  if (fixups.length > 0) packFixups(p, fixups);
  out.put(names.thread(sent.from));
  out.put(meet(p, sent.fromParent));
  out.put(names.file(sent.to));
  out.put(names.thread(sent.toThread));
  out.put(meet(p, sent.toParent));
  out.put(regionOf(p.state, sent));
  out.put(names.node(sent.targetNode));
  out.put(names.proc(sent.sender));
};

/** Descriptors in flight: files of the sender, and where their numbers will stand. */
const packFixups = ({ out }: Packing, fixups: readonly Fixup[]): void => {
  out.put(fixups.length);
  for (const { file, at } of fixups) {
    if (!('data' in at)) throw new Error('descriptors in a piece cannot be packed');
    out.put(file);
    out.put(at.data);
  }
};

/** One more than the place of the region that holds a message; 0 when it has none. */
const regionOf = ({ files }: State, { to, buffer }: Transaction): number => {
  if (to === NO_FILE || buffer < 0) return 0;
  for (let place = 0; place < files.length; place++) {
    const { key, arena } = files[place] as File;
    if (key !== to) continue;
    const { regions } = arena;
    for (let at = 0; at < regions.length; at++) if ((regions[at] as Region).offset === buffer) return at + 1;
  }
  return 0;
};
