/** A worker process of `self-test`: hunts one fault after the other, as it is told. */
import { faultNamed } from '../faults/all.ts';
import { hunt, type Catch, type HuntOptions } from './hunt.ts';

/** One hunt to do. */
export interface Order {
  readonly id: string;
  readonly options: HuntOptions;
}

/** What a worker says: the fault as it was first seen, then the end of the hunt. */
export type Word = { readonly first: Catch } | { readonly caught: Catch };

const stop = new AbortController();
// Ctrl-C reaches the whole group; the parent decides, so that what was caught is still told.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit(0));

process.on('message', ({ id, options }: Order) => {
  const seen = (first: Catch): void => void process.send?.({ first } satisfies Word);
  hunt(faultNamed(id), options, stop.signal, seen).then(
    caught => process.send?.({ caught } satisfies Word),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      process.exit(1);
    },
  );
});
