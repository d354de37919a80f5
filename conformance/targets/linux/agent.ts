/** The client of an agent: programs out, results back, many in flight. */
import type { Duplex } from 'node:stream';
import { MachineDied } from './errors.ts';
import { decodeResult, encodeRequest, FrameReader, HELLO, type Result, type RunOptions } from './wire.ts';

/** What a fresh agent says of its machine. */
export interface Greeting {
  readonly kernel: string;
  readonly build: string;
  readonly processors: number;
  readonly slots: number;
  /** The kernel's name for its architecture. */
  readonly machine: string;
  /** Bytes of a page. */
  readonly page: number;
  readonly root: boolean;
  /** Whether it may ask the kernel to reclaim pages. */
  readonly reclaim: boolean;
  /** Whether the kernel's threads can be seen, so that settling is no matter of time. */
  readonly kernelThreads: boolean;
  /** Folder of the driver's own files. */
  readonly logs: string | null;
  readonly devices: readonly string[];
}

interface InFlight {
  readonly slot: number;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: Error) => void;
}

interface Waiting extends InFlight {
  readonly program: Uint8Array;
  readonly options: RunOptions;
}

/** Talks to one agent over a stream. Programs of one slot run one after the other; slots run side by side. */
export class AgentClient {
  /** Settles when the agent has greeted, or rejects when its stream ends before. */
  readonly ready: Promise<Greeting>;
  private readonly stream: Duplex;
  private readonly inFlight = new Map<number, InFlight>();
  private readonly queues = new Map<number, Waiting[]>();
  private nextRequest = 1;
  private dead: MachineDied | undefined;
  private greet: (greeting: Greeting) => void = () => undefined;
  private refuse: (error: Error) => void = () => undefined;

  constructor(stream: Duplex) {
    this.stream = stream;
    this.ready = new Promise((resolve, reject) => {
      this.greet = resolve;
      this.refuse = reject;
    });
    this.ready.catch(() => undefined);
    const frames = new FrameReader();
    stream.on('data', (chunk: Buffer) => {
      for (const frame of frames.push(chunk)) {
        if (frame.request === HELLO) this.greet(JSON.parse(frame.body.toString('utf8', 2)) as Greeting);
        else this.settle(frame.request, frame.body);
      }
    });
    stream.on('error', error => this.fail(error.message, ''));
    stream.on('close', () => this.fail('its channel closed', ''));
  }

  /** Runs a program on a slot. A failure of the program is part of the result; only a dead machine rejects. */
  run(slot: number, program: Uint8Array, options: RunOptions = {}): Promise<Result> {
    if (this.dead !== undefined) return Promise.reject(this.dead);
    return new Promise((resolve, reject) => {
      const waiting = { slot, program, options, resolve, reject };
      const queue = this.queues.get(slot);
      if (queue !== undefined) {
        queue.push(waiting);
        return;
      }
      this.queues.set(slot, []);
      this.send(waiting);
    });
  }

  /** Declares the machine dead: everything in flight and everything queued rejects. */
  fail(reason: string, consoleText: string): void {
    if (this.dead !== undefined) return;
    const waiting = [...this.queues.values()].flat();
    const flying = [...this.inFlight.values()];
    this.dead = new MachineDied(reason, [...new Set(flying.map(entry => entry.slot))], consoleText);
    this.inFlight.clear();
    this.queues.clear();
    this.refuse(this.dead);
    for (const entry of [...flying, ...waiting]) entry.reject(this.dead);
    this.stream.destroy();
  }

  private send(entry: Waiting): void {
    const request = this.nextRequest++ & 0x7fffffff;
    this.inFlight.set(request, entry);
    this.stream.write(encodeRequest(request, entry.slot, entry.program, entry.options));
  }

  private settle(request: number, body: Buffer): void {
    const entry = this.inFlight.get(request);
    if (entry === undefined) {
      this.fail('it answered a request that nobody made', '');
      return;
    }
    this.inFlight.delete(request);
    const next = this.queues.get(entry.slot)?.shift();
    if (next === undefined) this.queues.delete(entry.slot);
    else this.send(next);
    entry.resolve(decodeResult(body));
  }
}
