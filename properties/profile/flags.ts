/** In what drivers are known to differ: each difference a flag with its sentence, as data. */

/** `compared`: what both sides show is compared without it. `avoided`: the sequences do not depend on it. */
export type How = 'compared' | 'avoided';

export interface Flag {
  /** Kebab-case, stable. */
  readonly id: string;
  /** Numbers in the list of known differences (`DIFFERENCES`); empty where the difference is not in it. */
  readonly rows: readonly number[];
  /** The difference, in a sentence about drivers. */
  readonly says: string;
  /** What is relaxed by it, and what is still held. */
  readonly relaxes: string;
  readonly how: How;
  /** Rules that mark the difference: an op that would make one of them fire is not performed in that form. */
  readonly avoids: readonly string[];
  /** Rules, invariants and witnesses that are out of reach then, those of `avoids` among them. */
  readonly hides: readonly string[];
}

type Row<Id extends string> = Pick<Flag, 'says' | 'relaxes' | 'how'> &
  Partial<Pick<Flag, 'rows' | 'avoids' | 'hides'>> & { readonly id: Id };

const flag = <Id extends string>({ rows = [], avoids = [], hides = [], ...row }: Row<Id>) => ({
  ...row,
  rows,
  avoids,
  hides: [...avoids, ...hides],
});

