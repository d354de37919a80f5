/**
 * Records with some fields changed: a new record, the old one as it was.
 *
 * Every field is written out because that is several times faster than spreading, and this is what a step does most.
 * No other place makes a record from another one: all records of a kind then look the same to the engine.
 */
import type { Arena, Buffer, File, Node, Ref, Region, Task, Thread, Transaction } from './state.ts';

/** A record of which some fields are given. */
type Changed<Item> = (item: Item, change: Partial<Item>) => Item;

const over = <Item extends object>(copy: Item, change: Partial<Item>): Item => {
  for (const field in change) copy[field] = change[field] as Item[Extract<keyof Item, string>];
  return copy;
};

export const withFile: Changed<File> = (o, change) =>
  over<File>(
    {
      key: o.key,
      proc: o.proc,
      fd: o.fd,
      device: o.device,
      open: o.open,
      nonblock: o.nonblock,
      readonly: o.readonly,
      defaultNice: o.defaultNice,
      todo: o.todo,
      delivered: o.delivered,
      waiting: o.waiting,
      maxThreads: o.maxThreads,
      requested: o.requested,
      started: o.started,
      frozen: o.frozen,
      syncRecv: o.syncRecv,
      asyncRecv: o.asyncRecv,
      outstanding: o.outstanding,
      spamDetection: o.spamDetection,
      arena: o.arena,
    },
    change,
  );

export const withTask: Changed<Task> = (o, change) =>
  over<Task>(
    {
      proc: o.proc,
      alive: o.alive,
      euid: o.euid,
      ended: o.ended,
      nice: o.nice,
      fds: o.fds,
      fdLimit: o.fdLimit,
      held: o.held,
    },
    change,
  );

export const withThread: Changed<Thread> = (o, change) =>
  over<Thread>(
    {
      key: o.key,
      looper: o.looper,
      needReturn: o.needReturn,
      stack: o.stack,
      todo: o.todo,
      processTodo: o.processTodo,
      returnError: o.returnError,
      replyError: o.replyError,
      error: o.error,
    },
    change,
  );

export const withNode: Changed<Node> = (o, change) =>
  over<Node>(
    {
      id: o.id,
      owner: o.owner,
      ptr: o.ptr,
      cookie: o.cookie,
      minPriority: o.minPriority,
      acceptFds: o.acceptFds,
      securityContext: o.securityContext,
      internalStrong: o.internalStrong,
      localStrong: o.localStrong,
      localWeak: o.localWeak,
      hasStrong: o.hasStrong,
      hasWeak: o.hasWeak,
      pendingStrong: o.pendingStrong,
      pendingWeak: o.pendingWeak,
      queued: o.queued,
      hasAsync: o.hasAsync,
      asyncTodo: o.asyncTodo,
      refs: o.refs,
    },
    change,
  );

export const withRef: Changed<Ref> = (o, change) =>
  over<Ref>(
    {
      id: o.id,
      file: o.file,
      handle: o.handle,
      node: o.node,
      strong: o.strong,
      weak: o.weak,
      death: o.death,
    },
    change,
  );

export const withTransaction: Changed<Transaction> = (o, change) =>
  over<Transaction>(
    {
      id: o.id,
      origin: o.origin,
      reply: o.reply,
      from: o.from,
      fromParent: o.fromParent,
      to: o.to,
      toThread: o.toThread,
      toParent: o.toParent,
      code: o.code,
      flags: o.flags,
      needsReply: o.needsReply,
      euid: o.euid,
      sender: o.sender,
      nice: o.nice,
      savedNice: o.savedNice,
      buffer: o.buffer,
      targetNode: o.targetNode,
      payload: o.payload,
    },
    change,
  );

export const withArena: Changed<Arena> = (o, change) =>
  over<Arena>(
    {
      size: o.size,
      live: o.live,
      readable: o.readable,
      mapped: o.mapped,
      gone: o.gone,
      regions: o.regions,
      freeAsync: o.freeAsync,
      spamDetected: o.spamDetected,
      nextFreed: o.nextFreed,
      populated: o.populated,
      hidden: o.hidden,
      highWatermark: o.highWatermark,
      spans: o.spans,
    },
    change,
  );

export const withRegion: Changed<Region> = (o, change) =>
  over<Region>(
    {
      offset: o.offset,
      size: o.size,
      freed: o.freed,
      buffer: o.buffer,
    },
    change,
  );

export const withBuffer: Changed<Buffer> = (o, change) =>
  over<Buffer>(
    {
      id: o.id,
      dataSize: o.dataSize,
      offsetsSize: o.offsetsSize,
      extraSize: o.extraSize,
      async: o.async,
      clearOnFree: o.clearOnFree,
      userMayFree: o.userMayFree,
      sender: o.sender,
      transaction: o.transaction,
      targetNode: o.targetNode,
      held: o.held,
    },
    change,
  );
