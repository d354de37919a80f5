/** Letters of messages: calls, what they carry, answers, reads and frees. */
import { FLAT_BINDER_FLAG_ACCEPTS_FDS, TF_ACCEPT_FDS, TF_ONE_WAY } from '../../../abi/constants.ts';
import type { State } from '../../../model/model.ts';
import { messageOf, type Cargo } from '../calls.ts';
import type { Configuration } from '../configuration.ts';
import { KIND, mute, serves, type Actor, type LetterRule, type Offer, type Scene } from '../scene.ts';

/** Handles that a process can call: those that it holds strongly, and 0 while there is a manager. */
const targets = (scene: Scene, { file, proc }: Actor): readonly { handle: number; owner: number }[] => {
  const found: { handle: number; owner: number }[] = [];
  const { manager } = scene.state.devices[file.device] as State['devices'][number];
  const owner = manager === 0 ? -1 : scene.owner(manager);
  if (manager !== 0 && scene.state.files.find(({ key }) => key === owner)?.proc !== proc)
    found.push({ handle: 0, owner });
  for (const ref of scene.state.refs) {
    if (ref.file === file.key && ref.handle !== 0 && ref.strong > 0) {
      found.push({ handle: ref.handle, owner: scene.owner(ref.node) });
    }
  }
  return found;
};

/** What a process may send: every size, each node that it may offer, each handle that it holds. Numbers below 64. */
const eachCargo = (scene: Scene, { file }: Actor, offer: (number: number, cargo: Cargo) => void): void => {
  const { sizes, processes, alphabet } = scene.configuration;
  sizes.forEach((size, at) => offer(at, { size }));
  const weak = alphabet.includes('send_weak');
  const fds = alphabet.includes('send_fd');
  const flags = fds ? FLAT_BINDER_FLAG_ACCEPTS_FDS : 0;
  if (fds && scene.mayPassFd) offer(16, { file: 0 });
  if (alphabet.includes('send_node')) {
    const { nodes } = processes[file.proc] as Configuration['processes'][number];
    for (let ptr = 1; ptr <= nodes; ptr++) {
      offer(16 + ptr, { node: ptr, flags });
      if (weak) offer(24 + ptr, { node: ptr, weak, flags });
    }
  }
  if (!alphabet.includes('send_handle')) return;
  for (const { file: holder, handle, strong } of scene.state.refs) {
    if (holder !== file.key || handle > 15) continue;
    if (strong > 0) offer(32 + handle, { handle });
    if (weak) offer(48 + handle, { handle, weak });
  }
};

const send =
  (oneway: boolean) =>
  (scene: Scene, actor: Actor, offer: Offer): void => {
    if (!scene.mayStart || mute(actor)) return;
    const { proc, thread, record } = actor;
    if ((record?.todo.length ?? 0) >= scene.configuration.limits.unread) return;
    if (!oneway && record !== undefined && record.stack !== 0 && !serves(scene, actor)) return;
    // The answer will need a place, too.
    if (!oneway && !scene.hasSpace(actor.file.key)) return;
    const accepts = scene.configuration.alphabet.includes('send_fd') ? TF_ACCEPT_FDS : 0;
    for (const { handle, owner } of targets(scene, actor)) {
      if (!scene.hasSpace(owner)) continue;
      eachCargo(scene, actor, (number, cargo) => {
        offer(
          scene.calls.write(proc, thread, oneway ? KIND.oneway : KIND.call, handle, number, () => ({
            bc: 'BC_TRANSACTION',
            target: handle,
            code: 0,
            flags: oneway ? TF_ONE_WAY : accepts,
            message: messageOf(cargo),
          })),
        );
      });
    }
  };

const withRead =
  (kind: 'normal' | 'tiny' | 'faulting') =>
  (scene: Scene, { proc, thread }: Actor, offer: Offer): void =>
    offer(scene.calls.read(proc, thread, kind));

/** Letters that send, read and free. */
export const messages = {
  call: { says: 'a synchronous call', byThread: send(false) },
  oneway: { says: 'a oneway call', byThread: send(true) },
  send_node: { says: 'messages may carry a node of the sender' },
  send_handle: { says: 'messages may carry a handle of the sender' },
  send_fd: {
    says: 'messages may carry a descriptor of the sender; nodes and answers accept them, the manager does not',
  },
  send_weak: { says: 'objects in messages may be weak' },
  reply: {
    says: 'an answer to the call that the thread serves',
    serves: true,
    byThread: (scene, actor, offer) => {
      if (mute(actor) || actor.record === undefined || actor.record.stack === 0 || !serves(scene, actor)) return;
      eachCargo(scene, actor, (number, cargo) =>
        offer(
          scene.calls.write(actor.proc, actor.thread, KIND.reply, 0, number, () => ({
            bc: 'BC_REPLY',
            code: 0,
            flags: 0,
            message: messageOf(cargo),
          })),
        ),
      );
    },
  },
  read: { says: 'a read that may wait', serves: true, byThread: withRead('normal') },
  read_tiny: { says: 'a read with room for four bytes', byThread: withRead('tiny') },
  read_faulting: { says: 'a read whose buffer ends after eight bytes', byThread: withRead('faulting') },
  free: {
    says: 'the freeing of a buffer that was delivered',
    serves: true,
    byThread: (scene, actor, offer) => {
      if (mute(actor)) return;
      for (const { offset, buffer } of actor.file.arena.regions) {
        if (buffer?.userMayFree !== true) continue;
        offer(
          scene.calls.write(actor.proc, actor.thread, KIND.free, offset, 0, () => ({
            bc: 'BC_FREE_BUFFER',
            buffer: offset,
          })),
        );
      }
    },
  },
} as const satisfies Readonly<Record<string, LetterRule>>;
