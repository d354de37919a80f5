/** In what drivers are known to differ: each difference a flag with its sentence, as data. */

/** `compared`: what both sides show is compared without it. `avoided`: the sequences do not depend on it. */
export type How = 'compared' | 'avoided';

export interface Flag {
  /** Kebab-case, stable. */
  readonly id: string;
  /** The difference, in a sentence about drivers. */
  readonly says: string;
  /** What is relaxed by it, and what is still held. */
  readonly relaxes: string;
  readonly how: How;
  /** Rules and witnesses that no sequence reaches then. */
  readonly hides: readonly string[];
}

const flag = <Id extends string>(id: Id, how: How, says: string, relaxes: string, hides: readonly string[] = []) => ({
  id,
  how,
  says,
  relaxes,
  hides,
});

/** Every difference that a profile can name. */
export const FLAGS = [
  flag(
    'noop',
    'compared',
    'A read may begin with BR_NOOP or not.',
    'BR_NOOPs are left out on both sides, and read_consumed is counted without them.',
  ),
  flag(
    'placement',
    'compared',
    'Where in the mapping a message lies is the business of the driver.',
    'Addresses are opaque: 8-byte aligned, inside the mapping, and no two messages that are both held overlap.',
  ),
  flag(
    'fragmentation',
    'avoided',
    'Whether a message fits between others depends on where they lie.',
    'Mappings have 1 MiB and messages at most 2 KiB or far more than any mapping.',
    ['ALLOC-43', 'WIT-ONEWAY-01', 'WIT-STATE-06', 'WIT-STATE-07'],
  ),
  flag(
    'handle-numbers',
    'compared',
    'Which free number a new handle gets is the business of the driver.',
    'Numbers are opaque: one number as long as a reference is held, no two references with one number, 0 the manager.',
  ),
  flag(
    'descriptor-numbers',
    'compared',
    'Received descriptors have whatever numbers are free in the process.',
    'Their numbers are not compared, wherever they arrive.',
  ),
  flag(
    'again',
    'compared',
    'A read that ends with EAGAIN may leave anything in read_consumed and the buffer.',
    'Behind EAGAIN neither is looked at; write_consumed is.',
  ),
  flag(
    'read-room',
    'avoided',
    'How much room a read buffer must have differs.',
    'Every read has 4 KiB of room, begins at 0 and has no page missing.',
    ['WIT-READ-05'],
  ),
  flag(
    'argument-errno',
    'compared',
    'A bad argument is answered with EFAULT or with EINVAL.',
    'The two are one outcome, for every call.',
  ),
  flag(
    'mmap-errno',
    'compared',
    'A mapping that is refused is refused with one errno or another.',
    'Every refusal of an mmap is one outcome.',
  ),
  flag(
    'dead-or-failed',
    'compared',
    'A message to an open file that was never mapped finds it dead, or fails.',
    'BR_DEAD_REPLY and BR_FAILED_REPLY are one outcome where that (ALLOC-11) is the reason.',
  ),
  flag(
    'spam-report',
    'compared',
    'When a flood of oneways is reported differs.',
    'BR_ONEWAY_SPAM_SUSPECT and BR_TRANSACTION_COMPLETE are one outcome.',
  ),
  flag(
    'extended-error',
    'compared',
    'What BINDER_GET_EXTENDED_ERROR tells beside the command differs.',
    'Its id and its errno are not compared.',
  ),
  flag(
    'offsets-pointer',
    'compared',
    'Where the offsets of a message without objects would be is told in different ways.',
    'The pointer is ignored where offsets_size is 0.',
  ),
  flag(
    'spawn-looper',
    'compared',
    'When a driver asks for one thread more differs.',
    'BR_SPAWN_LOOPER is left out on both sides.',
  ),
  flag(
    'unknown-handle',
    'avoided',
    'A reference or death command on a handle that nobody holds is ignored, or refused.',
    'Such commands are left out of a write. Calls to such a handle fail everywhere, and stay.',
  ),
  flag(
    'handle-zero',
    'avoided',
    'References to the manager through handle 0 are counted, or not.',
    'Commands that count handle 0 or ask for its death are left out.',
  ),
  flag(
    'unknown-buffer',
    'avoided',
    'BC_FREE_BUFFER of something that is no delivered message is ignored, or refused.',
    'Such commands are left out of a write.',
  ),
  flag(
    'second-registration',
    'avoided',
    'A second death notification for the same reference is ignored, or taken.',
    'A reference that has one is not asked for another.',
  ),
  flag(
    'odd-sizes',
    'avoided',
    'Sizes that are no multiple of 8 are taken, or refused.',
    'Sizes of data and of scatter-gather room are rounded up to 8.',
    ['TXN-20'],
  ),
  flag(
    'raw-commands',
    'avoided',
    'Commands and ioctls that do not exist, or that nobody has, are refused in different ways.',
    'They are left out, and so are sizes of writes that lie.',
    ['WR-02', 'WR-09'],
  ),
  flag(
    'strange-freezes',
    'avoided',
    'Freezing a process that is not there, or waiting for one, differs.',
    'Only processes of the log are frozen, with a time of 0.',
  ),
  flag('update', 'avoided', 'TF_UPDATE_TXN is known, or not.', 'The flag is taken off.'),
  flag(
    'priority',
    'avoided',
    'Whether and how a thread inherits the nice value of its caller differs.',
    'Nice values are neither set nor asked for.',
  ),
  flag(
    'identity',
    'avoided',
    'After a change of the user, the caller is told as who it is or as who opened the driver.',
    'No process changes its user.',
  ),
  flag(
    'pages',
    'avoided',
    'Which pages of a mapping are there, and what is in free ones, is the business of the driver.',
    'The mapping is read through delivered messages alone, and memory is never scarce.',
  ),
] as const satisfies readonly Flag[];

export type FlagId = (typeof FLAGS)[number]['id'];
