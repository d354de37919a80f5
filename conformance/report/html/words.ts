/** Ops and what they showed, in few words. */
import type { Done, Observation, Return } from '../../../abi/observation.ts';
import type { CommandSpec, HandleRef, MessageSpec, Op } from '../../../abi/op.ts';

/** One bit of a transaction's flags (UAPI-12): nobody waits for an answer. */
const ONE_WAY = 0x01;

const handleWords = (handle: HandleRef): string => {
  if (typeof handle === 'number') return `handle ${handle}`;
  const { of, cmd = 0, slot = 0 } = handle;
  return `the handle from op ${of}${cmd === 0 ? '' : ` command ${cmd}`}${slot === 0 ? '' : ` object ${slot}`}`;
};

const messageWords = ({ size, objects = [] }: MessageSpec): string =>
  `, ${size} bytes${objects.length === 0 ? '' : ` with ${objects.map(({ type }) => type).join(', ')}`}`;

const commandWords = (command: CommandSpec): string => {
  switch (command.bc) {
    case 'BC_TRANSACTION':
      return `BC_TRANSACTION to ${handleWords(command.target)}${(command.flags & ONE_WAY) === 0 ? '' : ', oneway'}${messageWords(command.message)}`;
    case 'BC_REPLY':
      return `BC_REPLY${messageWords(command.message)}`;
    case 'BC_FREE_BUFFER':
      return 'of' in command.buffer
        ? `BC_FREE_BUFFER of the buffer from op ${command.buffer.of}`
        : `BC_FREE_BUFFER at ${command.buffer.address}`;
    case 'RAW':
      return `the word 0x${command.word.toString(16)}`;
    default:
      return 'handle' in command ? `${command.bc} of ${handleWords(command.handle)}` : command.bc;
  }
};

/** Neighbours that are the same, said once with their number. */
const together = (words: readonly string[]): readonly string[] => {
  const runs: { readonly word: string; times: number }[] = [];
  for (const word of words) {
    const last = runs.at(-1);
    if (last?.word === word) last.times++;
    else runs.push({ word, times: 1 });
  }
  return runs.map(({ word, times }) => (times === 1 ? word : `${times} × ${word}`));
};

const readWords = ({ size, limit }: { readonly size: number; readonly limit?: number | undefined }): string =>
  limit === undefined ? `read ${size}` : `read ${size} into ${limit} writable bytes`;

/** An op in one line: what is asked of the driver. */
export const opWords = (op: Op): string => {
  switch (op.op) {
    case 'write_read': {
      const write = together((op.write ?? []).map(commandWords));
      const read = op.read === undefined ? [] : [readWords(op.read)];
      return [...write, ...read].join('; ') || 'neither writes nor reads';
    }
    case 'ioctl':
      return typeof op.cmd === 'string' ? op.cmd : `ioctl 0x${op.cmd.toString(16)}`;
    case 'open':
      return `open device ${op.device ?? 0}`;
    case 'mmap':
      return `mmap ${op.size} bytes`;
    case 'share':
      return `share with process ${op.to}, as file ${op.as}`;
    case 'fork':
      return `fork process ${op.child}`;
    case 'peek':
      return `peek ${op.length} bytes at ${op.offset}`;
    case 'file_io':
      return `${op.call} on the descriptor`;
    case 'mprotect':
      return `mprotect ${op.prot}`;
    case 'madvise':
      return op.offset === undefined && op.length === undefined ? 'madvise' : `madvise from ${op.offset ?? 0}`;
    case 'limit_fds':
      return op.free === undefined ? 'no limit of descriptors' : `${op.free} more descriptors at most`;
    case 'epoll_ctl':
      return `epoll ${op.ctl}`;
    case 'epoll_wait':
      return op.sleep === true ? 'epoll_wait' : 'epoll_wait, timeout 0';
    case 'set_nice':
      return `set_nice ${op.nice}`;
    case 'set_euid':
      return `set_euid ${op.euid}`;
    default:
      return op.op;
  }
};

/** Who performs an op: its process and thread, or the machine. */
export const actorWords = (op: Op): string => {
  if (!('proc' in op)) return 'machine';
  return 'thread' in op ? `process ${op.proc}, thread ${op.thread}` : `process ${op.proc}`;
};

/** A return in few words. */
export const returnWords = (value: Return): string => value.br;

const doneWords = ({ status, returns, readable, nice, bytes, ready }: Done): string => {
  const said = together((returns ?? []).map(returnWords).filter(br => br !== 'BR_NOOP'));
  const more = [
    ...said,
    ...(readable === undefined ? [] : [readable ? 'readable' : 'not readable']),
    ...(ready === undefined ? [] : [ready.length === 0 ? 'no file readable' : `readable: file ${ready.join(', ')}`]),
    ...(nice === undefined ? [] : [`nice ${nice}`]),
    ...(bytes === null ? ['bus error'] : []),
  ];
  if (status === 'OK' && more.length > 0) return more.join(', ');
  return [status, ...more].join(', ');
};

/** What an op showed, in one line. */
export const observationWords = ({ result, completions }: Observation): string => {
  const own = result === 'pending' ? 'waits' : doneWords(result);
  return [own, ...completions.map(({ op, done }) => `op ${op} ends: ${doneWords(done)}`)].join('; ');
};
