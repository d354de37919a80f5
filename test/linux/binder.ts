/** A little Binder in hand-encoded bytes, so that the agent is tested without the project's own codec. */
import type { Program, Relocation, Value } from '../../conformance/targets/linux/program.ts';

export const SYS = {
  read: 0,
  write: 1,
  close: 3,
  mmap: 9,
  ioctl: 16,
  kill: 62,
  openat: 257,
  dup: 32,
  pipe2: 293,
  getpriority: 140,
  setpriority: 141,
  geteuid: 107,
} as const;
export const BINDER_VERSION = 0xc0046209;
const BINDER_WRITE_READ = 0xc0306201;
const BINDER_SET_CONTEXT_MGR = 0x40046207;
const BC_TRANSACTION = 0x40406300;
const BC_REPLY = 0x40406301;
export const BR_NOOP = 0x720c;
export const BR_TRANSACTION_COMPLETE = 0x7206;
export const BR_TRANSACTION = 0x80407202;
export const BR_REPLY = 0x80407203;
const AT_FDCWD = -100;
const O_RDWR_CLOEXEC = 0o2000002;

/** Register that holds the open device, and the one that receives the address of a delivered buffer. */
export const FD = 0;
export const BUFFER = 1;
/** Register that holds the address of the mapping. */
export const BASE = 2;

/** Opens and maps the device. */
export const openDevice = (p: Program, proc: number, device: number): void => {
  p.call(proc, 0, {
    number: SYS.openat,
    args: [AT_FDCWD, { segment: 0 }, O_RDWR_CLOEXEC],
    segments: [{ bytes: Buffer.from(`/dev/binder${device}\0`) }],
    save: FD,
  });
  p.call(proc, 0, { number: SYS.mmap, args: [0, 1 << 20, 1, 2, { register: FD }, 0], save: BASE });
};

/** BINDER_VERSION; its out is the version. It also spends the immediate return of a thread's first ioctl. */
export const version = (p: Program, proc: number, thread: number): number =>
  p.call(proc, thread, {
    number: SYS.ioctl,
    args: [{ register: FD }, BINDER_VERSION, { segment: 0 }],
    segments: [{ length: 4, guarded: true }],
    outs: [{ segment: 0, length: 4 }],
  });

/** BINDER_SET_CONTEXT_MGR. */
export const becomeManager = (p: Program, proc: number): number =>
  p.call(proc, 0, { number: SYS.ioctl, args: [{ register: FD }, BINDER_SET_CONTEXT_MGR, 0] });

interface Command {
  readonly bytes: Buffer;
  readonly pointers: readonly { readonly offset: number; readonly value: Value }[];
}

const message = (command: number, code: number): Command => {
  const bytes = Buffer.alloc(68);
  bytes.writeUInt32LE(command, 0);
  bytes.writeUInt32LE(code, 20);
  bytes.writeBigUInt64LE(8n, 36);
  return { bytes, pointers: [{ offset: 52, value: { segment: 3 } }] };
};

/** BC_TRANSACTION to handle 0 with eight bytes of payload. */
export const transaction = (code: number): Command => message(BC_TRANSACTION, code);
/** BC_REPLY with eight bytes of payload. */
export const reply = (): Command => message(BC_REPLY, 0);

/** BINDER_WRITE_READ; outs are the argument and what was read. */
export const writeRead = (
  p: Program,
  proc: number,
  thread: number,
  commands: readonly Command[],
  read: number,
  payload = Buffer.from('payload!'),
): number => {
  const relocations: Relocation[] = [
    { segment: 0, offset: 16, value: { segment: 1 } },
    { segment: 0, offset: 40, value: { segment: 2 } },
  ];
  let at = 0;
  for (const command of commands) {
    for (const { offset, value } of command.pointers) relocations.push({ segment: 1, offset: at + offset, value });
    at += command.bytes.length;
  }
  const argument = Buffer.alloc(48);
  argument.writeBigUInt64LE(BigInt(at), 0);
  argument.writeBigUInt64LE(BigInt(read), 24);
  return p.call(proc, thread, {
    number: SYS.ioctl,
    args: [{ register: FD }, BINDER_WRITE_READ, { segment: 0 }],
    segments: [
      { bytes: argument, guarded: true },
      { bytes: Buffer.concat(commands.map(command => command.bytes)), guarded: true },
      { length: read, guarded: true },
      { bytes: payload, guarded: true },
    ],
    relocations,
    outs: [
      { segment: 0, length: 48 },
      { segment: 2, length: read, limit: { segment: 0, offset: 32 } },
    ],
    captures: [BR_TRANSACTION, BR_REPLY].map(code => ({
      segment: 2,
      register: BUFFER,
      record: { code, payload: 48 },
      limit: { segment: 0, offset: 32 },
    })),
  });
};

/** The codes in a read buffer. */
export const returns = (bytes: Uint8Array | undefined): number[] => {
  const buffer = Buffer.from(bytes ?? []);
  const codes: number[] = [];
  for (let at = 0; at + 4 <= buffer.length;) {
    const code = buffer.readUInt32LE(at);
    codes.push(code);
    at += 4 + ((code >>> 16) & 0x3fff);
  }
  return codes;
};
