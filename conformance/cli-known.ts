/** The command line of `known`. */
import { Option, type Command } from 'commander';
import { prune, update, why, type FromOptions, type UpdateOptions } from './commands/known.ts';
import type { ExitCode } from './exit.ts';
import type { Io } from './io.ts';
import { STATUSES } from './known/file.ts';
import * as options from './options.ts';

/** Adds `known update`, `known prune` and `known why` to a program. */
export const knownCommands = (root: Command, io: Io, finish: (code: ExitCode) => void): void => {
  const known = root.command('known').description('the file of known failures that `run --known` reads');
  const from = (): Option => new Option('--from <run>', 'the event log of the run').default('out/run.jsonl');
  known
    .command('update')
    .description('write an entry, with its op log, for every failure of a run; mend those that changed')
    .argument('<file>', 'the file: known.toml')
    .addOption(from())
    .requiredOption('--issue <url>', 'where the new ones are filed')
    .addOption(new Option('--status <status>', 'what the new ones are').choices(STATUSES).default('bug'))
    .option('--expires <day>', 'the last day on which the new ones are excused: 2026-12-31', options.day)
    .action((file: string, chosen: UpdateOptions) => finish(update(io, file, chosen)));
  known
    .command('prune')
    .description('drop the entries that were stale in a run with --known')
    .argument('<file>', 'the file: known.toml')
    .addOption(from())
    .action((file: string, chosen: FromOptions) => finish(prune(io, file, chosen)));
  known
    .command('why')
    .description('explain one entry: its rule, its condition, its log, and what became of it')
    .argument('<file>', 'the file: known.toml')
    .argument('<entry>', 'its number from 0, its rule, or a part of its signature')
    .addOption(from())
    .action((file: string, entry: string, chosen: FromOptions) => finish(why(io, file, entry, chosen)));

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
    .option('-j, --jobs <count>', 'worker processes (default: none, one hunt after the other)', options.positive)
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
};
