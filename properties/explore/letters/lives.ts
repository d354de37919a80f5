/** Letters of lives: loopers, threads and processes, freezing, signals, mappings. */
import { THIS_OP as THIS } from '../calls.ts';
import { KIND, mute, type Actor, type LetterRule, type Offer, type Scene } from '../scene.ts';

const bare =
  (bc: 'BC_ENTER_LOOPER' | 'BC_REGISTER_LOOPER' | 'BC_EXIT_LOOPER', kind: number, bit: number) =>
  (scene: Scene, actor: Actor, offer: Offer): void => {
    if (mute(actor) || ((actor.record?.looper ?? 0) & bit) !== 0) return;
    offer(scene.calls.write(actor.proc, actor.thread, kind, 0, 0, () => ({ bc })));
  };

const mayDie = (scene: Scene): boolean => {
  const { processes, limits } = scene.configuration;
  return processes.length - scene.state.files.filter(({ open }) => open).length < limits.deaths;
};

/** Letters that begin and end things. */
export const lives = {
  enter_looper: { says: 'BC_ENTER_LOOPER', byThread: bare('BC_ENTER_LOOPER', KIND.enter, 2) },
  register_looper: { says: 'BC_REGISTER_LOOPER', byThread: bare('BC_REGISTER_LOOPER', KIND.register, 1) },
  exit_looper: { says: 'BC_EXIT_LOOPER', byThread: bare('BC_EXIT_LOOPER', KIND.exit, 4) },
  thread_exit: {
    says: 'BINDER_THREAD_EXIT',
    byThread: (scene, { proc, thread, record }, offer) => {
      if (record !== undefined) offer(scene.calls.ioctl(proc, thread, 'BINDER_THREAD_EXIT', 0, () => ({})));
    },
  },
  max_threads: {
    says: 'one more thread is allowed',
    byThread: (scene, { proc, thread, file }, offer) => {
      if (file.maxThreads === 0)
        offer(scene.calls.ioctl(proc, thread, 'BINDER_SET_MAX_THREADS', 1, () => ({ value: 1 })));
    },
  },
  extended_error: {
    says: 'the reading of the extended error',
    byThread: (scene, { proc, thread, record }, offer) => {
      if (record !== undefined && record.error.id !== 0) {
        offer(scene.calls.ioctl(proc, thread, 'BINDER_GET_EXTENDED_ERROR', 0, () => ({})));
      }
    },
  },
  freeze: {
    says: 'freezing and thawing of another process',
    byThread: (scene, { proc, thread }, offer) => {
      for (const file of scene.state.files) {
        if (file.proc === proc) continue;
        const enable = file.frozen ? 0 : 1;
        const argument = () => ({ target: { proc: file.proc }, enable, timeoutMs: 0 });
        offer(scene.calls.ioctl(proc, thread, 'BINDER_FREEZE', file.proc * 2 + enable, argument));
      }
    },
  },
  poll: {
    says: 'poll',
    byThread: (scene, { proc, thread }, offer) =>
      offer(scene.calls.other(proc, thread, 1, () => ({ op: 'poll', id: THIS, proc, thread, fd: 0 }))),
  },
  signal: {
    says: 'a signal to a thread that sleeps',
    bySleeper: (scene, proc, thread, offer) =>
      offer(scene.calls.other(proc, thread, 2, () => ({ op: 'signal', id: THIS, proc, thread }))),
  },
  flush: {
    says: 'a flush of the descriptor',
    byThread: (scene, { proc, thread }, offer) =>
      offer(scene.calls.other(proc, thread, 3, () => ({ op: 'flush', id: THIS, proc, thread, fd: 0 }))),
  },
  exit_task: {
    says: 'the end of a native thread without BINDER_THREAD_EXIT',
    byThread: (scene, { proc, thread, record }, offer) => {
      if (record !== undefined) {
        offer(scene.calls.other(proc, thread, 4, () => ({ op: 'exit_task', id: THIS, proc, thread })));
      }
    },
  },
  kill: {
    says: 'the end of a process',
    byProcess: (scene, proc, offer) => {
      if (mayDie(scene)) offer(scene.calls.other(proc, 0, 5, () => ({ op: 'kill', id: THIS, proc })));
    },
  },
  unmap: {
    says: 'the end of a mapping',
    byThread: (scene, { proc, thread, file }, offer) => {
      if (file.arena.mapped > 0) {
        offer(scene.calls.other(proc, thread, 6, () => ({ op: 'munmap', id: THIS, proc, thread, fd: 0 })));
      }
    },
  },
  reclaim: {
    says: 'memory pressure',
    byProcess: (scene, proc, offer) => {
      if (proc === 0) offer(scene.calls.other(0, 0, 7, () => ({ op: 'reclaim', id: THIS })));
    },
  },
} as const satisfies Readonly<Record<string, LetterRule>>;
