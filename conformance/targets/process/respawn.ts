/** Bringing a target back: the user's own command, before its adapter is started again. */
import { spawn } from 'node:child_process';
import { EnvironmentError } from '../../exit.ts';

/** A machine may have to boot. */
const MOST_MS = 10 * 60_000;
const MOST_TEXT = 400;

/** Runs a shell command to its end. Throws `EnvironmentError` when it fails or takes for ever. */
export const respawn = (command: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, { shell: true, stdio: ['ignore', 'ignore', 'pipe'], timeout: MOST_MS });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-MOST_TEXT);
    });
    child.on('error', error => reject(new EnvironmentError(`--respawn ${command}: ${error.message}`)));
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else {
        const how = signal ?? `exit code ${code}`;
        reject(new EnvironmentError(`--respawn ${command}: ${how}${said === '' ? '' : `: ${said.trim()}`}`));
      }
    });
  });
