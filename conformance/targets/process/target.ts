/** Anybody's driver: a child process that speaks the adapter protocol, several tests side by side. */
import type { RemoteDriver, World } from '../../../abi/driver.ts';
import { EnvironmentError } from '../../exit.ts';
import { packageVersion } from '../../paths.ts';
import { CAPABILITY_NAMES, type Capable, type CapabilityName } from '../../protocol/capabilities.ts';
import { PROTOCOL, type Event, type Hello } from '../../protocol/messages.ts';
import { PATIENT, type Patience } from './budgets.ts';
import { Connection } from './connection.ts';
import { AdapterDied, AdapterError, errorFrom } from './errors.ts';
import { AdapterLog } from './log.ts';
import { AdapterProcess } from './process.ts';
import { ProcessSession } from './session.ts';

/** How an adapter is driven. */
export interface ProcessOptions {
  readonly command: readonly string[];
  readonly patience?: Patience;
  readonly profile?: string;
  /** Tests side by side, at most; what the adapter allows unless told. */
  readonly slots?: number;
}

/** Lines of log text that an error message carries. */
const LINES_TOLD = 6;

/** What runs an adapter: a child process, or two streams of this one. */
export type Running = Pick<AdapterProcess, 'input' | 'output' | 'ended' | 'stop' | 'end'>;

/** The process of an adapter and the conversation with it. */
interface Line {
  readonly connection: Connection;
  readonly child: Running;
}

export class ProcessTarget implements RemoteDriver {
  readonly hello: Hello;
  readonly capable: Capable;
  readonly log: AdapterLog;
  readonly slots: number;
  readonly #line: Line;
  readonly #patience: Patience;
  readonly #sessions: Map<number, ProcessSession>;
  /** Generations begin anew with each process, which is never asked the same one twice. */
  #gen = 0;
  readonly #endings = new Set<Promise<void>>();

  private constructor(
    line: Line,
    hello: Hello,
    options: Omit<ProcessOptions, 'command'>,
    log: AdapterLog,
    sessions: Map<number, ProcessSession>,
  ) {
    this.#line = line;
    this.hello = hello;
    this.log = log;
    this.#sessions = sessions;
    this.#patience = options.patience ?? PATIENT;
    const known = new Set<string>(CAPABILITY_NAMES);
    this.capable = new Set(
      Object.entries(hello.caps).flatMap(([name, has]) => (has && known.has(name) ? [name as CapabilityName] : [])),
    );
    this.slots = Math.min(hello.limits?.slots ?? 1, options.slots ?? Infinity);
  }

  /**
   * Starts the adapter and greets it. Throws `EnvironmentError` or `AdapterError`: an adapter that does not get as far
   * as its first test has no verdict.
   */
  static async start(options: ProcessOptions): Promise<ProcessTarget> {
    const log = new AdapterLog();
    return ProcessTarget.greet(await AdapterProcess.start(options.command, log), log, options);
  }

  /** Greets an adapter that runs already. Throws what `start` throws. */
  static async greet(
    child: Running,
    log: AdapterLog,
    options: Omit<ProcessOptions, 'command'>,
  ): Promise<ProcessTarget> {
    const { patience = PATIENT, profile = 'linux-6.1' } = options;
    const sessions = new Map<number, ProcessSession>();
    const connection = new Connection(child.output, child.input, patience, log, event =>
      tell(sessions, event, connection),
    );
    try {
      const answer = await connection.ask(
        'hello',
        {
          protocols: [PROTOCOL],
          tool: { name: 'binder-spec', version: packageVersion },
          spec: profile,
          time_scale: patience.timeouts ? patience.scale : 1000,
        },
        'start',
      );
      if ('err' in answer) throw errorFrom(answer.err, 'hello was refused');
      return new ProcessTarget({ connection, child }, answer.ok, options, log, sessions);
    } catch (error) {
      const how = error instanceof AdapterDied ? await gone(child, error) : (error as Error).message;
      connection.close();
      await child.end();
      const text = `${how}${said(log)}`;
      if (error instanceof EnvironmentError) throw new EnvironmentError(text);
      throw new AdapterError(`the adapter did not get through hello: ${text}`);
    }
  }

