/** Running the system's own tools, with errors that name what is missing. */
import { spawnSync } from 'node:child_process';

/** Set-up cannot go on: a sentence that names what is missing and what to do about it. */
export class SetupError extends Error {
  override readonly name = 'SetupError';
}

/** Runs a command and answers what it printed; a failure becomes a `SetupError` with its last lines. */
export const run = (command: string, args: readonly string[], options: { readonly cwd?: string } = {}): string => {
  const done = spawnSync(command, [...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  if (done.error !== undefined) throw new SetupError(`\`${command}\` cannot be run: ${done.error.message}`);
  if (done.status !== 0) {
    const said = `${done.stdout}\n${done.stderr}`.trim().split('\n').slice(-6).join('\n');
    throw new SetupError(`\`${command} ${args.join(' ')}\` failed:\n${said}`);
  }
  return done.stdout;
};

/** Whether a program of this name can be found. */
export const exists = (command: string): boolean => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;
