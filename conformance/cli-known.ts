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
};
