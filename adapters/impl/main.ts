/**
 * The optimised driver behind the adapter protocol: `node dist/adapters/impl/main.js`; with a seeded fault:
 * `--fault ID`.
 *
 * It is what an adapter of a driver in one's own process looks like, and the yardstick for what the protocol costs.
 */
import { LineReader } from '../../conformance/targets/process/lines.ts';
import { Server } from './serve.ts';
import { serviceFrom } from './service.ts';

/** Answers that are long enough to be sent while others are still made. */
const MUCH = 1 << 16;

const server = new Server(await serviceFrom(process.argv.slice(2)));
let out = '';

const send = (): void => {
  if (out !== '') process.stdout.write(out);
  out = '';
};
const lines = new LineReader(
  line => {
    if (line.trim() === '') return;
    out += `${server.answer(line)}\n`;
    if (out.length > MUCH) send();
  },
  () => process.exit(1),
  Infinity,
);

process.stdin.on('data', (chunk: Buffer) => {
  lines.push(chunk);
  // The answers to all that arrived together leave together.
  send();
  if (server.over) process.stdin.destroy();
});
