/** The command line: names, options and exit codes. Scripts depend on all three. */
import path from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import { check, type CheckOptions } from './commands/check.ts';
import { demo, type DemoOptions } from './commands/demo.ts';
import { diff, type DiffOptions } from './commands/diff.ts';
import { EXPORT_FORMATS, exportLog, type ExportOptions } from './commands/export.ts';
import { doctor } from './commands/doctor.ts';
import { exploreCommand } from './commands/explore.ts';
import { explain, list, type ListOptions } from './commands/list.ts';
import { knownCommands } from './cli-known.ts';
import {
  chosenTarget,
  noTimeouts,
  profileOption,
  respawn,
  targetOption,
  timeScale,
  type AdapterOptions,
  type Sides,
} from './cli-options.ts';
import { merge, renderLog, type MergeOptions, type RenderOptions } from './commands/report.ts';
import { programs, type ProgramsOptions } from './commands/programs.ts';
import { replay, type ReplayOptions } from './commands/replay.ts';
import { run, type RunOptions } from './commands/run.ts';
import { shrinkFile, type ShrinkCommandOptions } from './commands/shrink.ts';
import { selfTest, type SelfTestOptions } from './commands/self-test.ts';
import { EXIT, UsageError, explainError, type ExitCode } from './exit.ts';
import type { Io } from './io.ts';
import * as options from './options.ts';
import { packageVersion } from './paths.ts';

