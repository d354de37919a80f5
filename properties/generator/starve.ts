/** Processes that run out of descriptors. */
import type { CommandSpec, ObjectSpec } from '../../abi/op.ts';
import { READ_SIZE, type Draft } from './draft.ts';
import type { LiteFile, LiteProcess } from './lite.ts';
import { NO_SLOTS } from './lite-node.ts';
import { calm, take, way } from './peers.ts';

/** The process may get few more descriptors, or any number again. */
export const limitFds = (draft: Draft, process: LiteProcess): void => {
  const { dice } = draft;
  if (process.limited && dice.chance(60)) lift(draft, process);
  else limit(draft, process, dice.pick([0, 1, 1, 2, 5]));
};

const limit = (draft: Draft, process: LiteProcess, free: number): void => {
  draft.ops.push({ op: 'limit_fds', id: draft.id, proc: process.proc, free });
  process.limited = true;
};

/** The process may get any number of descriptors. */
export const lift = (draft: Draft, process: LiteProcess): void => {
  draft.ops.push({ op: 'limit_fds', id: draft.id, proc: process.proc });
  process.limited = false;
};

const descriptors = (count: number): ObjectSpec[] =>
  Array.from({ length: count }, (_, at) => ({ type: 'FD', at: at * 24, fd: { file: at } }));

/**
 * A reply and a call bring descriptors to a process that may have few (OBJ-26). The call is for a node that nobody else
 * holds, so that its end makes work for its owner in the same read (READ-35).
 */
export const starve = (draft: Draft, file: LiteFile, peer: LiteFile): void => {
  const { dice, model } = draft;
  const caller = calm(draft, file);
  const node = file.node(dice.below(4));
  if (caller === undefined || !peer.open) return;
  const wasKnown = node.announced;
  const size = 24;
  const target = way(file, peer);
  const called = draft.id;
  const object: ObjectSpec = { type: 'BINDER', at: 0, flags: 0x100, ptr: node.ptr, cookie: node.cookie };
  if (!wasKnown) node.takesFds = true;
  const to = target?.node ?? model.managers[file.device];
  model.send(caller, called, 0, to, 0x10, size, [{ node, strong: true }]);
  const code = 1;
  const message = { size, objects: [object] };
  const handle = target === undefined ? 0 : draft.handle(target);
  draft.writeRead(caller, [{ bc: 'BC_TRANSACTION', target: handle, code, flags: 0x10, message }], undefined);
  limit(draft, file.process, dice.pick([0, 0, 1, 1, 2]));
  const server = calm(draft, peer);
  if (server === undefined) return;
  take(draft, server);
  const request = server.top;
  if (request === undefined || request.of !== called) return;
  const objects = descriptors(dice.between(1, 2));
  model.reply(server, draft.id, 0, 0, objects.length * 24, NO_SLOTS, true);
  const answer: CommandSpec = { bc: 'BC_REPLY', code: 0, flags: 0, message: { size: objects.length * 24, objects } };
  draft.writeRead(server, [answer], undefined);
  draft.writeRead(caller, undefined, READ_SIZE);
  if (node.owes !== 0) {
    const { ptr, cookie } = node;
    draft.writeRead(
      caller,
      [
        { bc: 'BC_INCREFS_DONE', ptr, cookie },
        { bc: 'BC_ACQUIRE_DONE', ptr, cookie },
      ],
      undefined,
    );
    node.owes = 0;
  }
  const flags = dice.pick([0, 0, 1, 0x20]);
  const more = descriptors(dice.between(1, 2));
  const back = { of: called };
  model.send(server, draft.id, 0, node, flags, more.length * 24, NO_SLOTS);
  const call: CommandSpec = {
    ...{ bc: 'BC_TRANSACTION', target: back, code, flags },
    message: { size: more.length * 24, objects: more },
  };
  const release: CommandSpec = { bc: 'BC_FREE_BUFFER', buffer: draft.buffer(request) };
  if (dice.chance(70)) model.free(peer, request);
  draft.writeRead(server, peer.buffers.includes(request) ? [call] : [call, release], undefined);
  const reader = calm(draft, file);
  if (reader !== undefined && (file.inbox.length > 0 || file.nonblock)) draft.writeRead(reader, undefined, READ_SIZE);
  if (dice.chance(70)) lift(draft, file.process);
};
