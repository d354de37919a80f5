/** The child process of an adapter: started by its command, ended in three steps. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { EnvironmentError, fileReason } from '../../exit.ts';
import { budgetOf, type Patience } from './budgets.ts';
import { LineReader } from './lines.ts';
import type { AdapterLog } from './log.ts';

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** How a process ended, in words. */
const ending = (code: number | null, signal: NodeJS.Signals | null): string =>
  signal === null ? `exit code ${code}` : signal;

export class AdapterProcess {
  readonly #child: Child;
  /** Settles with how it ended, once it has. */
  readonly ended: Promise<string>;

  private constructor(child: Child, log: AdapterLog) {
    this.#child = child;
    this.ended = new Promise(resolve => {
      child.on('exit', (code, signal) => resolve(ending(code, signal)));
      child.on('error', error => resolve(error.message));
    });
    const lines = new LineReader(
      line => log.add('stderr', line),
      () => log.add('stderr', '(a line without an end)'),
      1 << 20,
    );
    child.stderr.on('data', (chunk: Buffer) => lines.push(chunk));
    child.stderr.on('error', () => undefined);
  }

  /** Starts a command. Throws `EnvironmentError` when there is no such program. */
  static async start(command: readonly string[], log: AdapterLog): Promise<AdapterProcess> {
    const [program, ...args] = command as readonly [string, ...string[]];
    // A group of its own: Ctrl-C is for the runner, which ends the adapter when its report is written.
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    const started = new AdapterProcess(child, log);
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', error => reject(new EnvironmentError(`cannot start ${program}: ${fileReason(error)}`)));
    });
    process.once('exit', started.kill);
    return started;
  }

  get input(): Writable {
    return this.#child.stdin;
  }

  get output(): Readable {
    return this.#child.stdout;
  }

  /** Ends it at once, with what it started. */
  readonly kill = (): void => {
    this.#signal('SIGKILL');
  };

  /** Closes its input, asks it to end, makes it end: each after the shutdown budget. */
  async stop(patience: Patience): Promise<void> {
    const wait = budgetOf('shutdown', patience);
    this.#child.stdin.end();
    if (!(await this.#within(wait))) this.#signal('SIGTERM');
    if (!(await this.#within(wait))) this.kill();
    await this.ended;
    // Children of the wrapper that outlived it.
    this.kill();
    process.removeListener('exit', this.kill);
    this.#child.stdout.destroy();
    this.#child.stderr.destroy();
  }

  /** Ends it without asking. */
  async end(): Promise<void> {
    this.kill();
    await this.ended;
    process.removeListener('exit', this.kill);
    this.#child.stdout.destroy();
    this.#child.stderr.destroy();
  }

  async #within(ms: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>(resolve => {
      if (ms !== Infinity) timer = setTimeout(() => resolve(false), ms);
    });
    const inTime = await Promise.race([this.ended.then(() => true as const), late]);
    clearTimeout(timer);
    return inTime;
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // It is gone already.
    }
  }
}
