/** What a system call answers inside the driver: zero, a negative errno, or the mark of a parked thread. */
import { ERRNO } from '../abi/errno.ts';

export const OK = 0;
/** The thread sleeps in the driver; its answer comes through the queue of completed threads. Never an errno. */
export const PARKED = 1;

export const EPERM = -ERRNO.EPERM;
export const ENOENT = -ERRNO.ENOENT;
export const ESRCH = -ERRNO.ESRCH;
export const EINTR = -ERRNO.EINTR;
export const EBADF = -ERRNO.EBADF;
export const EAGAIN = -ERRNO.EAGAIN;
export const ENOMEM = -ERRNO.ENOMEM;
export const EACCES = -ERRNO.EACCES;
export const EFAULT = -ERRNO.EFAULT;
export const EBUSY = -ERRNO.EBUSY;
export const EEXIST = -ERRNO.EEXIST;
export const EINVAL = -ERRNO.EINVAL;
export const ENOSPC = -ERRNO.ENOSPC;
export const ESPIPE = -ERRNO.ESPIPE;
export const EPROTO = -ERRNO.EPROTO;
