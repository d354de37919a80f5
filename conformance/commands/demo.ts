/** `demo`: the full call as a program, with its diagram, its copies, its op log and its trace. */
import { readFileSync } from 'node:fs';
import type { TraceHead } from '../../abi/trace.ts';
import { EXIT, fileReason, UsageError, type ExitCode } from '../exit.ts';
import { mustBeWritable, writeWhole } from '../files.ts';
import type { Io } from '../io.ts';
import { writeOpLog } from '../oplog-file.ts';
import type { TargetChoice } from '../options.ts';
import { serveAidl } from '../scenarios/aidl.ts';
import { copiesTable } from '../scenarios/copies.ts';
import { demo as program, DEMO_INTERFACES } from '../scenarios/demo.ts';
import { mermaidDiagram, textDiagram, type Note, type Story } from '../scenarios/diagram.ts';
import { DivergenceError, JudgedKernel } from '../scenarios/judged.ts';
import { messagesOf } from '../scenarios/messages.ts';
import { startStage, type Stage } from '../scenarios/stage.ts';
import { beginTrace, TraceWriter } from '../trace/writer.ts';
import { AidlError, readAidl, type AidlInterface } from '../../userspace/index.ts';

/** Options of `demo` as the command line parses them. */
export interface DemoOptions {
  readonly target: TargetChoice;
  /** A trace, for `check`. */
  readonly record?: string;
  /** A Mermaid file. */
  readonly mermaid?: string;
  /** Where the op log goes. */
  readonly output: string;
  /** An .aidl file, whose interfaces are served and called too. */
  readonly aidl?: string;
}

const PROFILE = 'linux-6.1';

/** Writes what a program was: its op log, and its trace where one was asked for. */
const save = (options: DemoOptions, stage: Stage, kernel: JudgedKernel, devices: number): void => {
  const { target } = stage;
  writeOpLog(options.output, {
    format: 'binder-spec/op-log',
    version: 1,
    profile: PROFILE,
    title: 'The demonstration: a manager, a server, a client; calls, a callback, oneways, a death',
    origin: { command: 'demo', target: target.name, devices },
    ops: [...kernel.ops],
  });
  if (options.record === undefined) return;
  const head: TraceHead = {
    format: 'binder-spec/trace',
    version: 1,
    profile: PROFILE,
    target,
    exactIds: stage.exactIds,
  };
  beginTrace(options.record, head);
  const writer = new TraceWriter(options.record);
  writer.append({ source: 'program demo', devices, steps: kernel.steps });
  writer.close();
};

/** The interfaces of a file. Throws `UsageError` with the place of whatever is wrong in it. */
const readInterfaces = (file: string): readonly AidlInterface[] => {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${fileReason(error)}`);
  }
  try {
    return readAidl(text, file);
  } catch (error) {
    if (error instanceof AidlError) throw new UsageError(error.message);
    throw error;
  }
};

/** Serves and calls the interfaces of an .aidl file, in a world of their own. */
const serve = async (io: Io, stage: Stage, interfaces: readonly AidlInterface[]): Promise<void> => {
  const { bench, end } = await stage.begin({ devices: 1 });
  try {
    const lines = await serveAidl(new JudgedKernel(bench), interfaces);
    io.out(
      `\n${interfaces.map(each => each.interface.descriptor).join(', ')}:\n${lines.map(line => `  ${line}\n`).join('')}`,
    );
  } finally {
    await end();
  }
};

/** Runs the demonstration. Exit code 0 when every fact holds and the driver did what the specification allows. */
export const demo = async (io: Io, options: DemoOptions): Promise<ExitCode> => {
  for (const file of [options.output, options.record, options.mermaid]) if (file !== undefined) mustBeWritable(file);
  const interfaces = options.aidl === undefined ? [] : readInterfaces(options.aidl);
  const stage = await startStage(options.target, 1);
  try {
    const devices = 1;
    const { bench, end } = await stage.begin({ devices });
    const kernel = new JudgedKernel(bench);
    const notes: Note[] = [];
    try {
      const note = (proc: number, text: string): void =>
        void notes.push({ step: kernel.steps.length - 0.5, proc, text });
      const { processes, facts } = await program(kernel, { note });
      const copied = stage.copied?.();
      await kernel.check();
      const messages = messagesOf(kernel, DEMO_INTERFACES);
      const story: Story = { processes, messages, notes };
      io.out(
        `${stage.target.name} ${stage.target.version}\n\n${textDiagram(story)}\n${copiesTable(messages, copied)}\n`,
      );
      for (const [fact, holds] of facts) io.out(`${holds ? 'yes' : 'NO '}  ${fact}\n`);
      if (options.mermaid !== undefined) writeWhole(options.mermaid, mermaidDiagram(story));
      save(options, stage, kernel, devices);
      io.out(`\n${kernel.steps.length} system calls, each as the specification allows it: ${options.output}\n`);
      if (interfaces.length > 0) await serve(io, stage, interfaces);
      return facts.every(([, holds]) => holds) ? EXIT.conformant : EXIT.notConformant;
    } catch (error) {
      if (!(error instanceof DivergenceError)) throw error;
      save(options, stage, kernel, devices);
      io.err(`${error.message}\nthe op log up to there: ${options.output}\n`);
      return EXIT.notConformant;
    } finally {
      await end();
    }
  } finally {
    await stage.stop();
  }
};
