/** The virtual machine that runs Debian's kernel with the agent as its only program. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentDigest } from '../../../adapters/linux/image.ts';
import { paths, readStamp } from '../../../adapters/linux/layout.ts';
import { AgentClient, type Greeting } from './agent.ts';
import { EnvironmentError } from './errors.ts';
import type { AgentHost } from './host.ts';
import type { Result, RunOptions } from './wire.ts';

/** How the machine is built. */
export interface MachineOptions {
  /** Binder devices, each a context of its own; 32 unless told. */
  readonly devices?: number;
  readonly processors?: number;
  readonly memoryMb?: number;
  /** Hardware acceleration; software emulation unless told. */
  readonly kvm?: boolean;
  readonly bootTimeoutMs?: number;
}

const FIX = 'npm run linux:setup';
const CONSOLE_LIMIT = 20_000;

const checkEnvironment = (): void => {
  if (spawnSync('sh', ['-c', `command -v ${QEMU}`]).status !== 0)
    throw new EnvironmentError(`${QEMU} is not installed.`, FIX);
  if (!existsSync(paths.kernel)) throw new EnvironmentError('The kernel has not been fetched.', FIX);
  if (!existsSync(paths.initramfs)) throw new EnvironmentError('The agent has not been built.', FIX);
  if (readStamp()?.agent !== agentDigest())
    throw new EnvironmentError('The agent was built from other sources than those of this checkout.', FIX);
};

/**
 * A system call goes on until it returns or sleeps: with any other preemption, a thread that one command of a write wakes may
 * read before the next command of that write is performed, and the specification performs whole calls.
 */
const WHOLE_CALLS = 'preempt=none';

const kernelCommandLine = (devices: number): string => {
  const names = Array.from({ length: devices }, (_, i) => `binder${i}`).join(',');
  return [
    WHOLE_CALLS,
    'console=ttyS0 quiet loglevel=4 panic=-1 no_hash_pointers mitigations=off nokaslr audit=0 nowatchdog rcupdate.rcu_expedited=1',
    `PARAM_binder_linux="devices=${names} debug_mask=0"`,
  ].join(' ');
};

/** The program that runs the machine. */
export const QEMU = 'qemu-system-x86_64';

/** Its arguments, but for the other end of the channel: a character device with the id `agent`. */
export const machineArguments = (
  options: MachineOptions & { readonly devices: number; readonly initramfs: string },
): readonly string[] => {
  const { processors = 2, memoryMb = 1024, kvm = false, devices, initramfs } = options;
  const accelerator = kvm ? ['-accel', 'kvm', '-cpu', 'host'] : ['-accel', 'tcg,thread=multi', '-cpu', 'qemu64'];
  return [
    ...['-machine', 'q35', ...accelerator, '-m', String(memoryMb), '-smp', String(processors)],
    ...['-display', 'none', '-nodefaults', '-serial', 'stdio', '-no-reboot'],
    ...['-kernel', paths.kernel, '-initrd', initramfs, '-append', kernelCommandLine(devices)],
    ...['-device', 'virtio-serial-pci', '-device', 'virtserialport,chardev=agent,name=agent'],
  ];
};

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** One machine; `start` boots it, `run` performs programs on its slots. */
export class Machine implements AgentHost {
  private readonly options: MachineOptions;
  private child: ChildProcess | undefined;
  private client: AgentClient | undefined;
  private consoleText = '';

  constructor(options: MachineOptions = {}) {
    this.options = options;
  }

  /** Version of the kernel package, for reports. */
  get version(): string {
    const stamp = readStamp();
    return `${stamp?.package ?? 'unknown'} ${stamp?.packageVersion ?? ''}`.trim();
  }

  /** Number of binder devices. */
  get devices(): number {
    return this.options.devices ?? 32;
  }

  /** What the machine's console said last. */
  get console(): string {
    return this.consoleText;
  }

  /** Boots and waits for the agent's greeting. */
  async start(): Promise<Greeting> {
    if (this.client !== undefined) return this.client.ready;
    checkEnvironment();
    const folder = mkdtempSync(join(tmpdir(), 'binder-spec-'));
    this.consoleText = '';
    const socketPath = join(folder, 'agent');
    const { server, connected } = await listen(socketPath);
    const child = this.spawnMachine(socketPath);
    const timeout = this.options.bootTimeoutMs ?? 60_000;
    let timer: NodeJS.Timeout | undefined;
    try {
      const trouble = new Promise<never>((_, reject) => {
        const stop = (reason: string): void =>
          reject(new EnvironmentError(`The Linux machine did not come up: ${reason}.${this.lastLines()}`, FIX));
        child.once('error', error => stop(error.message));
        child.once('exit', code => stop(`${QEMU} ended with ${code ?? 'a signal'}`));
        timer = setTimeout(() => stop(`no greeting within ${timeout} ms`), timeout);
      });
      const boot = (async (): Promise<Greeting> => {
        const client = new AgentClient(await connected);
        this.client = client;
        child.once('exit', () => client.fail(`${QEMU} ended.${this.lastLines()}`, this.consoleText));
        return client.ready;
      })();
      boot.catch(() => undefined);
      return await Promise.race([boot, trouble]);
    } catch (error) {
      await this.stop();
      throw error;
    } finally {
      clearTimeout(timer);
      server.close();
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** Runs a program on a slot. */
  run(slot: number, program: Uint8Array, options?: RunOptions): Promise<Result> {
    if (this.client === undefined) return Promise.reject(new Error('the machine is not started'));
    return this.client.run(slot, program, options);
  }

  /** Stops the machine; safe to call at any time. */
  async stop(): Promise<void> {
    const { child, client } = this;
    this.client = this.child = undefined;
    client?.fail('it was stopped', this.consoleText);
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const gone = new Promise(resolve => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
    }
  }

  /** Ends the machine without telling anyone, as a crash would. */
  crash(): void {
    this.child?.kill('SIGKILL');
  }

  /** Stops and boots again. */
  async restart(): Promise<Greeting> {
    await this.stop();
    return this.start();
  }

  private lastLines(): string {
    const lines = this.consoleText.trim().split('\n').slice(-5).join('\n');
    return lines === '' ? '' : `\n${lines}\n`;
  }

  private spawnMachine(socketPath: string): ChildProcess {
    const child = spawn(
      QEMU,
      [
        ...machineArguments({ devices: this.devices, initramfs: paths.initramfs, ...this.options }),
        ...['-chardev', `socket,path=${socketPath},id=agent`],
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const hear = (chunk: Buffer): void => {
      this.consoleText = (this.consoleText + chunk.toString('latin1')).slice(-CONSOLE_LIMIT);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('exit', () => running.delete(child));
    running.add(child);
    this.child = child;
    return child;
  }
}

const listen = async (path: string): Promise<{ server: Server; connected: Promise<Socket> }> => {
  const server = createServer();
  const connected = new Promise<Socket>(resolve => server.once('connection', resolve));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  return { server, connected };
};
