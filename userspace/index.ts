/** What programs on top of a driver are written with. The guide is docs/userspace.md. */
export { DeadlockError, KilledError, MisuseError } from './kernel/errors.ts';
export { Event } from './kernel/event.ts';
export { driverKernel, sessionKernel, type Kernel } from './kernel/kernel.ts';
export { System, type SystemOptions } from './kernel/system.ts';
export { BBinder, type Incoming } from './native/bbinder.ts';
export { BpBinder } from './native/bp-binder.ts';
export * from './native/ibinder.ts';
export { APPLICATION_MAP, MANAGER_MAP, MAX_THREADS } from './native/numbers.ts';
export { ProcessState, type ProcessOptions } from './native/process-state.ts';
export type { Calling, ThreadState } from './native/thread-state.ts';
export { readException, ServiceException, writeException } from './parcel/exception.ts';
export { EX, exceptionName } from './parcel/format.ts';
export { Parcel, type BinderTable } from './parcel/parcel.ts';
export { STATUS, statusName, TransactionError, type StatusT } from './status.ts';
export {
  asBinder,
  defineInterface,
  type AnyInterface,
  type ClientOf,
  type HandlersOf,
  type Interface,
} from './interface/define.ts';
export {
  inout,
  out,
  type Client,
  type Handlers,
  type Method,
  type Methods,
  type MethodSpec,
} from './interface/method.ts';
export { Stub } from './interface/stub.ts';
export * as types from './interface/wire.ts';
export { ServiceManagerClient } from './manager/client.ts';
export * from './manager/interfaces.ts';
export { isValidName, LONGEST_NAME } from './manager/names.ts';
export { ServiceManager, type ServiceManagerOptions } from './manager/service-manager.ts';
export { readAidl, type AidlClient, type AidlInterface, type ReadInterface } from './aidl/read.ts';
export { AidlError } from './aidl/syntax.ts';
