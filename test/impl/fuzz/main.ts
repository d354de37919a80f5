/** `npm run fuzz -- [--buffers N] [--seed N]`: raw bytes against the optimised driver, bounded in count. */
import { parseArgs } from 'node:util';
import { runFuzz } from './fuzz.ts';

const { values } = parseArgs({
  options: { buffers: { type: 'string', default: '5000000' }, seed: { type: 'string', default: '1' } },
});
const buffers = Number(values.buffers);
const seed = Number(values.seed);
const before = process.memoryUsage().heapUsed;
const started = performance.now();
let told = started;
const result = runFuzz({
  buffers,
  seed,
  onWorld: ({ buffers: done, worlds }) => {
    if (performance.now() - told < 5000) return;
    told = performance.now();
    process.stderr.write(`${done} buffers, ${worlds} worlds\n`);
  },
});
const seconds = (performance.now() - started) / 1000;
const grown = (process.memoryUsage().heapUsed - before) / (1 << 20);
const answers = [...result.results].sort(([a], [b]) => b - a).map(([answer, count]) => `${answer}: ${count}`);
process.stdout.write(
  [
    `seed ${seed}: ${result.buffers} write buffers in ${result.worlds} worlds, ${result.others} other calls, ${result.slept} sleeps in epoll ended`,
    `${result.commands} commands, ${result.returns} returns, ${result.checks} checks, at most ${result.most} live objects`,
    `answers ${answers.join(', ')}`,
    `${seconds.toFixed(1)} s, ${Math.round(result.buffers / seconds)} buffers/s, heap ${grown.toFixed(1)} MiB larger`,
    result.failure === undefined
      ? 'nothing was thrown, every structure and invariant held, nothing was left'
      : `world ${result.failure.world}, buffer ${result.failure.buffer}: ${result.failure.what}`,
    '',
  ].join('\n'),
);
process.exitCode = result.failure === undefined ? 0 : 1;
