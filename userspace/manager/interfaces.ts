/**
 * The two interfaces that the service manager speaks, code by code.
 *
 * Source: AOSP `libs/binder/aidl/android/os/IServiceManager.aidl` and `IServiceCallback.aidl` (Android 11). The codes are the
 * places of the methods behind FIRST_CALL_TRANSACTION; AIDL's `@utf8InCpp String` travels as a String16 like any other.
 */
import { z } from 'zod';
import { defineInterface } from '../interface/define.ts';
import { binder, boolean, int, string } from '../interface/wire.ts';

/** Hears of a service under a name. */
export const IServiceCallback = defineInterface('android.os.IServiceCallback', {
  onRegistration: { args: [string, binder], names: ['name', 'binder'], oneway: true },
});

/** Bits of `dumpPriority`, and of the argument of `listServices`. */
export const DUMP_FLAG_PRIORITY_CRITICAL = 1;
export const DUMP_FLAG_PRIORITY_HIGH = 2;
export const DUMP_FLAG_PRIORITY_NORMAL = 4;
export const DUMP_FLAG_PRIORITY_DEFAULT = 8;
export const DUMP_FLAG_PRIORITY_ALL = 15;
export const DUMP_FLAG_PROTO = 16;

/** Finds and publishes services by name. */
export const IServiceManager = defineInterface('android.os.IServiceManager', {
  getService: { args: [string], names: ['name'], returns: binder.nullable() },
  checkService: { args: [string], names: ['name'], returns: binder.nullable() },
  addService: {
    args: [string, binder.nullable(), boolean, int],
    names: ['name', 'service', 'allowIsolated', 'dumpPriority'],
  },
  listServices: { args: [int], names: ['dumpPriority'], returns: z.array(string) },
  registerForNotifications: { args: [string, IServiceCallback.type.nullable()], names: ['name', 'callback'] },
  unregisterForNotifications: { args: [string, IServiceCallback.type.nullable()], names: ['name', 'callback'] },
  isDeclared: { args: [string], names: ['name'], returns: boolean },
});
