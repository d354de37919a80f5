/** Options that several commands share, and the target that a command line names. */
import { Option } from 'commander';
import { UsageError } from './exit.ts';
import * as options from './options.ts';

export const targetOption = (): Option =>
  new Option('-t, --target <target>', 'what to drive: impl, model, linux or mutant:NAME')
    .argParser(options.target)
    .default({ kind: 'impl' }, 'impl');

export const profileOption = (): Option =>
  new Option('-p, --profile <profile>', 'which driver the rules describe')
    .choices(options.PROFILES)
    .default('linux-6.1');

/** What the user can say about an adapter. */
export interface AdapterOptions {
  readonly timeScale: number;
  readonly timeouts: boolean;
  readonly respawn?: string;
}

/** How patient to be with an adapter, and how to bring its machine back. */
export const timeScale = (): Option =>
  new Option('--time-scale <factor>', 'factor on every time budget of an adapter').argParser(options.factor).default(1);
export const noTimeouts = (): Option =>
  new Option('--no-timeouts', 'wait for an adapter as long as it takes: for debuggers');
export const respawn = (): Option =>
  new Option('--respawn <command>', 'a shell command that brings the target back when its adapter has died');

/**
 * The target of a command line: the adapter behind `--`, or what `--target` names. Throws `UsageError` for both, except
 * that the Linux target takes a command that starts its agent elsewhere.
 */
export const chosenTarget = (
  { target, timeScale, timeouts, respawn }: AdapterOptions & { readonly target: options.TargetChoice },
  source: string | undefined,
  command: readonly string[],
): options.TargetChoice => {
  if (command.length === 0) return target;
  if (source === 'cli' && target.kind === 'linux') return { kind: 'linux', command };
  if (source === 'cli') throw new UsageError(`both --target and an adapter (-- ${command[0]} …): choose one`);
  return { kind: 'process', command, timeScale, timeouts, ...(respawn === undefined ? {} : { respawn }) };
};

/** The two targets of a comparison that have names. */
export interface Sides {
  readonly a?: options.TargetChoice;
  readonly b?: options.TargetChoice;
}
