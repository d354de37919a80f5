/**
 * The optimised driver behind the adapter protocol: `node dist/adapters/impl/main.js`.
 *
 * It is what an adapter of a driver in one's own process looks like, and the yardstick for what the protocol costs.
 */
import { Server } from './serve.ts';
import { serviceFrom } from './service.ts';

const server = new Server(await serviceFrom(process.argv.slice(2)));
let rest = '';

process.stdin.setEncoding('utf8');
process.stdin.on('data', (text: string) => {
  const lines = (rest + text).split('\n');
  rest = lines.pop() as string;
  // The answers to all that arrived together leave together.
  let out = '';
  for (const line of lines) {
    if (line.trim() !== '') out += `${server.answer(line)}\n`;
    if (out.length > 1 << 16) {
      process.stdout.write(out);
      out = '';
    }
  }
  if (out !== '') process.stdout.write(out);
  if (server.over) process.stdin.destroy();
});
