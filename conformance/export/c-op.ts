/** One op of a log as C statements over the runtime of `runtime/`. */
import { IOCTL } from '../../abi/constants.ts';
import { ioctlNumber } from '../../abi/encode.ts';
import type { BufferRef, CommandSpec, FdRef, HandleRef, IoctlArg, MessageSpec, ObjectSpec, Op } from '../../abi/op.ts';
import { FIRST_FILE, STRAY_ADDRESS } from '../../abi/resolve.ts';
import { hex, literal, word } from './c-text.ts';

/** The variable that holds what became of a message. */
export const messageName = (of: number, cmd = 0): string => (cmd === 0 ? `message${of}` : `message${of}_${cmd}`);

type Ref = { readonly of: number; readonly cmd?: number | undefined; readonly slot?: number | undefined };

const slotOf = ({ of, cmd, slot = 0 }: Ref): string => `slot(${messageName(of, cmd)}, ${slot})`;

const handle = (ref: HandleRef): string => (typeof ref === 'number' ? hex(ref) : slotOf(ref));

const descriptor = (ref: FdRef): string => {
  if ('file' in ref) return `${FIRST_FILE + ref.file}`;
  return 'number' in ref ? `(__u32)${ref.number}` : slotOf(ref);
};

const freeBuffer = (ref: BufferRef, proc: number, fd: number): string => {
  if ('address' in ref) return `command64(BC_FREE_BUFFER, ${word(ref.address)});`;
  const name = messageName(ref.of, ref.cmd);
  const { delta = 0 } = ref;
  const moved = delta === 0 ? '' : ` + ${delta}`;
  const place = `(__u64)(baseOf(${proc}, ${fd}) + ${name}->buffer${moved})`;
  return `command64(BC_FREE_BUFFER, ${name} ? ${place} : ${STRAY_ADDRESS.address});`;
};

const FLAT = { BINDER: 'BINDER', WEAK_BINDER: 'WEAK_BINDER', HANDLE: 'HANDLE', WEAK_HANDLE: 'WEAK_HANDLE' } as const;

const object = (spec: ObjectSpec): string[] => {
  const { at } = spec;
  switch (spec.type) {
    case 'BINDER':
    case 'WEAK_BINDER':
      return [
        `nodeObject(${at}, BINDER_TYPE_${FLAT[spec.type]}, ${hex(spec.flags ?? 0)}, ${word(spec.ptr)}, ${word(spec.cookie)});`,
      ];
    case 'HANDLE':
    case 'WEAK_HANDLE':
      return [`numberObject(${at}, BINDER_TYPE_${FLAT[spec.type]}, ${hex(spec.flags ?? 0)}, ${handle(spec.handle)});`];
    case 'FD':
      return [`numberObject(${at}, BINDER_TYPE_FD, ${hex(spec.flags ?? 0)}, ${descriptor(spec.fd)});`];
    case 'FDA':
      return [`arrayObject(${at}, ${word(spec.numFds)}, ${word(spec.parent)}, ${word(spec.parentOffset)});`];
    case 'PTR': {
      const { bytes = '', fds = [], bad, flags = 0, parent = 0, parentOffset = 0 } = spec;
      const length = fds.reduce((most, fd) => Math.max(most, fd.at + 4), bytes.length >> 1);
      return [
        ...(bad === true ? [] : [`piece(${length}, ${literal(bytes)});`]),
        ...fds.map(fd => `pieceDescriptor(${fd.at}, ${descriptor(fd.fd)});`),
        `pieceObject(${at}, ${hex(flags)}, ${word(spec.length ?? length)}, ${word(parent)}, ${word(parentOffset)});${bad === true ? ' /* a bad pointer */' : ''}`,
      ];
    }
    case 'RAW':
      return [`rawObject(${at}, ${literal(spec.bytes)});`];
  }
};

const pointer = (field: string, where: 'null' | 'bad' | undefined): string[] =>
  where === undefined ? [] : [`draft.${field} = ${where === 'null' ? 'NULL' : '(void *)BAD_POINTER'};`];

const message = (spec: MessageSpec): string[] => [
  `message(${word(spec.size)}, ${hex(spec.fill ?? 0)});`,
  ...(spec.bytes === undefined || spec.bytes === '' ? [] : [`bytes(${literal(spec.bytes)});`]),
  ...(spec.objects ?? []).flatMap(object),
  ...(spec.offsets === undefined
    ? []
    : [
        `offsets(${spec.offsets.length}, (__u64[]){ ${[...spec.offsets.map(word), ...(spec.offsets.length === 0 ? ['0'] : [])].join(', ')} });`,
      ]),
  ...(spec.offsetsSize === undefined ? [] : [`draft.offsetsSize = ${word(spec.offsetsSize)};`]),
  ...(spec.buffersSize === undefined ? [] : [`draft.buffersSize = ${word(spec.buffersSize)};`]),
  ...pointer('dataAt', spec.dataAt),
  ...pointer('offsetsAt', spec.offsetsAt),
];

