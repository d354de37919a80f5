/** An agent behind a command of the user's: `ssh host ./agent --stdio`, `adb shell …`, `docker run -i …`. */
import { spawn, type ChildProcess } from 'node:child_process';
import { Duplex, type Readable } from 'node:stream';
import { AgentClient, type Greeting } from './agent.ts';
import { EnvironmentError } from './errors.ts';
import type { AgentHost } from './host.ts';
import { Preamble } from './preamble.ts';
import type { Result, RunOptions } from './wire.ts';

/** How long the agent may take to greet: the command may have to start a machine first. */
const GREETING_MS = 120_000;
/** How long a command may take to end when its input has ended. */
const ENDING_MS = 2_000;
const KEPT = 4_000;
const FIX = 'see docs/linux-agent.md.';

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** The stream of a child process, from behind the mark that the agent writes first. */
const streamOf = async (child: ChildProcess & { readonly stdout: Readable }, preamble: Preamble): Promise<Duplex> => {
  await new Promise<void>((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      const rest = preamble.push(chunk);
      if (rest === undefined) return;
      child.stdout.off('data', hear).pause();
      if (typeof rest === 'string') {
        reject(new EnvironmentError(rest, FIX));
        return;
      }
      if (rest.length > 0) child.stdout.unshift(rest);
      resolve();
    };
    child.stdout.on('data', hear);
  });
  return Duplex.from({ readable: child.stdout, writable: child.stdin });
};

/** One command; started again, it is another process. */
export class AgentCommand implements AgentHost {
  readonly #command: readonly string[];
  readonly #greetingMs: number;
  #child: ChildProcess | undefined;
  #client: AgentClient | undefined;
  #said = '';

  constructor(command: readonly string[], greetingMs = GREETING_MS) {
    this.#command = command;
    this.#greetingMs = greetingMs;
  }

  get version(): string {
    return `agent behind ${this.#command.join(' ')}`;
  }

  async start(): Promise<Greeting> {
    if (this.#client !== undefined) return this.#client.ready;
    const [program = '', ...args] = this.#command;
    this.#said = '';
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child = child;
    running.add(child);
    child.stderr.on('data', (chunk: Buffer) => {
      this.#said = (this.#said + chunk.toString('utf8')).slice(-KEPT);
    });
    // What was being written when it died is told as its death.
    child.stdin.on('error', () => undefined);
    child.once('exit', () => running.delete(child));
    const preamble = new Preamble();
    let timer: NodeJS.Timeout | undefined;
    try {
      const trouble = new Promise<never>((_, reject) => {
        const stop = (why: string): void =>
          reject(new EnvironmentError(`${this.version}: ${why}.${this.#lines()}`, FIX));
        child.once('error', error => stop(error.message));
        child.once('close', (code, signal) =>
          stop(`it ended with ${signal ?? `exit code ${code}`} before the agent greeted; ${preamble.heard}`),
        );
        timer = setTimeout(() => stop(`no greeting within ${this.#greetingMs} ms`), this.#greetingMs);
      });
      return await Promise.race([this.#greeted(child, preamble), trouble]);
    } catch (error) {
      await this.stop();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  run(slot: number, program: Uint8Array, options?: RunOptions): Promise<Result> {
    if (this.#client === undefined) return Promise.reject(new Error('the agent is not started'));
    return this.#client.run(slot, program, options);
  }

  async stop(): Promise<void> {
    const child = this.#child;
    const client = this.#client;
    this.#child = this.#client = undefined;
    if (child !== undefined && child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
      const gone = new Promise(resolve => child.once('exit', resolve));
      // An agent whose input ends takes its processes with it.
      child.stdin?.end();
      const timer = setTimeout(() => child.kill('SIGKILL'), ENDING_MS);
      await gone;
      clearTimeout(timer);
    }
    client?.fail('it was stopped', this.#said);
  }

  crash(): void {
    this.#child?.kill('SIGKILL');
  }

  async restart(): Promise<Greeting> {
    await this.stop();
    return this.start();
  }

  async #greeted(child: ChildProcess & { readonly stdout: Readable }, preamble: Preamble): Promise<Greeting> {
    const client = new AgentClient(await streamOf(child, preamble));
    this.#client = client;
    child.once('exit', () => client.fail(`the command ended.${this.#lines()}`, this.#said));
    return client.ready;
  }

  #lines(): string {
    const lines = this.#said.trim().split('\n').slice(-5).join('\n');
    return lines === '' ? '' : `\n${lines}\n`;
  }
}
