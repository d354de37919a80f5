/** States without what a profile lets differ. */
import type { ProcSnapshot, Snapshot } from '../../abi/snapshot.ts';
import type { FlagId } from './flags.ts';

const NO_PAGES = { active: 0, lru: 0, free: 0, highWatermark: 0 };

const hidesAsync = (flags: ReadonlySet<FlagId>): boolean => flags.has('async-limit') || flags.has('empty-message');

const portableProc = (flags: ReadonlySet<FlagId>, proc: ProcSnapshot): ProcSnapshot => {
  let own = proc;
  if (flags.has('placement')) {
    const buffers = own.buffers.map(buffer => ({ ...buffer, offset: 0 })).sort((a, b) => a.id - b.id);
    own = { ...own, buffers, pages: NO_PAGES };
  }
  if (hidesAsync(flags)) own = { ...own, freeAsync: 0 };
  if (flags.has('handle-numbers')) {
    own = { ...own, refs: own.refs.map(ref => ({ ...ref, handle: 0 })).sort((a, b) => a.id - b.id) };
  }
  return own;
};

/** The snapshot in the form in which two drivers that differ as the profile allows are the same. */
export const portableSnapshot = (flags: ReadonlySet<FlagId>, snapshot: Snapshot): Snapshot =>
  flags.has('placement') || flags.has('handle-numbers') || hidesAsync(flags)
    ? { ...snapshot, procs: snapshot.procs.map(proc => portableProc(flags, proc)) }
    : snapshot;