const send = (bc: string, spec: MessageSpec, target: string, code: number, flags: number): string[] => [
  ...message(spec),
  `send(${bc}${spec.buffersSize === undefined ? '' : '_SG'}, ${target}, ${code}, ${hex(flags)});`,
];

const command = (spec: CommandSpec, proc: number, fd: number): string[] => {
  switch (spec.bc) {
    case 'BC_TRANSACTION':
      return send(spec.bc, spec.message, handle(spec.target), spec.code, spec.flags);
    case 'BC_REPLY':
      return send(spec.bc, spec.message, '0', spec.code, spec.flags);
    case 'BC_FREE_BUFFER':
      return [freeBuffer(spec.buffer, proc, fd)];
    case 'BC_INCREFS':
    case 'BC_ACQUIRE':
    case 'BC_RELEASE':
    case 'BC_DECREFS':
      return [`command32(${spec.bc}, ${handle(spec.handle)});`];
    case 'BC_INCREFS_DONE':
    case 'BC_ACQUIRE_DONE':
      return [`commandNode(${spec.bc}, ${word(spec.ptr)}, ${word(spec.cookie)});`];
    case 'BC_REQUEST_DEATH_NOTIFICATION':
    case 'BC_CLEAR_DEATH_NOTIFICATION':
      return [`commandDeath(${spec.bc}, ${handle(spec.handle)}, ${word(spec.cookie)});`];
    case 'BC_DEAD_BINDER_DONE':
      return [`command64(${spec.bc}, ${word(spec.cookie)});`];
    case 'BC_REGISTER_LOOPER':
    case 'BC_ENTER_LOOPER':
    case 'BC_EXIT_LOOPER':
      return [`command(${spec.bc});`];
    case 'BC_ACQUIRE_RESULT':
      return [`command32(${spec.bc}, (__u32)${spec.result});`];
    case 'BC_ATTEMPT_ACQUIRE':
      return [`command32(${spec.bc}, (__u32)${spec.priority});`, `put32(${handle(spec.handle)});`];
    case 'RAW':
      return [`commandBytes(0x${spec.word.toString(16)}, ${literal(spec.bytes ?? '')});`];
  }
};

/** Fields of an ioctl's argument by command: name, offset, width and default, as the UAPI header lays them out. */
const FIELDS: Readonly<Record<number, readonly (readonly [keyof IoctlArg, number, number, number?])[]>> = {
  [IOCTL.BINDER_SET_MAX_THREADS]: [['value', 0, 4]],
  [IOCTL.BINDER_ENABLE_ONEWAY_SPAM_DETECTION]: [['value', 0, 4]],
  [IOCTL.BINDER_GET_NODE_DEBUG_INFO]: [['ptr', 0, 8]],
  [IOCTL.BINDER_GET_NODE_INFO_FOR_REF]: [
    ['handle', 0, 4],
    ['dirty', 16, 4],
  ],
  [IOCTL.BINDER_SET_CONTEXT_MGR_EXT]: [
    ['type', 0, 4, 0x73622a85],
    ['flags', 4, 4],
    ['ptr', 8, 8],
    ['cookie', 16, 8],
  ],
  [IOCTL.BINDER_FREEZE]: [
    ['target', 0, 4],
    ['enable', 4, 4],
    ['timeoutMs', 8, 4],
  ],
  [IOCTL.BINDER_GET_FROZEN_INFO]: [['target', 0, 4]],
};

const fieldValue = (arg: IoctlArg, name: keyof IoctlArg, otherwise: number): string => {
  if (name === 'target') {
    if (arg.target === undefined) return '0';
    return 'pid' in arg.target ? String(arg.target.pid) : `(__u64)pidOf(${arg.target.proc})`;
  }
  if (name === 'handle') return arg.handle === undefined ? '0' : handle(arg.handle);
  if (name === 'ptr' || name === 'cookie') return word(arg[name] ?? 0);
  // Either name of the one word that these commands have.
  const value = name === 'value' ? (arg.value ?? arg.enable) : arg[name];
  return hex(typeof value === 'number' ? value : otherwise);
};

