/**
 * Requests to the service manager, byte by byte as Android's own libraries write them, and its answers.
 *
 * Sources. Token: AOSP `Parcel::writeInterfaceToken` (Android 11: strict-mode policy with STRICT_MODE_PENALTY_GATHER, work
 * source, `kHeader` 'SYST', descriptor). Strings: `Parcel::writeString16`. Objects: `Parcel::flattenBinder` and UAPI
 * `flat_binder_object`. Stability: `Parcel::finishFlattenBinder`. Codes: places in `IServiceManager.aidl` (Android 11).
 * Replies: `binder::Status::writeToParcel`, then the value.
 */
import { beforeEach, describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../abi/hex.ts';
import { BBinder, IServiceManager, Parcel, STATUS, type ProcessState } from '../../userspace/index.ts';
import { stage, type Stage } from './stage.ts';

/** Bytes as they are printed: groups of hex, a comment behind each line. */
const bytes = (text: string): Uint8Array => fromHex(text.replaceAll(/\/\/.*$/gm, '').replaceAll(/\s+/g, ''));

/** The token of every request: 4 + 4 + 4 + 4 + 2 * 27 bytes, filled up to 72. */
const TOKEN = `
  00000080                                     // strict mode: 1 << 31, gather penalties
  ffffffff                                     // work source: none (-1)
  54535953                                     // 'SYST' as a word: 0x53595354
  1a000000                                     // 26 units
  61006e00 64007200 6f006900 64002e00          // "android."
  6f007300 2e004900 53006500 72007600          // "os.IServ"
  69006300 65004d00 61006e00 61006700          // "iceManag"
  65007200 00000000                            // "er", the terminator, two bytes of padding
`;
/** "calc": four units, terminator, padding. */
const CALC = '04000000 63006100 6c006300 00000000';

describe('the service manager, asked in the bytes of Android', () => {
  let made: Stage;
  let server: ProcessState;
  beforeEach(async () => {
    made = await stage({}, ['calc']);
    server = made.process();
  });

  /** Sends the bytes to handle 0 and answers the reply, in hex; `-n`: a status. */
  const ask = (code: number, request: string): Promise<string> =>
    server.run(async () => {
      server.startThreadPool();
      const manager = await server.getContextObject();
      if (manager === null) throw new Error('no manager');
      const data = server.parcel();
      data.writeBytes(bytes(request));
      const reply = await manager.transact(code, data);
      const answer = reply.status === STATUS.OK ? toHex(reply.bytes) : String(reply.status);
      data.free();
      reply.free();
      manager.release();
      return answer;
    });

  test('checkService (2) of a free name: EX_NONE, then a null binder', async () => {
    expect(await ask(2, TOKEN + CALC)).toBe(
      toHex(
        bytes(`
          00000000                             // EX_NONE
          852a6273 13000000                    // BINDER_TYPE_BINDER, nice 19
          00000000 00000000                    // binder: null
          00000000 00000000                    // cookie
          00000000                             // stability: undeclared
        `),
      ),
    );
    await made.settled();
  });

  test('addService (3), then getService (1): the object comes home as itself', async () => {
    const service = new BBinder('calc');
    const data = server.parcel();
    await server.run(async () => {
      server.startThreadPool();
      const manager = await server.getContextObject();
      data.writeBytes(bytes(TOKEN + CALC));
      data.writeStrongBinder(service);
      data.writeBytes(bytes('00000000 08000000')); // allowIsolated: false; dumpPriority: DEFAULT
      expect(data.size).toBe(72 + 16 + 24 + 4 + 8);
      expect(data.offsets).toEqual([88]);
      // flat_binder_object: type 'sb*\x85', flags 0x113 (accepts fds, nice 19); behind it the stability of the system.
      expect(toHex(data.bytes).slice(88 * 2, 96 * 2)).toBe('852a627313010000');
      expect(toHex(data.bytes).slice(112 * 2, 116 * 2)).toBe('0c000000');
      const reply = await manager?.transact(3, data);
      expect(toHex(reply?.bytes ?? new Uint8Array(1))).toBe('00000000');
      reply?.free();
      data.free();
      manager?.release();
    });
    const answer = await ask(1, TOKEN + CALC);
    // EX_NONE, a strong local object with the very address, stability of the system.
    expect(answer).toMatch(/^00000000852a6273[0-9a-f]{8}0010000000000000[0-9a-f]{16}0c000000$/);
    expect(server.exported).toEqual([service]);
    await made.settled();
  });

  test('listServices (4) of every priority: a vector of strings', async () => {
    expect(await ask(4, `${TOKEN} 0f000000`)).toBe('0000000000000000');
    await made.settled();
  });

  test('isDeclared (7): a word of one', async () => {
    expect(await ask(7, TOKEN + CALC)).toBe('0000000001000000');
    await made.settled();
  });

  test('addService of a null binder: EX_ILLEGAL_ARGUMENT with its message', async () => {
    const request = `${TOKEN} ${CALC}
      852a6273 13000000 00000000 00000000 00000000 00000000 00000000   // null binder
      00000000 08000000`;
    const answer = await ask(3, request);
    expect(answer.startsWith('fdffffff')).toBe(true);
    await made.settled();
  });

  test.each([
    ['a token without the header of Android 11', TOKEN.replace('54535953', ''), STATUS.BAD_TYPE],
    ['the token of a vendor', TOKEN.replace('54535953', '52444e56'), STATUS.BAD_TYPE],
    ['no name behind the token', TOKEN, STATUS.NOT_ENOUGH_DATA],
    ['a null name', `${TOKEN} ffffffff`, STATUS.UNEXPECTED_NULL],
    ['a name without its terminator', `${TOKEN} 01000000 61006200`, STATUS.BAD_VALUE],
    ['nothing at all', '', STATUS.BAD_TYPE],
  ])('answers %s with a status', async (_, request, status) => {
    expect(await ask(2, request)).toBe(String(status));
    await made.settled();
  });

  test('answers a code that it does not have with UNKNOWN_TRANSACTION', async () => {
    expect(await ask(77, TOKEN)).toBe(String(STATUS.UNKNOWN_TRANSACTION));
    await made.settled();
  });
});

describe('our own requests', () => {
  test('are the same bytes', () => {
    const parcel = new Parcel();
    parcel.writeInterfaceToken(IServiceManager.descriptor);
    parcel.writeString16('calc');
    expect(toHex(parcel.bytes)).toBe(toHex(bytes(TOKEN + CALC)));
    expect(IServiceManager.TRANSACTION).toEqual({
      getService: 1,
      checkService: 2,
      addService: 3,
      listServices: 4,
      registerForNotifications: 5,
      unregisterForNotifications: 6,
      isDeclared: 7,
    });
  });
});
