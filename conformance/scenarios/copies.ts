/** How many bytes each message made the kernel copy, and how many other ways to send it would. */
import Table from 'cli-table3';
import type { Message } from './messages.ts';

/** Bytes that travel with each object beside its data: its place in the offsets array. */
const OFFSET = 8;
/** Bytes of a flattened object: read from the sender and written for the receiver, never copied as they are. */
export const OBJECT = 24;

/** The account of one message. */
export interface Copies {
  readonly payload: number;
  /** Once, from the sender's memory into the receiver's mapping: the data and the offsets array. */
  readonly binder: number;
  /** Twice: from the sender into a buffer of the kernel (write), from there to the receiver (read). */
  readonly socket: number;
  readonly pipe: number;
  /** Never: both see the same pages. Who may look when is then theirs to settle. */
  readonly sharedMemory: number;
}

export const copiesOf = ({ size, objects }: Pick<Message, 'size' | 'objects'>): Copies => ({
  payload: size,
  binder: size + objects * OFFSET,
  socket: 2 * size,
  pipe: 2 * size,
  sharedMemory: 0,
});

const sum = (all: readonly Copies[]): Copies => {
  const total = { payload: 0, binder: 0, socket: 0, pipe: 0, sharedMemory: 0 };
  for (const each of all) for (const key of Object.keys(total) as (keyof Copies)[]) total[key] += each[key];
  return total;
};

/** The bytes that a driver should have counted as copied: objects are rewritten on the way, so their own bytes are not. */
export const countedBy = (messages: readonly Message[]): number =>
  messages.reduce((total, { size, objects }) => total + size + objects * (OFFSET - OBJECT), 0);

/** The account of every message, as a table with what each column says. `counted`: what the driver itself counted. */
export const copiesTable = (messages: readonly Message[], counted: number | undefined): string => {
  const table = new Table({
    head: ['message', 'payload', 'Binder', 'socket', 'pipe', 'shared memory'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  const row = (name: string, { payload, binder, socket, pipe, sharedMemory }: Copies): void => {
    table.push([name, payload, binder, socket, pipe, sharedMemory]);
  };
  for (const message of messages) row(message.name, copiesOf(message));
  row('all', sum(messages.map(copiesOf)));
  const expected = countedBy(messages);
  return [
    'Bytes copied by the kernel for each message:',
    table.toString(),
    'Binder: data and offsets array, once, into the receiver’s mapping (from the delivered sizes).',
    'Socket and pipe: the same data twice, by write into the kernel and by read out of it (by how they work).',
    'Shared memory: none (both see the same pages; nothing says when they may look).',
    counted === undefined
      ? 'This driver does not count what it copies.'
      : `The driver counted ${counted} bytes copied itself; by the sizes it is ${expected}, since the ${OBJECT} bytes of an object are rewritten and not copied.`,
    '',
  ].join('\n');
};