  get name(): string {
    return this.hello.impl.id;
  }

  get version(): string {
    const { impl, adapter } = this.hello;
    return `${impl.version} (${adapter.name} ${adapter.version})`;
  }

  /** Whether the same test shows the same each time: the adapter decides who runs when. */
  get exact(): boolean {
    return this.hello.quiescence.guarantee === 'exact';
  }

  get isPredictable(): boolean {
    return this.exact && this.capable.has('placement');
  }

  /** Devices that a test may have. */
  get devices(): number {
    return this.capable.has('multi_device') ? (this.hello.limits?.devices ?? 2) : 1;
  }

  async begin(world: World): Promise<ProcessSession> {
    const gen = this.nextGeneration();
    const session: ProcessSession = new ProcessSession({
      connection: this.#line.connection,
      gen,
      devices: world.devices,
      maxLine: this.hello.limits?.max_line ?? 1 << 20,
      budgetMs: this.#patience.timeouts ? 2000 * this.#patience.scale : 0,
      capable: this.capable,
      explain: error => this.#explain(error),
      over: ending => this.#over(gen, ending),
    });
    this.#sessions.set(gen, session);
    session.begin();
    return session;
  }

  /** The conversation itself, for whoever examines the adapter and not the driver. */
  get connection(): Connection {
    return this.#line.connection;
  }

  /** A generation that no test has used. */
  nextGeneration(): number {
    return ++this.#gen;
  }

  /** Waits until every test is given back: what is wrong with that shows here at the latest. */
  async leftovers(): Promise<Readonly<Record<string, number>>> {
    await Promise.all(this.#endings);
    if (this.#line.connection.dead instanceof AdapterError) throw this.#line.connection.dead;
    return {};
  }

  #over(gen: number, ending: Promise<void>): void {
    this.#sessions.delete(gen);
    this.#endings.add(ending);
    void ending.finally(() => this.#endings.delete(ending));
  }

  /** Says farewell and ends the process; safe to call at any time. */
  async stop(): Promise<void> {
    const { connection, child } = this.#line;
    if (connection.dead === undefined) {
      // Whether it answers or just goes makes no difference.
      await connection.ask('bye', {}, 'shutdown').catch(() => undefined);
      connection.close();
      await child.stop(this.#patience);
    } else {
      await child.end();
    }
  }

  /** What went wrong, with how the process ended and what it said last. */
  async #explain(error: Error): Promise<Error> {
    const { child } = this.#line;
    if (error instanceof AdapterError) return new AdapterError(`${error.message}${said(this.log)}`);
    if (!(error instanceof AdapterDied) || error.answered.length > 0) return error;
    return new AdapterDied(await gone(child, error));
  }
}

const tell = (sessions: ReadonlyMap<number, ProcessSession>, event: Event, connection: Connection): void => {
  if (event.ev === 'health' && event.bad) {
    const session = event.gen === undefined ? undefined : sessions.get(event.gen);
    const all = session === undefined ? [...sessions.values()] : [session];
    for (const each of all) each.hurt(event.text);
  }
  if (event.ev !== 'done') return;
  // Late events of tests that are over are dropped: their generation is nobody's.
  const session = sessions.get(event.gen);
  if (session === undefined) return;
  connection.fail(
    new AdapterError(
      `op ${event.op} of generation ${event.gen} finished after the adapter had answered that everything rests`,
    ),
  );
};

/** How the process ended, where it did so soon. */
const gone = async (child: Running, error: Error): Promise<string> => {
  let timer: NodeJS.Timeout | undefined;
  const soon = new Promise<undefined>(resolve => {
    timer = setTimeout(() => resolve(undefined), 500);
  });
  const how = await Promise.race([child.ended, soon]);
  clearTimeout(timer);
  return how === undefined ? error.message : `the adapter ended (${how})`;
};

const said = (log: AdapterLog): string => {
  const lines = log.last(LINES_TOLD);
  return lines.length === 0 ? '' : `\n  it said last:\n${lines.map(line => `    ${line}`).join('\n')}`;
};
