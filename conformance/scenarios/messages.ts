/** The messages of a program as people speak of them: who called what of whom, and how many bytes went. */
import { TF_ONE_WAY, TF_STATUS_CODE } from '../../abi/constants.ts';
import { fromHex } from '../../abi/hex.ts';
import type { Op } from '../../abi/op.ts';
import {
  DUMP_TRANSACTION,
  INTERFACE_TRANSACTION,
  IServiceCallback,
  IServiceManager,
  Parcel,
  PING_TRANSACTION,
  type AnyInterface,
} from '../../userspace/index.ts';
import type { Arrived, JudgedKernel } from './judged.ts';

/** A thread of a program. */
export interface Place {
  readonly proc: number;
  readonly thread: number;
}

/** One message that arrived. */
export interface Message {
  /** Place in the trace of the call that showed it. */
  readonly step: number;
  readonly kind: 'call' | 'oneway' | 'reply';
  readonly from: Place;
  readonly to: Place;
  /** `ICounter.add`, or the code where the interface is not known. */
  readonly name: string;
  /** Bytes of data. */
  readonly size: number;
  /** Objects in the data, each with 8 bytes in the offsets array. */
  readonly objects: number;
}

const GENERAL = new Map([
  [PING_TRANSACTION, 'ping'],
  [INTERFACE_TRANSACTION, 'getInterfaceDescriptor'],
  [DUMP_TRANSACTION, 'dump'],
]);

/** The descriptor in the interface token of a call; `undefined` where there is none. */
const descriptorOf = (data: string): string | undefined => {
  const parcel = Parcel.received(undefined, fromHex(data), []);
  parcel.readInt32();
  parcel.readInt32();
  parcel.readInt32();
  const text = parcel.readString16();
  return parcel.status === 0 && text !== null && text !== '' ? text : undefined;
};

const nameOf = ({ delivery: { code, data } }: Arrived, interfaces: readonly AnyInterface[]): string => {
  const general = GENERAL.get(code);
  if (general !== undefined) return general;
  const descriptor = descriptorOf(data);
  const known = interfaces.find(each => each.descriptor === descriptor);
  const method = known?.methods.find(each => each.code === code);
  const short = descriptor?.split('.').at(-1) ?? '?';
  return `${short}.${method?.name ?? `code ${code}`}`;
};

/** The messages of a judged program, in the order in which they arrived. */
export const messagesOf = (kernel: JudgedKernel, interfaces: readonly AnyInterface[]): readonly Message[] => {
  const all = [...interfaces, IServiceManager, IServiceCallback];
  const ops = new Map<number, Op>(kernel.ops.map(op => [op.id, op]));
  const placeOf = (id: number): Place => {
    const op = ops.get(id);
    return op !== undefined && 'thread' in op ? { proc: op.proc, thread: op.thread } : { proc: -1, thread: -1 };
  };
  /** Names of the calls that each thread is answering, the newest last. */
  const answering = new Map<string, string[]>();
  const stackOf = ({ proc, thread }: Place): string[] => {
    const key = `${proc}.${thread}`;
    const stack = answering.get(key) ?? [];
    answering.set(key, stack);
    return stack;
  };
  return kernel.arrived.map(arrived => {
    const { delivery, of, at, step } = arrived;
    const from = placeOf(of);
    const to = placeOf(at);
    const { dataSize: size, offsets, flags } = delivery;
    const common = { step, from, to, size, objects: offsets.length };
    if (delivery.br === 'BR_REPLY') {
      const name = `${(flags & TF_STATUS_CODE) === 0 ? 'reply' : 'status'} of ${stackOf(from).pop() ?? '?'}`;
      return { ...common, kind: 'reply', name };
    }
    const name = nameOf(arrived, all);
    const kind = (flags & TF_ONE_WAY) === 0 ? 'call' : 'oneway';
    if (kind === 'call') stackOf(to).push(name);
    return { ...common, kind, name };
  });
};