/** Every difference that a profile can name. */
export const FLAGS = [
  flag({
    id: 'noop',
    rows: [1],
    how: 'compared',
    says: 'A read may begin with BR_NOOP or not.',
    relaxes: 'BR_NOOPs are left out on both sides, and read_consumed is counted without them.',
  }),
  flag({
    id: 'placement',
    rows: [20],
    how: 'compared',
    says: 'Where in the mapping a message lies is the business of the driver.',
    relaxes:
      'Addresses are opaque: 8-byte aligned, inside the mapping, and no two messages that are both held overlap.',
  }),
  flag({
    id: 'fragmentation',
    rows: [20],
    how: 'avoided',
    says: 'Whether a message fits between others depends on where they lie.',
    relaxes: 'Mappings have 1 MiB and messages at most 2 KiB or far more than any mapping.',
    hides: ['ALLOC-43', 'WIT-ONEWAY-01', 'WIT-STATE-06', 'WIT-STATE-07'],
  }),
  flag({
    id: 'handle-numbers',
    rows: [18],
    how: 'compared',
    says: 'Which free number a new handle gets is the business of the driver.',
    relaxes:
      'Numbers are opaque: one number as long as a reference is held, no two references with one number, 0 the manager.',
  }),
  flag({
    id: 'descriptor-numbers',
    rows: [26],
    how: 'compared',
    says: 'Received descriptors have whatever numbers are free in the process.',
    relaxes: 'Their numbers are not compared, wherever they arrive.',
  }),
  flag({
    id: 'again',
    rows: [4],
    how: 'compared',
    says: 'A read that ends with EAGAIN may leave anything in read_consumed and the buffer.',
    relaxes: 'Behind EAGAIN neither is looked at; write_consumed is.',
  }),
  flag({
    id: 'read-room',
    rows: [3],
    how: 'avoided',
    says: 'How much room a read buffer must have differs.',
    relaxes: 'Every read has 4 KiB of room, begins at 0 and has no page missing.',
    hides: ['WIT-READ-05'],
  }),
  flag({
    id: 'argument-errno',
    rows: [8],
    how: 'compared',
    says: 'A bad argument is answered with EFAULT or with EINVAL.',
    relaxes: 'The two are one outcome, for every call.',
  }),
  flag({
    id: 'mmap-errno',
    rows: [23],
    how: 'compared',
    says: 'A mapping that is refused is refused with one errno or another.',
    relaxes: 'Every refusal of an mmap is one outcome.',
  }),
  flag({
    id: 'dead-or-failed',
    rows: [24],
    how: 'compared',
    says: 'A message to an open file that was never mapped finds it dead, or fails.',
    relaxes: 'BR_DEAD_REPLY and BR_FAILED_REPLY are one outcome where that (ALLOC-11) is the reason.',
  }),
  flag({
    id: 'spam-report',
    rows: [25],
    how: 'compared',
    says: 'When a flood of oneways is reported differs.',
    relaxes: 'BR_ONEWAY_SPAM_SUSPECT and BR_TRANSACTION_COMPLETE are one outcome.',
  }),
  flag({
    id: 'extended-error',
    rows: [40],
    how: 'compared',
    says: 'What BINDER_GET_EXTENDED_ERROR tells beside the command differs.',
    relaxes: 'Its id and its errno are not compared.',
  }),
  flag({
    id: 'offsets-pointer',
    rows: [27],
    how: 'compared',
    says: 'Where the offsets of a message without objects would be is told in different ways.',
    relaxes: 'The pointer is ignored where offsets_size is 0.',
  }),
  flag({
    id: 'spawn-looper',
    rows: [12],
    how: 'compared',
    says: 'When a driver asks for one thread more differs.',
    relaxes: 'BR_SPAWN_LOOPER is left out on both sides.',
  }),
  flag({
    id: 'unknown-handle',
    rows: [15],
    how: 'avoided',
    says: 'A reference or death command on a handle that nobody holds is ignored, or refused.',
    relaxes: 'Such commands are left out of a write. Calls to such a handle fail everywhere, and stay.',
  }),
  flag({
    id: 'handle-zero',
    rows: [16],
    how: 'avoided',
    says: 'References to the manager through handle 0 are counted, or not.',
    relaxes: 'Commands that count handle 0 or ask for its death are left out.',
    hides: ['INV-REF-06'],
  }),
  flag({
    id: 'unknown-buffer',
    rows: [19],
    how: 'avoided',
    says: 'BC_FREE_BUFFER of something that is no delivered message is ignored, or refused.',
    relaxes: 'Such commands are left out of a write.',
    hides: ['ALLOC-45', 'REL-02', 'WR-26'],
  }),
  flag({
    id: 'second-registration',
    rows: [31],
    how: 'avoided',
    says: 'A second death notification for the same reference is ignored, or taken.',
    relaxes: 'A reference that has one is not asked for another.',
  }),
  flag({
    id: 'odd-sizes',
    rows: [28],
    how: 'avoided',
    says: 'Sizes that are no multiple of 8 are taken, or refused.',
    relaxes: 'Sizes of data and of scatter-gather room are rounded up to 8.',
    hides: ['TXN-20'],
  }),
  flag({
    id: 'raw-commands',
    rows: [6, 39],
    how: 'avoided',
    says: 'Commands and ioctls that do not exist, or that nobody has, are refused in different ways.',
    relaxes: 'They are left out, and so are sizes of writes that lie.',
    hides: ['WR-02', 'WR-09'],
  }),
  flag({
    id: 'strange-freezes',
    rows: [35, 36, 47],
    how: 'avoided',
    says: 'Freezing a process that is not there, or waiting for one, differs.',
    relaxes: 'Only processes of the log are frozen, with a time of 0.',
  }),
  flag({
    id: 'update',
    rows: [44],
    how: 'avoided',
    says: 'TF_UPDATE_TXN is known, or not.',
    relaxes: 'The flag is taken off.',
  }),
  flag({
    id: 'priority',
    how: 'avoided',
    says: 'Whether and how a thread inherits the nice value of its caller differs.',
    relaxes: 'Nice values are neither set nor asked for.',
  }),
  flag({
    id: 'identity',
    rows: [42],
    how: 'avoided',
    says: 'After a change of the user, the caller is told as who it is or as who opened the driver.',
    relaxes: 'No process changes its user.',
  }),
  flag({
    id: 'pages',
    how: 'avoided',
    says: 'Which pages of a mapping are there, and what is in free ones, is the business of the driver.',
    relaxes: 'The mapping is read through delivered messages alone, and memory is never scarce.',
  }),
  flag({
    id: 'write-stop',
    rows: [5],
    how: 'avoided',
    says: 'Behind a call or reply that failed the rest of a write is left unread until the error was read, or goes on.',
    relaxes: 'Such a command is the last of its write, and until the error was read nothing else is written.',
    avoids: ['WR-04', 'WR-05'],
    hides: ['READ-42', 'WIT-WRITE-01'],
  }),
  flag({
    id: 'second-manager',
    rows: [9],
    how: 'avoided',
    says: 'A second manager of a device is refused, or takes the place of the first.',
    relaxes: 'Nobody asks to be the manager while there is one, or after one of another user.',
    avoids: ['CTX-03', 'CTX-04'],
  }),
  flag({
    id: 'own-manager',
    rows: [10, 11],
    how: 'avoided',
    says: 'A call to handle 0 from the process of the manager itself is refused, or arrives.',
    relaxes: 'The manager does not call itself. A handle that comes home to its owner is a local object everywhere.',
    avoids: ['TXN-07'],
  }),
  flag({
    id: 'unregistered-reader',
    rows: [13],
    how: 'avoided',
    says: 'A thread that neither registered nor entered reads work of its process, or only its own.',
    relaxes:
      'BC_ENTER_LOOPER is put before the commands of every thread that reads and did neither, and it does not poll.',
    avoids: ['THR-17'],
  }),
  flag({
    id: 'exit-looper',
    rows: [14],
    how: 'avoided',
    says: 'BC_EXIT_LOOPER is taken, or refused.',
    relaxes: 'It is left out of a write.',
    hides: ['THR-11', 'THR-12'],
  }),
  flag({
    id: 'weak-objects',
    rows: [17],
    how: 'avoided',
    says: 'Weak objects are passed on, or rejected.',
    relaxes: 'Messages carry strong ones in their place. Weak counts of handles stay.',
    avoids: ['OBJ-17'],
  }),
  flag({
    id: 'async-limit',
    rows: [21],
    how: 'avoided',
    says: 'Oneways may take half of the mapping, or all of it.',
    relaxes:
      'No oneway is sent to a process in whose half it may not fit, and the space left for oneways is not compared.',
    hides: ['INV-BUFFER-03', 'INV-BUFFER-04', 'INV-BUFFER-05'],
  }),
  flag({
    id: 'empty-message',
    rows: [22],
    how: 'compared',
    says: 'A message of 0 bytes takes 8, or another number.',
    relaxes: 'The space left for oneways is not compared. Empty messages that are held have addresses of their own.',
  }),
  flag({
    id: 'second-call',
    rows: [29],
    how: 'avoided',
    says: 'A thread that waits for an answer, or has an undelivered call, is refused a second call, or makes it.',
    relaxes: 'It makes no second call before it read the answer to the first. Oneways stay.',
    avoids: ['TXN-09', 'TXN-10'],
  }),
  flag({
    id: 'deep-nesting',
    rows: [30],
    how: 'avoided',
    says: 'A nested call goes to whichever thread of its target waits in the chain of calls, or only to the last caller.',
    relaxes: 'No call goes to a thread further up than the last caller. The last caller serves the nested call itself.',
  }),
  flag({
    id: 'wrong-clear',
    rows: [32],
    how: 'avoided',
    says: 'Clearing with another cookie, or what was never asked for, is ignored, or refused.',
    relaxes: 'Only registrations that stand are cleared, with their cookies.',
    avoids: ['DEATH-06'],
  }),
  flag({
    id: 'early-clear',
    rows: [33],
    how: 'avoided',
    says: 'A clear behind a death that is queued or unacknowledged is confirmed behind BC_DEAD_BINDER_DONE, or at once.',
    relaxes: 'A registration is cleared before the death, or behind BC_DEAD_BINDER_DONE.',
    avoids: ['DEATH-08', 'DEATH-09'],
  }),
  flag({
    id: 'clear-queue',
    rows: [34],
    how: 'avoided',
    says: 'A cleared death is confirmed to the thread that cleared it, or to any thread of its process.',
    relaxes: 'The op that clears reads the confirmation, and nobody else could.',
  }),
  flag({
    id: 'node-information',
    rows: [41],
    how: 'avoided',
    says: 'BINDER_GET_NODE_DEBUG_INFO and BINDER_GET_NODE_INFO_FOR_REF answer, or do not exist.',
    relaxes: 'Nobody asks.',
    hides: ['NODE-17', 'NODE-18'],
  }),
  flag({
    id: 'release-timing',
    rows: [45],
    how: 'avoided',
    says: 'BR_RELEASE waits for BC_ACQUIRE_DONE, or for BC_INCREFS_DONE too.',
    relaxes: 'An owner acknowledges BR_INCREFS before or together with BR_ACQUIRE. From there on the moment is held.',
  }),
] as const satisfies readonly Flag[];

export type FlagId = (typeof FLAGS)[number]['id'];