const program = (io: Io, finish: (code: ExitCode) => void): Command => {
  const root = new Command('binder-spec')
    .description('An executable specification of the Android Binder driver, and a suite that holds any driver to it.')
    .version(packageVersion)
    .exitOverride()
    .configureOutput({ writeOut: text => io.out(text), writeErr: text => io.err(text) })
    .showHelpAfterError('(--help lists what there is)')
    .addHelpText(
      'after',
      '\nExit codes: 0 conformant, 1 not conformant, 2 usage, 3 adapter or environment, 4 inconclusive, 130 interrupted.',
    );

  root
    .command('run')
    .description('generate op logs, drive a target, check every step against the specification, shrink, report')
    .addOption(targetOption())
    .addOption(profileOption())
    .option('-n, --ops <count>', 'stop after so many checked operations, the corpus apart', options.positive)
    .option('--time <duration>', 'stop after so long: 60s, 5m', options.duration)
    .option('-s, --seed <seed>', 'which sequences to generate (default: a new seed, printed)', options.seed)
    .option('-l, --length <count>', 'operations of every sequence (default: a mixture)', options.positive)
    .addOption(new Option('--level <level>', 'how much of the driver to use').choices(options.LEVELS).default('full'))
    .option('-j, --jobs <count>', 'worker processes; sequences in flight on a remote target', options.positive)
    .option('--max-failures <count>', 'stop after so many distinct failures', options.positive, 5)
    .option('-r, --report <format=file>', `write a report: ${options.FORMATS.join(', ')}`, options.report, [])
    .option('--log <file>', 'the event log, from which every report can be made again', 'out/run.jsonl')
    .option('--no-log', 'write no event log')
    .option('--shard <i/n>', 'run part i of n; `report merge` puts their logs together', options.shard)
    .option('--save <folder>', 'save the shrunk op log of every failure', 'out/failures')
    .option('--record <file>', 'append every driven sequence to a trace, to be judged elsewhere by check')
    .option('--known <file>', 'failures that are known (TOML): replayed first, excused while they fail as recorded')
    .option('--no-shrink', 'report failures as they were found')
    .option('--no-corpus', 'do not replay test/regressions first')
    .option('--no-feedback', 'make no sequences from parts of those that showed something new')
    .option('--coverage', 'print how often each rule fired, those that never did first')
    .option('-q, --quiet', 'print only failures and the verdict')
    .addOption(timeScale())
    .addOption(noTimeouts())
    .addOption(respawn())
    .argument('[command...]', 'an adapter to drive, behind --: any program with its arguments, ssh and adb too')
    .action(async (adapter: readonly string[], chosen: RunOptions & AdapterOptions, command: Command) => {
      const target = chosenTarget(chosen, command.getOptionValueSource('target'), adapter);
      finish(await run(io, { ...chosen, target, logGiven: command.getOptionValueSource('log') === 'cli' }));
    });

  root
    .command('shrink')
    .description('go on shrinking a saved op log on a target: exit 0 if it passes, 1 if it still diverges')
    .argument('<file>', 'the op log')
    .addOption(targetOption())
    .addOption(profileOption())
    .option('--budget <count>', 'executions, at most', options.positive)
    .option('--certificate', 'prove it: why each op is needed, and how far each quantity may move')
    .option('-j, --jobs <count>', 'candidates at once on a remote target', options.positive)
    .option('--save <folder>', 'save the shrunk op log there', 'out/failures')
    .addOption(timeScale())
    .addOption(noTimeouts())
    .addOption(respawn())
    .argument('[command...]', 'an adapter to drive, behind --: any program with its arguments, ssh and adb too')
    .action(
      async (
        file: string,
        adapter: readonly string[],
        chosen: ShrinkCommandOptions & AdapterOptions,
        command: Command,
      ) => {
        const target = chosenTarget(chosen, command.getOptionValueSource('target'), adapter);
        finish(await shrinkFile(io, file, { ...chosen, target }));
      },
    );

  root
    .command('replay')
    .description('drive a target with one saved op log, step by step: exit 0 if it passes, 1 if it diverges')
    .argument('<file>', 'the op log')
    .addOption(targetOption())
    .addOption(profileOption())
    .option('-q, --quiet', 'print only the verdict')
    .addOption(timeScale())
    .addOption(noTimeouts())
    .addOption(respawn())
    .argument('[command...]', 'an adapter to drive, behind --: any program with its arguments, ssh and adb too')
    .action(
      async (file: string, adapter: readonly string[], chosen: ReplayOptions & AdapterOptions, command: Command) => {
        const target = chosenTarget(chosen, command.getOptionValueSource('target'), adapter);
        finish(await replay(io, file, { ...chosen, target }));
      },
    );

  const report = root.command('report').description('what a finished run has to say, from its event log');
  report
    .command('render')
    .description('make a report from the event log of a run')
    .argument('<log>', 'the event log: run.jsonl')
    .addOption(new Option('-f, --format <format>', 'which report').choices(options.FORMATS).makeOptionMandatory())
    .option('-o, --output <file>', 'where to write it (default: standard output)')
    .option('--failure <number>', 'only this failure, counted from 1: mermaid, perfetto, itf', options.positive)
    .action((file: string, chosen: RenderOptions) => finish(renderLog(io, file, chosen)));
  report
    .command('merge')
    .description('put the event logs of all shards together: the verdict of the whole run, and its exit code')
    .argument('<logs...>', 'the event logs of the shards')
    .requiredOption('-o, --output <file>', 'the event log of the whole run')
    .option('-r, --report <format=file>', 'write a report of the whole run', options.report, [])
    .option('-q, --quiet', 'print only failures and the verdict')
    .action((files: readonly string[], chosen: MergeOptions) => finish(merge(io, files, chosen)));

  root
    .command('check')
    .description('judge a recorded trace (run --record): needs no target, gives the verdict of the run')
    .argument('<file>', 'the trace')
    .addOption(
      new Option('-p, --profile <profile>', 'instead of the one that the trace names').choices(options.PROFILES),
    )
    .option('-r, --report <format=file>', `write a report: ${options.FORMATS.join(', ')}`, options.report, [])
    .option('--save <folder>', 'save the op log of every failure', 'out/failures')
    .option('--no-feedback', 'make no sequences from parts of those that showed something new')
    .option('--coverage', 'print how often each rule fired, those that never did first')
    .option('-q, --quiet', 'print only failures and the verdict')
    .action(async (file: string, chosen: CheckOptions) => finish(await check(io, file, chosen)));

  root
    .command('diff')
    .description('the same sequences on two targets: the first differences, even where the specification allows both')
    .addOption(new Option('--a <target>', 'one target: impl, model, linux or mutant:NAME').argParser(options.target))
    .addOption(new Option('--b <target>', 'the other').argParser(options.target))
    .option('-n, --ops <count>', 'stop after so many compared operations (default: 20000)', options.positive)
    .option('--time <duration>', 'stop after so long: 60s, 5m', options.duration)
    .option('-s, --seed <seed>', 'which sequences to generate (default: a new seed, printed)', options.seed)
    .option('-l, --length <count>', 'operations of every sequence (default: a mixture)', options.positive)
    .addOption(new Option('--level <level>', 'how much of the driver to use').choices(options.LEVELS).default('full'))
    .option('-j, --jobs <count>', 'sequences in flight on a remote target', options.positive)
    .option('--max-differences <count>', 'stop after so many different differences', options.positive, 5)
    .option('--log <file>', 'compare a saved op log instead of generated ones; may be repeated', options.files, [])
    .option('-r, --report <format=file>', 'write a report: json=FILE', options.report, [])
    .option('--save <folder>', 'save the shrunk op log of every difference', 'out/differences')
    .option('--no-shrink', 'report differences as they were found')
    .option('--no-corpus', 'do not compare test/regressions first')
    .option('-q, --quiet', 'print only the differences and the result')
    .addOption(timeScale())
    .addOption(noTimeouts())
    .argument('[commands...]', 'an adapter for each side that is not named: -- ./one --its-option -- ssh host other')
    .action(async (commands: readonly string[], chosen: DiffOptions & AdapterOptions & Sides) => {
      const { a, b, timeScale: scale, timeouts, ...rest } = chosen;
      const adapters = options.groups(commands).map((command): options.TargetChoice => {
        return { kind: 'process', command, timeScale: scale, timeouts };
      });
      const missing = [a, b].filter(side => side === undefined).length;
      if (adapters.length !== missing) {
        throw new UsageError(
          `two targets are compared: --a TARGET, --b TARGET, and -- COMMAND for each that is not named ` +
            `(here ${missing} not named, ${adapters.length} behind --)`,
        );
      }
      const one = (a ?? adapters.shift()) as options.TargetChoice;
      finish(await diff(io, [one, (b ?? adapters.shift()) as options.TargetChoice], rest));
    });

  knownCommands(root, io, finish);

  root
    .command('export')
    .description('one saved op log as a standalone C program or as a vitest file')
    .argument('<file>', 'the op log')
    .addOption(new Option('-f, --format <format>', 'what to make of it').choices(EXPORT_FORMATS).makeOptionMandatory())
    .option('-o, --output <file>', 'write it there instead of printing it')
    .action(async (file: string, chosen: ExportOptions) => finish(await exportLog(io, file, chosen)));

  root
    .command('demo')
    .description('a service manager, a server and a client as a program: its diagram, its copies, its op log')
    .addOption(targetOption())
    .option('--record <file>', 'write a trace, to be judged by check')
    .addOption(new Option('-r, --report <format=file>', 'write the diagram: mermaid=FILE').argParser(options.diagram))
    .option('-o, --output <file>', 'where the op log goes', path.join('out', 'demo.json'))
    .option('--aidl <file>', 'also serve the interfaces of an .aidl file, and call each method once')
    .action(async ({ report: mermaid, ...chosen }: DemoOptions & { readonly report?: string }) =>
      finish(await demo(io, { ...chosen, ...(mermaid === undefined ? {} : { mermaid }) })),
    );

  root.addCommand(exploreCommand(io, finish).copyInheritedSettings(root));

  root
    .command('doctor')
    .description('is this adapter right? exit 0 if it is, 1 if it is not: asked before any run')
    .addOption(timeScale())
    .addOption(noTimeouts())
    .argument('<command...>', 'the adapter, behind --')
    .action(async (adapter: readonly string[], chosen: AdapterOptions) => {
      const target = chosenTarget({ ...chosen, target: { kind: 'impl' } }, undefined, adapter);
      finish(await doctor(io, { target }));
    });

  root
    .command('self-test')
    .description('find every seeded fault of the optimised driver: exit 0 if each was found, 1 if one was not')
    .option('--fault <id...>', 'only these faults (docs/faults.md)', [])
    .option('--area <area>', 'only the faults of one area')
    .option('-s, --seed <seed>', 'which sequences to generate', options.seed, 1)
    .option('--seeds <count>', 'hunt each fault with so many seeds, from that one on', options.positive, 1)
    .option('--time-limit <duration>', 'for one hunt: 60s, 5m', options.duration, 60)
    .option('-j, --jobs <count>', 'worker processes (default: 1)', options.positive)
    .option('--foreign', 'the driver with the fault behind the adapter protocol')
    .option('-r, --report <format=file>', 'write a report: json=FILE', options.jsonReport, [])
    .option('--save <folder>', 'save the log that shows each fault as ID.json')
    .option('--no-shrink', 'do not look for the shortest log')
    .option('-q, --quiet', 'print only what was not found, and the numbers')
    .action(async (chosen: SelfTestOptions) => finish(await selfTest(io, chosen)));

  root
    .command('programs')
    .description('random programs above the driver: properties of the library held to them, every system call judged')
    .addOption(targetOption())
    .option('-n, --steps <count>', 'stop after so many steps of programs', options.positive, 20_000)
    .option('-s, --seed <seed>', 'which programs to draw (default: a new seed, printed)', options.seed)
    .option('-j, --jobs <count>', 'programs in flight on a remote target', options.positive)
    .option('--max-failures <count>', 'stop after so many distinct failures', options.positive, 3)
    .option('--save <folder>', 'save the shrunk program of every failure, and its op log', path.join('out', 'programs'))
    .option('--no-shrink', 'report failures as they were found')
    .option('--replay <file>', 'run one saved program')
    .option('-r, --report <format=file>', 'write a report: json=FILE', options.jsonReport, [])
    .option('-q, --quiet', 'print only failures and the result')
    .action(async (chosen: ProgramsOptions) => finish(await programs(io, chosen)));

  root
    .command('list')
    .description('the rules of the driver')
    .option('--json', 'as JSON')
    .option('--flags', 'the profiles, and the differences between drivers that they allow, instead of the rules')
    .action((chosen: ListOptions) => finish(list(io, chosen)));

  root
    .command('explain')
    .description('one rule, or one difference between drivers: what it says, its level, its evidence')
    .argument('<rule>', 'its id, such as TXN-01')
    .action((rule: string) => finish(explain(io, rule)));

  return root;
};

/** Runs one command line (without node and script) and answers the exit code. Prints, never exits, never throws. */
export const cli = async (args: readonly string[], io: Io): Promise<ExitCode> => {
  let code: ExitCode = EXIT.usage;
  try {
    await program(io, finished => {
      code = finished;
    }).parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    // Commander has printed its own message already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.conformant : EXIT.usage;
    const explained = explainError(error);
    if (explained !== undefined) {
      io.err(`${explained.line}\n`);
      return explained.code;
    }
    io.err(`binder-spec has a defect: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return EXIT.environment;
  }
};
