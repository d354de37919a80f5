/** The mapping of a file: made once (binder_mmap), gone in parts, and what user space does to it in between. */
import type { Call, Status } from '../abi/call.ts';
import { PAGE } from '../abi/ids.ts';
import { newArena } from './buffer.ts';
import { addPages, commonPages, countPages } from './page.ts';
import { withArena } from './record.ts';
import type { File, FileKey } from './state.ts';
import { isHeld } from './task.ts';
import { appended, type Turn } from './turn.ts';

type Of<Kind extends Call['op']> = Call & { readonly op: Kind };

/** Nobody has a descriptor of the file, and nothing of it is mapped. */
export const isLetGo = (t: Turn, key: FileKey): boolean => {
  const { open, arena } = t.file(key);
  return !open && arena.mapped === 0 && !isHeld(t, key);
};

/** PROC-07, ALLOC-07: the checks of mmap in their order. */
export const mmap = (t: Turn, call: Of<'mmap'>, file: File): Status => {
  const writable = call.prot === 'write';
  if (call.size === 0) return 'EINVAL';
  // The file system's own check, before the driver is asked.
  if (writable && !call.private && file.readonly) return 'EACCES';
  if (call.proc !== file.proc) {
    t.fire('ALLOC-02', 'PROC-07', 'ALLOC-07');
    return 'EINVAL';
  }
  if (writable) {
    t.fire('ALLOC-04', 'PROC-07', 'ALLOC-07');
    return 'EPERM';
  }
  if (file.arena.size > 0) {
    t.fire('ALLOC-06', 'PROC-07', 'ALLOC-07');
    return 'EBUSY';
  }
  t.fire('ALLOC-01', 'PROC-08', 'ALLOC-08');
  t.changeFile(file.key, { arena: newArena(call.size, call.prot === 'read') });
  return 'OK';
};

/** ALLOC-10, PROC-09: any part that goes ends the mapping for good; the last part lets a closed file end. */
export const munmap = (t: Turn, call: Of<'munmap'>, file: File): Status => {
  const { arena } = file;
  const whole = Math.ceil((arena.mapped + countPages(arena.gone) * PAGE) / PAGE);
  const first = (call.offset ?? 0) / PAGE;
  const end = call.length === undefined ? whole : first + Math.ceil(call.length / PAGE);
  if (!Number.isInteger(first) || end === first) return 'EINVAL';
  if (first >= whole) return 'OK';
  t.fire('ALLOC-10', 'PROC-09');
  const gone = addPages(arena.gone, [first, Math.min(end, whole)]);
  const mapped = (whole - countPages(gone)) * PAGE;
  t.changeFile(file.key, { arena: withArena(arena, { live: false, gone, mapped }) });
  if (isLetGo(t, file.key)) t.deferred = appended(t.deferred, { file: file.key, what: 'release' });
  return 'OK';
};

/** ALLOC-05: the mapping is sealed against writing; whether it can be read is its owner's affair. */
export const mprotect = (t: Turn, call: Of<'mprotect'>, file: File): Status => {
  t.fire('ALLOC-05');
  if (call.prot === 'write') return 'EACCES';
  t.changeFile(file.key, { arena: withArena(file.arena, { readable: call.prot === 'read' }) });
  return 'OK';
};

/** ALLOC-34: the pages are gone for user space; for the driver they are there. */
export const madvise = (t: Turn, call: Of<'madvise'>, file: File): Status => {
  const first = (call.offset ?? 0) / PAGE;
  if (!Number.isInteger(first)) return 'EINVAL';
  const { arena } = file;
  const end = call.length === undefined ? Infinity : first + Math.ceil(call.length / PAGE);
  const hidden = commonPages(arena.populated, [[first, end]]).reduce(addPages, arena.hidden);
  if (hidden !== arena.hidden) t.fire('ALLOC-34');
  t.changeFile(file.key, { arena: withArena(arena, { hidden }) });
  return 'OK';
};
