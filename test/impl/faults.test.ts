/** What a copy that meets unreadable memory of the sender leaves in the receiver's arena, byte by byte. */
import { describe, expect, test } from 'vitest';
import { encodeObject } from '../../abi/codec.ts';
import { BINDER_BUFFER_FLAG_HAS_PARENT, IOCTL } from '../../abi/constants.ts';
import { PAGE } from '../../abi/ids.ts';
import type { WireObject } from '../../abi/objects.ts';
import { BinderDriver } from '../../impl/driver.ts';
import { OK } from '../../impl/result.ts';
import { END, NOWHERE, User, type Letter } from './user.ts';

const OLD = 7;
const NEW = 9;
const NULL = 0;
const BINDER: WireObject = { type: 'BINDER', flags: 0, ptr: 64, cookie: 64 };

/** A receiver whose first four pages exist, are free and hold old bytes, and a sender. */
const setUp = (): { server: User; client: User } => {
  const driver = new BinderDriver();
  const server = new User(driver, 1000);
  const client = new User(driver, 1100);
  expect(server.ioctl(IOCTL.BINDER_SET_CONTEXT_MGR, 0)).toBe(OK);
  failed(client, { data: new Uint8Array(4 * PAGE), dataAt: NOWHERE });
  server.process.arena.bytes.fill(OLD);
  return { server, client };
};

const failed = (client: User, letter: Letter): void => {
  client.send('BC_TRANSACTION', letter);
  expect(client.run(256)).toBe(OK);
  expect(client.names()).toEqual(['BR_NOOP', 'BR_FAILED_REPLY']);
};

/** The bytes of the arena from its start to `length`, as runs of one value: value, end, value, end… */
const runs = (server: User, length: number): number[] => {
  const bytes = server.process.arena.peek(0, length) ?? new Uint8Array(0);
  const found: number[] = [];
  bytes.forEach((byte, at) => {
    if (byte !== bytes[at + 1]) found.push(byte, at + 1);
  });
  return found;
};

describe('data that cannot be read', () => {
  test.each([NULL, NOWHERE])('leaves zeros where it should be (address %i)', dataAt => {
    const { server, client } = setUp();
    failed(client, { data: new Uint8Array(24), dataAt });
    expect(runs(server, 64)).toEqual([0, 24, OLD, 64]);
  });

  test.each([NULL, NOWHERE])('leaves zeros up to the end of the first page (address %i)', dataAt => {
    const { server, client } = setUp();
    failed(client, { data: new Uint8Array(2 * PAGE + 8), dataAt });
    expect(runs(server, 3 * PAGE)).toEqual([0, PAGE, OLD, 3 * PAGE]);
  });

  test('behind a readable beginning leaves that beginning and then zeros', () => {
    const { server, client } = setUp();
    client.bytes.fill(NEW, -100);
    failed(client, { data: new Uint8Array(5000), dataAt: END - 100 });
    expect(runs(server, 2 * PAGE)).toEqual([NEW, 100, 0, PAGE, OLD, 2 * PAGE]);
  });

  test('from the second page on leaves the first page copied and the third page old', () => {
    const { server, client } = setUp();
    client.bytes.fill(NEW, -PAGE - 100);
    failed(client, { data: new Uint8Array(3 * PAGE), dataAt: END - PAGE - 100 });
    expect(runs(server, 3 * PAGE)).toEqual([NEW, PAGE + 100, 0, 2 * PAGE, OLD, 3 * PAGE]);
  });

  test('exactly behind a page of the receiver leaves zeros in the next page', () => {
    const { server, client } = setUp();
    client.bytes.fill(NEW, -PAGE);
    failed(client, { data: new Uint8Array(PAGE + 16), dataAt: END - PAGE });
    expect(runs(server, 2 * PAGE)).toEqual([NEW, PAGE, 0, PAGE + 16, OLD, 2 * PAGE]);
  });

  test('behind an object leaves zeros up to the next object only', () => {
    const { server, client } = setUp();
    client.bytes.fill(NEW, -48);
    encodeObject(client.view, client.bytes.length - 48, BINDER);
    failed(client, { data: new Uint8Array(100), dataAt: END - 48, offsets: [0, 64] });
    const { arena } = server.process;
    expect(arena.peek(24, 24)).toEqual(new Uint8Array(24).fill(NEW));
    expect(arena.peek(48, 16)).toEqual(new Uint8Array(16));
    expect(arena.peek(64, 40)).toEqual(new Uint8Array(40).fill(OLD));
  });

  test('is not cleared where only an object was looked at', () => {
    const { server, client } = setUp();
    client.bytes.fill(NEW, -40);
    encodeObject(client.view, client.bytes.length - 24, BINDER);
    failed(client, { data: new Uint8Array(100), dataAt: END - 40, offsets: [16] });
    expect(runs(server, 104)).toEqual([NEW, 16, OLD, 104]);
  });
});

describe('an offsets array that cannot be read', () => {
  test.each([NULL, NOWHERE])('leaves zeros in its place and the data old (address %i)', offsetsAt => {
    const { server, client } = setUp();
    failed(client, { data: new Uint8Array(16), offsets: [0, 8], offsetsAt });
    expect(runs(server, 64)).toEqual([OLD, 16, 0, 32, OLD, 64]);
  });

  test('leaves zeros up to the end of the page in which it begins', () => {
    const { server, client } = setUp();
    failed(client, { data: new Uint8Array(PAGE - 8), offsets: [0, 8], offsetsAt: NOWHERE });
    expect(runs(server, 2 * PAGE)).toEqual([OLD, PAGE - 8, 0, PAGE, OLD, 2 * PAGE]);
  });
});

describe('a piece that cannot be read', () => {
  const piece = { type: 'PTR', flags: 0, buffer: NOWHERE, length: 24, parent: 0, parentOffset: 0 } as const;

  test('leaves zeros in its place', () => {
    const { server, client } = setUp();
    const data = new Uint8Array(40);
    encodeObject(new DataView(data.buffer), 0, { ...piece, buffer: END - 8 });
    client.bytes.fill(NEW, -8);
    failed(client, { data, offsets: [0], pieces: new Uint8Array(32) });
    expect(runs(server, 96).slice(-6)).toEqual([NEW, 56, 0, 72, OLD, 96]);
  });

  test('leaves zeros up to the pointer that the driver would put into it', () => {
    const { server, client } = setUp();
    const data = new Uint8Array(88);
    const view = new DataView(data.buffer);
    encodeObject(view, 4, piece);
    const child = { flags: BINDER_BUFFER_FLAG_HAS_PARENT, buffer: client.pieces, length: 8, parentOffset: 8 };
    encodeObject(view, 44, { ...piece, ...child });
    failed(client, { data, offsets: [4, 44], pieces: new Uint8Array(32) });
    const { arena } = server.process;
    expect(arena.peek(104, 8)).toEqual(new Uint8Array(8));
    expect(arena.peek(112, 24)).toEqual(new Uint8Array(24).fill(OLD));
  });
});
