/** The reader of .aidl files: what it makes, and where it says that something is wrong. */
import { describe, expect, test } from 'vitest';
import {
  AidlError,
  asBinder,
  IServiceManager,
  Parcel,
  readAidl,
  ServiceManagerClient,
  STATUS,
  type AidlInterface,
} from '../../userspace/index.ts';
import { stage } from './stage.ts';

const only = (text: string): AidlInterface => {
  const [first, ...more] = readAidl(text, 'test.aidl');
  if (first === undefined || more.length > 0) throw new Error('not one interface');
  return first;
};
const wrong = (text: string): string => {
  try {
    readAidl(text, 'f.aidl');
    return 'nothing is wrong';
  } catch (error) {
    if (error instanceof AidlError) return error.message;
    throw error;
  }
};

describe('an .aidl file', () => {
  test('gives descriptors, codes, directions and constants', () => {
    const { interface: made, constants } = only(`
      // A calculator.
      package com.example.calc;
      import android.os.IServiceCallback;
      /** Adds things. */
      @VintfStability
      interface ICalculator {
        const int BITS = 1 << 4;
        const String NAME = "calc";
        int add(int a, int b);
        long sum(in long[] values);
        @nullable String name();
        oneway void note(@utf8InCpp String text);
        void fill(out byte[] bytes, inout int[] numbers, IServiceCallback callback, @nullable IBinder token);
      }
    `);
    expect(made.descriptor).toBe('com.example.calc.ICalculator');
    expect(made.TRANSACTION).toEqual({ add: 1, sum: 2, name: 3, note: 4, fill: 5 });
    expect(constants).toEqual({ BITS: 16, NAME: 'calc' });
    expect(made.methods.map(({ name, oneway, result }) => [name, oneway, result?.wire.name])).toEqual([
      ['add', false, 'int'],
      ['sum', false, 'long'],
      ['name', false, '@nullable String'],
      ['note', true, undefined],
      ['fill', false, undefined],
    ]);
    expect(made.methods[4]?.args.map(({ name, direction, wire }) => `${direction} ${wire.name} ${name}`)).toEqual([
      'out byte[] bytes',
      'inout int[] numbers',
      'in IBinder callback',
      'in @nullable IBinder token',
    ]);
  });

  test('may give explicit codes, and make a whole interface oneway', () => {
    const { interface: made } = only('oneway interface I { void a() = 9; void b(int x) = 3; }');
    expect(made.descriptor).toBe('I');
    expect(made.TRANSACTION).toEqual({ a: 10, b: 4 });
    expect(made.methods.every(({ oneway }) => oneway)).toBe(true);
  });

  test('makes the service manager’s interface as defineInterface did', () => {
    const { interface: made } = only(`
      package android.os;
      import android.os.IServiceCallback;
      interface IServiceManager {
        @nullable IBinder getService(@utf8InCpp String name);
        @nullable IBinder checkService(@utf8InCpp String name);
        void addService(@utf8InCpp String name, @nullable IBinder service, boolean allowIsolated, int dumpPriority);
        @utf8InCpp String[] listServices(int dumpPriority);
        void registerForNotifications(@utf8InCpp String name, IServiceCallback callback);
        void unregisterForNotifications(@utf8InCpp String name, IServiceCallback callback);
        boolean isDeclared(@utf8InCpp String name);
      }
    `);
    expect(made.descriptor).toBe(IServiceManager.descriptor);
    expect(made.TRANSACTION).toEqual(IServiceManager.TRANSACTION);
  });

  test('is spoken over the driver by stub and proxy', async () => {
    const { interface: IThing } = only(`
      package demo;
      interface IThing {
        void fill(out byte[] bytes, inout int[] numbers);
        char next(char c);
        byte low(byte b);
        boolean not(boolean b);
        float half(float f);
        double twice(double d);
        String[] split(String text);
        @nullable IBinder mirror(@nullable IBinder binder);
      }
    `);
    const { process, settled } = await stage();
    const server = process();
    const client = process();
    const thing = IThing.stub({
      fill: (bytes: Uint8Array, numbers: number[]) => {
        bytes.fill(7);
        numbers.push(numbers.length);
      },
      next: (c: number) => c + 1,
      low: (b: number) => b,
      not: (b: boolean) => !b,
      half: (f: number) => f / 2,
      twice: (d: number) => d * 2,
      split: (text: string) => text.split(' '),
      mirror: (binder: unknown) => binder,
    });
    await server.run(async () => (await ServiceManagerClient.of(server)).addService('thing', thing));
    await client.run(async () => {
      const manager = await ServiceManagerClient.of(client);
      const remote = IThing.asInterface(await manager.checkService('thing'));
      if (remote === null) throw new Error('not found');
      const bytes = new Uint8Array(5);
      const numbers = [4, 5];
      await remote['fill']?.(bytes, numbers);
      expect([[...bytes], numbers]).toEqual([
        [7, 7, 7, 7, 7],
        [4, 5, 2],
      ]);
      expect(await remote['next']?.(65)).toBe(66);
      expect(await remote['low']?.(-128)).toBe(-128);
      expect(await remote['not']?.(true)).toBe(false);
      expect(await remote['half']?.(3)).toBe(1.5);
      expect(await remote['twice']?.(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
      expect(await remote['split']?.('a bc ü')).toEqual(['a', 'bc', 'ü']);
      expect(await remote['mirror']?.(null)).toBe(null);
      const mirrored = await remote['mirror']?.(asBinder(remote));
      expect(mirrored).toBe(asBinder(remote));
      await expect(remote['low']?.(128)).rejects.toThrow(/IThing\.low\(b\)/);
      asBinder(remote).release();
      asBinder(remote).release();
      manager.release();
    });
    await settled();
  });

  test.each([
    ['interface I { int add(int a int b); }', 'f.aidl:1:29: expected \')\', found "int"'],
    ['interface I {\n  void a(Parcelable p);\n}', 'f.aidl:2:10: there is no type Parcelable'],
    ['interface I {\n  void a(out int x);\n}', 'f.aidl:2:18: x: only arrays can be out'],
    ['interface I { void a(int[] x); }', 'f.aidl:1:28: x is an array: say in, out or inout'],
    ['interface I { oneway int a(); }', 'f.aidl:1:22: a is oneway: nothing comes back'],
    ['interface I { oneway void a(out int[] x); }', 'f.aidl:1:39: x cannot be out'],
    ['interface I { void a(in int[][] x); }', 'f.aidl:1:25: arrays of arrays are not read here'],
    ['interface I { void a(); void a(int x); }', 'f.aidl:1:30: there is a method a already'],
    ['interface I { void a(int x, int x); }', 'f.aidl:1:33: a has an argument x already'],
    ['interface I { void a() = 1; void b() = 1; }', 'f.aidl:1:11: I: a and b have the same code'],
    ['interface I { void a() = 1; void b(); }', 'f.aidl:1:11: I: either all methods have explicit codes or none has'],
    ['interface I { void a(@nullable int x); }', 'f.aidl:1:32: int cannot be @nullable'],
    ['interface I {} interface I {}', 'f.aidl:1:26: there is an interface I already'],
    ['interface I {\n  void a();', "f.aidl:2:12: expected '}', found the end of the file"],
    ['interface I { void a() # }', 'f.aidl:1:24: unexpected character "#"'],
    ['parcelable P { int x; }', 'f.aidl:1:1: expected an interface, found "parcelable"'],
    ['', 'f.aidl:1:1: expected an interface, found the end of the file'],
  ])('is refused with line and column: %s', (text, message) => {
    expect(wrong(text)).toContain(message);
  });
});

describe('a stub', () => {
  const { interface: IOne } = only('package t; interface IOne { void take(in int[] x); void fill(out int[] x); }');
  const stub = IOne.stub({ take: () => {}, fill: () => {} });
  const called = async (code: number, write: (data: Parcel) => void): Promise<number> => {
    const data = new Parcel();
    write(data);
    const reply = await stub.transact(code, data);
    return reply.status;
  };

  test('answers every kind of nonsense with a status', async () => {
    expect(await called(99, () => {})).toBe(STATUS.UNKNOWN_TRANSACTION);
    expect(await called(1, data => data.writeInt32(3))).toBe(STATUS.BAD_TYPE);
    expect(await called(1, data => data.writeInterfaceToken('t.ITwo'))).toBe(STATUS.BAD_TYPE);
    expect(await called(1, data => data.writeInterfaceToken('t.IOne'))).toBe(STATUS.NOT_ENOUGH_DATA);
    const token = (data: Parcel): void => data.writeInterfaceToken('t.IOne');
    expect(await called(1, data => (token(data), data.writeInt32(0x7fff_ffff)))).toBe(STATUS.NOT_ENOUGH_DATA);
    expect(await called(1, data => (token(data), data.writeInt32(-1)))).toBe(STATUS.UNEXPECTED_NULL);
    expect(await called(2, data => (token(data), data.writeInt32(0x7fff_ffff)))).toBe(STATUS.NO_MEMORY);
    expect(await called(2, data => (token(data), data.writeInt32(3)))).toBe(STATUS.OK);
  });
});
