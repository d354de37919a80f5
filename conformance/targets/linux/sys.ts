/** System-call numbers and flags of x86-64 Linux, as far as op logs need them. Source: the Linux UAPI headers. */

export const SYS = {
  close: 3,
  poll: 7,
  mmap: 9,
  munmap: 11,
  ioctl: 16,
  dup: 32,
  fcntl: 72,
  setresuid: 117,
  getpriority: 140,
  setpriority: 141,
  openat: 257,
} as const;

export const AT_FDCWD = -100;
export const O_RDONLY = 0;
export const O_RDWR = 2;
export const O_NONBLOCK = 0o4000;
export const O_CLOEXEC = 0o2000000;
export const F_SETFL = 4;

export const PROT_NONE = 0;
export const PROT_READ = 1;
export const PROT_WRITE = 2;
export const MAP_SHARED = 1;
export const MAP_PRIVATE = 2;
export const MAP_32BIT = 0x40;
export const MAP_NORESERVE = 0x4000;

export const POLLIN = 1;
/** Every event that can be asked for. */
export const EVERY_EVENT = 0xffff;
export const PRIO_PROCESS = 0;

/** `(uid_t)-1`: leave this user id as it is. */
export const SAME_USER = -1;

/** The file whose bit 1 makes every reclaimable slab object and page go (ALLOC-31). */
export const DROP_CACHES = '/proc/sys/vm/drop_caches';
