/** Letters of references: counts, acknowledgements, death notifications. */
import type { State } from '../../../model/model.ts';
import { KIND, mute, type Actor, type LetterRule, type Offer, type Scene } from '../scene.ts';

const count =
  (bc: 'BC_ACQUIRE' | 'BC_INCREFS' | 'BC_RELEASE' | 'BC_DECREFS', kind: number) =>
  (scene: Scene, actor: Actor, offer: Offer): void => {
    if (mute(actor)) return;
    const { proc, thread, file } = actor;
    const { counts } = scene.configuration.limits;
    const up = bc === 'BC_ACQUIRE' || bc === 'BC_INCREFS';
    const strongly = bc === 'BC_ACQUIRE' || bc === 'BC_RELEASE';
    let zero = false;
    const one = (handle: number): void =>
      offer(scene.calls.write(proc, thread, kind, handle, 0, () => ({ bc, handle })));
    for (const ref of scene.state.refs) {
      if (ref.file !== file.key) continue;
      zero ||= ref.handle === 0;
      const has = strongly ? ref.strong : ref.weak;
      if (up ? has < counts && (!strongly || has > 0 || ref.handle === 0) : has > 0) one(ref.handle);
    }
    const { manager } = scene.state.devices[file.device] as State['devices'][number];
    if (up && !zero && manager !== 0 && scene.owner(manager) !== file.key) one(0);
  };

/** Letters that count, acknowledge and register. */
export const references = {
  acquire: { says: 'one more strong count', byThread: count('BC_ACQUIRE', KIND.acquire) },
  increfs: { says: 'one more weak count', byThread: count('BC_INCREFS', KIND.increfs) },
  release: { says: 'one strong count fewer', byThread: count('BC_RELEASE', KIND.release) },
  decrefs: { says: 'one weak count fewer', byThread: count('BC_DECREFS', KIND.decrefs) },
  ack: {
    says: 'the acknowledgement of BR_INCREFS and BR_ACQUIRE',
    serves: true,
    byThread: (scene, actor, offer) => {
      if (mute(actor)) return;
      const { proc, thread, file } = actor;
      for (const { owner, ptr, cookie, pendingStrong, pendingWeak } of scene.state.nodes) {
        if (owner !== file.key) continue;
        const at = ptr as number;
        if (pendingStrong) {
          offer(scene.calls.write(proc, thread, KIND.acquired, at, 0, () => ({ bc: 'BC_ACQUIRE_DONE', ptr, cookie })));
        }
        if (pendingWeak) {
          offer(scene.calls.write(proc, thread, KIND.increfed, at, 0, () => ({ bc: 'BC_INCREFS_DONE', ptr, cookie })));
        }
      }
    },
  },
  request_death: {
    says: 'a registration for the death of a node',
    byThread: (scene, actor, offer) => {
      if (mute(actor)) return;
      const waiting = (actor.record?.todo.length ?? 0) + actor.file.todo.length;
      if (waiting >= scene.configuration.limits.unread) return;
      for (const { file, handle, death } of scene.state.refs) {
        if (file !== actor.file.key || death !== null) continue;
        const { cookies } = scene.configuration;
        const [first, last] = cookies === undefined ? [handle + 1, handle + 1] : [1, cookies];
        for (let cookie = first; cookie <= last; cookie++) {
          offer(
            scene.calls.write(actor.proc, actor.thread, KIND.request, handle, cookie & 63, () => ({
              bc: 'BC_REQUEST_DEATH_NOTIFICATION',
              handle,
              cookie,
            })),
          );
        }
      }
    },
  },
  clear_death: {
    says: 'the end of a registration',
    byThread: (scene, actor, offer) => {
      if (mute(actor)) return;
      for (const { file, handle, death } of scene.state.refs) {
        if (file !== actor.file.key || death === null) continue;
        const { cookie } = death;
        offer(
          scene.calls.write(actor.proc, actor.thread, KIND.clear, handle, (cookie as number) & 63, () => ({
            bc: 'BC_CLEAR_DEATH_NOTIFICATION',
            handle,
            cookie,
          })),
        );
      }
    },
  },
  dead_done: {
    says: 'the acknowledgement of BR_DEAD_BINDER',
    serves: true,
    byThread: (scene, actor, offer) => {
      if (mute(actor)) return;
      let last = -1;
      for (const work of actor.file.delivered) {
        if (!('cookie' in work) || work.cookie === last) continue;
        const cookie = work.cookie as number;
        last = cookie;
        offer(
          scene.calls.write(actor.proc, actor.thread, KIND.done, cookie, 0, () => ({
            bc: 'BC_DEAD_BINDER_DONE',
            cookie,
          })),
        );
      }
    },
  },
} as const satisfies Readonly<Record<string, LetterRule>>;
