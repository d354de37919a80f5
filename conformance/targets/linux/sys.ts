/** System-call numbers and flags of Linux, as far as op logs need them. Source: the Linux UAPI headers. */

const x86_64 = {
  read: 0,
  write: 1,
  close: 3,
  lseek: 8,
  mmap: 9,
  mprotect: 10,
  munmap: 11,
  ioctl: 16,
  madvise: 28,
  dup: 32,
  fcntl: 72,
  setresuid: 117,
  getpriority: 140,
  setpriority: 141,
  epoll_ctl: 233,
  openat: 257,
  ppoll: 271,
  epoll_pwait: 281,
  epoll_create1: 291,
  dup3: 292,
};

/** Numbers by name. */
export type SystemCalls = Readonly<typeof x86_64>;

/** By the name that a kernel gives its architecture. */
export const SYSTEM_CALLS: { readonly x86_64: SystemCalls; readonly aarch64: SystemCalls } = {
  x86_64,
  aarch64: {
    close: 57,
    mmap: 222,
    munmap: 215,
    ioctl: 29,
    dup: 23,
    fcntl: 25,
    setresuid: 147,
    getpriority: 141,
    setpriority: 140,
    openat: 56,
    ppoll: 73,
    read: 63,
    write: 64,
    lseek: 62,
    mprotect: 226,
    madvise: 233,
    epoll_create1: 20,
    epoll_ctl: 21,
    epoll_pwait: 22,
    dup3: 24,
  },
};

export const AT_FDCWD = -100;
export const O_RDONLY = 0;
export const O_RDWR = 2;
export const O_NONBLOCK = 0o4000;
export const O_CLOEXEC = 0o2000000;
export const F_SETFL = 4;
export const F_DUPFD_CLOEXEC = 1030;
export const SEEK_CUR = 1;
export const MADV_DONTNEED = 4;

export const PROT_NONE = 0;
export const PROT_READ = 1;
export const PROT_WRITE = 2;
export const MAP_SHARED = 1;
export const MAP_PRIVATE = 2;
/** x86-64 only. */
export const MAP_32BIT = 0x40;
export const MAP_NORESERVE = 0x4000;

export const POLLIN = 1;
export const EPOLLIN = 1;
export const EPOLL_CTL = { add: 1, del: 2, mod: 3 } as const;
/** Bytes of an epoll_event, and where its data lie: x86-64 packs it. */
export const epollEvent = (calls: SystemCalls): { readonly size: number; readonly data: number } =>
  calls === SYSTEM_CALLS.x86_64 ? { size: 12, data: 4 } : { size: 16, data: 8 };

/** Every event that can be asked for. */
export const EVERY_EVENT = 0xffff;
export const PRIO_PROCESS = 0;

/** `(uid_t)-1`: leave this user id as it is. */
export const SAME_USER = -1;

/** The file whose bit 1 makes every reclaimable slab object and page go (ALLOC-31). */
export const DROP_CACHES = '/proc/sys/vm/drop_caches';
