/** Nodes with the refs to them, from the numbers of a row. */
import { NO_THREAD } from '../state.ts';
import { takeFile, takeTransaction, threadOfNumber, type Unpacking } from './reading.ts';
import { DEATH_AT } from './row.ts';

/** Node number `id` of so many: ids of refs follow those of the nodes. */
export const readNode = (u: Unpacking, id: number, nodes: number): void => {
  const from = u.from;
  const owner = takeFile(u);
  const ptr = from.take();
  const cookie = from.take();
  const flags = from.take();
  const wants = from.take();
  const internalStrong = from.take();
  const localStrong = from.take();
  const localWeak = from.take();
  const queued = from.take();
  const asyncTodo: number[] = [];
  if ((flags & 4) !== 0) for (let left = from.take(); left > 0; left--) asyncTodo.push(takeTransaction(u));
  const refs: number[] = [];
  const count = from.take();
  const first = nodes + u.refs.length + 1;
  for (let at = 0; at < count; at++) refs.push(readRef(u, first + count - 1 - at, id));
  u.nodes.push({
    id,
    owner,
    ptr,
    cookie,
    minPriority: wants >>> 2,
    acceptFds: (wants & 1) !== 0,
    securityContext: (wants & 2) !== 0,
    internalStrong,
    localStrong,
    localWeak,
    hasStrong: (flags & 1) !== 0,
    hasWeak: (flags & 2) !== 0,
    pendingStrong: (flags & 8) !== 0,
    pendingWeak: (flags & 16) !== 0,
    queued: queued === 0 ? null : queued === 1 ? NO_THREAD : threadOfNumber(u, queued - 1),
    hasAsync: (flags & 4) !== 0,
    asyncTodo,
    refs,
  });
};

const readRef = (u: Unpacking, id: number, node: number): number => {
  const from = u.from;
  const file = takeFile(u);
  const handle = from.take();
  const strong = from.take();
  const weak = from.take();
  const at = from.take();
  const death = at === 0 ? null : { at: DEATH_AT[at - 1] as (typeof DEATH_AT)[number], cookie: from.take() };
  u.refs.push({ id, file, handle, node, strong, weak, death });
  return id;
};