const control = (op: Op & { readonly op: 'ioctl' }): string[] => {
  const { arg = {}, cmd } = op;
  const fields = (FIELDS[ioctlNumber(cmd)] ?? []).flatMap(([name, at, width, otherwise = 0]) => {
    const value = fieldValue(arg, name, otherwise);
    return value === '0' ? [] : [`field(${at}, ${width}, ${value}); /* ${name} */`];
  });
  const command = typeof cmd === 'number' ? `0x${cmd.toString(16)}` : cmd;
  return [...fields, `control(${who(op)}, (__u32)${command}, ${arg.bad === true ? 1 : 0});`];
};

const who = (op: Extract<Op, { readonly fd: number }>): string => `${op.id}, ${op.proc}, ${op.thread}, ${op.fd}`;

const writeRead = (op: Op & { readonly op: 'write_read' }): string[] => {
  const { read } = op;
  const set = (field: string, value: number | undefined): string[] =>
    value === undefined ? [] : [`next.${field} = ${value};`];
  return [
    ...(op.write ?? []).flatMap(each => command(each, op.proc, op.fd)),
    ...set('size', op.writeSize),
    ...set('consumed', op.writeConsumed),
    ...set('limit', op.writeLimit),
    ...(read === undefined
      ? []
      : [`room(${read.size});`, ...set('roomConsumed', read.consumed), ...set('roomLimit', read.limit)]),
    ...(op.bad === true ? ['next.bad = 1;'] : []),
    `writeRead(${who(op)});`,
  ];
};

const PROTECTION = { read: 'PROT_READ', none: 'PROT_NONE', write: 'PROT_READ | PROT_WRITE' } as const;

/** The statements of an op. */
export const statements = (op: Op): string[] => {
  switch (op.op) {
    case 'open': {
      const flags = `${op.readonly === true ? 'O_RDONLY' : 'O_RDWR'}${op.nonblock === true ? ' | O_NONBLOCK' : ''}`;
      return [`openDevice(${who(op)}, ${op.device ?? 0}, ${flags});`];
    }
    case 'mmap': {
      const flags = (op.private ?? true) ? 'MAP_PRIVATE' : 'MAP_SHARED';
      return [`map(${who(op)}, ${op.size}, ${PROTECTION[op.prot ?? 'read']}, ${flags});`];
    }
    case 'munmap':
      return [`unmap(${who(op)}, ${op.offset ?? 0}, ${op.length ?? -1});`];
    case 'share':
      return [`shareDevice(${who(op)}, ${op.to}, ${op.as});`];
    case 'fork':
      return [`forkProcess(${op.id}, ${op.proc}, ${op.thread}, ${op.child});`];
    case 'close':
      return [`closeDevice(${who(op)});`];
    case 'flush':
      return [`flush(${who(op)});`];
    case 'kill':
      return [`killProcess(${op.id}, ${op.proc});`];
    case 'write_read':
      return writeRead(op);
    case 'ioctl':
      return control(op);
    case 'poll':
      return [`pollDevice(${who(op)});`];
    case 'set_nonblock':
      return [`setNonblock(${who(op)}, ${op.nonblock ? 1 : 0});`];
    case 'signal':
      return [`interrupt(${op.id}, ${op.proc}, ${op.thread});`];
    case 'exit_task':
      return [`endThread(${op.id}, ${op.proc}, ${op.thread});`];
    case 'set_nice':
      return [`setNice(${op.id}, ${op.proc}, ${op.thread}, ${op.nice});`];
    case 'get_nice':
      return [`getNice(${op.id}, ${op.proc}, ${op.thread});`];
    case 'set_euid':
      return [`setUser(${op.id}, ${op.proc}, ${op.euid});`];
    case 'reclaim':
      return [`reclaim(${op.id});`];
    case 'peek':
      return [`peek(${who(op)}, ${op.offset}, ${op.length});`];
    case 'file_io':
      return [`fileIo(${who(op)}, SYS_${op.call});`];
    case 'mprotect':
      return [`protect(${who(op)}, ${PROTECTION[op.prot]});`];
    case 'madvise':
      return [`letGo(${who(op)}, ${op.offset ?? 0}, ${op.length ?? -1});`];
    case 'limit_fds':
      return [`limitFds(${op.id}, ${op.proc}, ${op.free ?? -1});`];
    case 'epoll_ctl':
      return [`epollControl(${who(op)}, EPOLL_CTL_${op.ctl.toUpperCase()});`];
    case 'epoll_wait':
      return [`epollWait(${op.id}, ${op.proc}, ${op.thread}, ${op.sleep === true ? -1 : 0});`];
  }
};
