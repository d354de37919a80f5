/** Sizes that the native library chooses. Source: AOSP `libs/binder/ProcessState.cpp`. */
import { PAGE } from '../../abi/ids.ts';

/** What an application maps: 1 MiB less two pages (`BINDER_VM_SIZE`). */
export const APPLICATION_MAP = 1024 * 1024 - 2 * PAGE;
/** What the service manager maps (`servicemanager/main.cpp`: 128 KiB). */
export const MANAGER_MAP = 128 * 1024;
/** Threads that the driver may ask for, beside the main one (`DEFAULT_MAX_BINDER_THREADS`). */
export const MAX_THREADS = 15;
/** The descriptor of the driver in every process of a program. */
export const DRIVER_FD = 0;
