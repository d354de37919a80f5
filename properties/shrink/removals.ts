/** Passes that take away: processes, threads, ops, commands, objects. */
import type { CommandSpec, MessageSpec, Op } from '../../abi/op.ts';
import { mapReferences, producersOf, withoutCommand } from './edit.ts';
import { isSetup, isWriteRead, processes, procOf, threadOf, threads, withWrite, type Pass } from './pass.ts';

/** Only what is open, and the last few ops with what they refer to: most bugs need no more. */
export const keepRecent: Pass = {
  name: 'keep recent',
  *candidates(ops, from) {
    const others = ops.filter(op => !isSetup(op));
    for (let at = from.at; 2 ** at < others.length * 0.75; at++) {
      const kept = new Set<number>(others.slice(-(2 ** at)).map(({ id }) => id));
      for (let index = ops.length - 1; index >= 0; index--) {
        const op = ops[index] as Op;
        if (kept.has(op.id)) for (const of of producersOf(op)) kept.add(of);
      }
      yield { ops: ops.filter(op => isSetup(op) || kept.has(op.id)), position: { at: 64 } };
    }
  },
};

/** Whole processes go. */
export const dropProcesses: Pass = {
  name: 'drop processes',
  *candidates(ops, from) {
    const all = processes(ops);
    for (let at = from.at; at < all.length; at++)
      yield { ops: ops.filter(op => procOf(op) !== all[at]), position: { at } };
  },
};

/** Whole threads go. */
export const dropThreads: Pass = {
  name: 'drop threads',
  *candidates(ops, from) {
    const all = threads(ops);
    for (let at = from.at; at < all.length; at++) {
      const next = ops.filter(op => `${procOf(op)} ${threadOf(op)}` !== all[at]);
      yield { ops: next, position: { at }, edit: `drop thread ${all[at]}` };
    }
  },
};

/** Chunks of one size go, the last ones first: consequences before causes. */
export const dropChunks = (chunk: number): Pass => ({
  name: `drop ${chunk}`,
  *candidates(ops, from) {
    for (let at = from.at; at < ops.length; at += chunk) {
      const end = ops.length - at;
      const start = Math.max(0, end - chunk);
      if (start === 0 && end === ops.length) continue;
      const next = { ops: [...ops.slice(0, start), ...ops.slice(end)], position: { at } };
      yield chunk === 1 ? { ...next, edit: `drop ${ops[start]?.id}` } : next;
    }
  },
});

/** Single commands go from write buffers. */
export const dropCommands: Pass = {
  name: 'drop commands',
  *candidates(ops, from) {
    let place = -1;
    for (let at = ops.length - 1; at >= 0; at--) {
      const op = ops[at];
      if (!isWriteRead(op) || op.write === undefined || (op.write.length < 2 && op.read === undefined)) continue;
      for (let index = op.write.length - 1; index >= 0; index--) {
        if (++place < from.at) continue;
        const edit = `drop from ${op.id} ${JSON.stringify(op.write[index])}`;
        yield { ops: withoutCommand(ops, at, index), position: { at: place }, edit };
      }
    }
  },
};

const messageIn = (command: CommandSpec): MessageSpec | undefined =>
  'message' in command ? command.message : undefined;

/** The message without one object; parents named by slot move along. */
const withoutObject = (message: MessageSpec, gone: number): MessageSpec => {
  const { objects = [], ...rest } = message;
  const kept = objects
    .filter((_, slot) => slot !== gone)
    .map(object =>
      (object.type === 'PTR' || object.type === 'FDA') && typeof object.parent === 'number' && object.parent > gone
        ? { ...object, parent: object.parent - 1 }
        : object,
    );
  return kept.length === 0 ? rest : { ...rest, objects: kept };
};

/** Single objects go from messages. References to later slots of the message move along. */
export const dropObjects: Pass = {
  name: 'drop objects',
  *candidates(ops, from) {
    let place = -1;
    for (let at = ops.length - 1; at >= 0; at--) {
      const op = ops[at];
      if (!isWriteRead(op)) continue;
      for (const [index, command] of (op.write ?? []).entries()) {
        const message = messageIn(command);
        for (let slot = (message?.objects?.length ?? 0) - 1; slot >= 0; slot--) {
          if (++place < from.at) continue;
          const next = { ...command, message: withoutObject(message as MessageSpec, slot) } as CommandSpec;
          const shifted = withWrite(ops, at, index, next).map(each =>
            mapReferences(each, ref => {
              const own = ref as { of: number; cmd?: number; slot?: number };
              if (own.of !== op.id || (own.cmd ?? 0) !== index || (own.slot ?? 0) <= slot) return ref;
              return { ...own, slot: (own.slot as number) - 1 };
            }),
          );
          const edit = `drop from ${op.id} ${JSON.stringify(message?.objects?.[slot])}`;
          yield { ops: shifted, position: { at: place }, edit };
        }
      }
    }
  },
};
