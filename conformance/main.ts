/** The process: real streams, Ctrl-C, exit code. */
import colors from 'picocolors';
import { cli } from './cli.ts';
import { EXIT } from './exit.ts';

const interrupt = new AbortController();
process.on('SIGINT', () => {
  // The second Ctrl-C does not wait for the partial report.
  if (interrupt.signal.aborted) process.exit(EXIT.interrupted);
  interrupt.abort();
});
// A reader such as `head` that has seen enough is no error; the run goes on to its exit code.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await cli(process.argv.slice(2), {
  out: text => process.stdout.write(text),
  err: text => process.stderr.write(text),
  live: process.stderr,
  color: process.stdout.isTTY && colors.isColorSupported,
  interrupt: interrupt.signal,
});
