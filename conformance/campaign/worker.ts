/** A worker process: one share, told to the parent as it goes. */
import type { Share } from './plan.ts';
import { runShare } from './share.ts';

const stop = new AbortController();
// Ctrl-C reaches the whole group; the parent decides, so that what was counted is still told.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit(0));

process.on('message', (message: Share | 'stop') => {
  if (message === 'stop') {
    stop.abort();
    return;
  }
  runShare(message, news => process.send?.(news), stop.signal).then(
    () => process.disconnect(),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      process.exit(1);
    },
  );
});
