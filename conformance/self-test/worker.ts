/** A worker process of `self-test`: hunts one fault after the other, as it is told. */
import { faultNamed } from '../faults/all.ts';
import { hunt, type HuntOptions } from './hunt.ts';

/** One hunt to do. */
export interface Order {
  readonly id: string;
  readonly options: HuntOptions;
}

const stop = new AbortController();
// Ctrl-C reaches the whole group; the parent decides, so that what was caught is still told.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit(0));

process.on('message', ({ id, options }: Order) => {
  hunt(faultNamed(id), options, stop.signal).then(
    caught => process.send?.(caught),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      process.exit(1);
    },
  );
});
