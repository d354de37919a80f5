/** `programs`: random programs above the driver, each system call of them judged, until the budget of steps is spent. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { freshSeed } from '../campaign/seeds.ts';
import { EXIT, fileReason, UsageError, type ExitCode } from '../exit.ts';
import { mustBeWritable, writeWhole } from '../files.ts';
import type { Io } from '../io.ts';
import { placeAndMessage, writeOpLog } from '../oplog-file.ts';
import type { ReportChoice, TargetChoice } from '../options.ts';
import { grouped, Progress } from '../progress.ts';
import { attempt, Campaign, DEVICES, type FoundProgram } from '../scenarios/programs/campaign.ts';
import { ProgramSchema, type Program } from '../scenarios/programs/program.ts';
import { PROPERTIES, Weights } from '../scenarios/programs/properties.ts';
import { startStage, type Stage } from '../scenarios/stage.ts';
import { count } from '../verdict.ts';

/** Options of `programs` as the command line parses them. */
export interface ProgramsOptions {
  readonly target: TargetChoice;
  readonly steps: number;
  readonly seed?: number;
  readonly jobs?: number;
  readonly maxFailures: number;
  readonly save: string;
  readonly shrink: boolean;
  /** One saved program instead of drawn ones. */
  readonly replay?: string;
  readonly report: readonly ReportChoice[];
  readonly quiet?: boolean;
}

const FORMAT = 'binder-spec/program';
const ProgramFileSchema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(1),
  title: z.string(),
  origin: z.record(z.string(), z.union([z.string(), z.number()])),
  program: ProgramSchema,
});

/** A saved program. Throws `UsageError` with the place in the file. */
const readProgram = (file: string): Program => {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${fileReason(error)}`);
  }
  const parsed = ProgramFileSchema.safeParse(json);
  if (parsed.success) return parsed.data.program;
  const { path: place, message } = placeAndMessage(parsed.error.issues[0] as z.core.$ZodIssue);
  throw new UsageError(`${file}: ${place === '' ? 'not a program' : place}: ${message}`);
};

const fileOf = (folder: string, signature: string, ending: string): string =>
  path.join(folder, `${signature.replaceAll(/[^\w-]+/g, '-').slice(0, 80)}.${ending}`);

/** Saves a failing program, and the op log that it was. */
const save = (folder: string, stage: Stage, seed: number, found: FoundProgram): string => {
  const { signature, program, ops, index, shrunkFrom } = found;
  const origin = { seed, program: index, target: stage.target.name, signature };
  const file = fileOf(folder, signature, 'program.json');
  const title = `breaks ${signature}; shrunk from ${count(shrunkFrom, 'step')}`;
  writeWhole(file, `${JSON.stringify({ format: FORMAT, version: 1, title, origin, program }, undefined, 2)}\n`);
  writeOpLog(fileOf(folder, signature, 'json'), {
    format: 'binder-spec/op-log',
    version: 1,
    profile: 'linux-6.1',
    title,
    origin: { ...origin, devices: DEVICES },
    ops: [...ops],
  });
  return file;
};

const replayOne = async (io: Io, stage: Stage, file: string): Promise<ExitCode> => {
  const program = readProgram(file);
  const { ops, failure } = await attempt(stage, program, new Weights());
  if (failure === undefined) {
    io.out(`PASS  ${count(program.steps.length, 'step')}, ${ops.length} system calls on ${stage.target.name}\n`);
    return EXIT.conformant;
  }
  io.out(`FAIL  ${failure.explanation}\n`);
  return EXIT.notConformant;
};

/** Objects that outlive every program, as a failure of their own. */
const leftBehind = async (stage: Stage): Promise<string | undefined> => {
  const left = Object.entries((await stage.leftovers?.()) ?? {}).filter(([, number]) => number !== 0);
  return left.length === 0 ? undefined : left.map(([what, number]) => `${number} ${what}`).join(', ');
};

const finish = async (
  io: Io,
  options: ProgramsOptions,
  stage: Stage,
  campaign: Campaign,
  seed: number,
  seconds: number,
): Promise<ExitCode> => {
  const failures = [...campaign.found.values()];
  const left = failures.length === 0 ? await leftBehind(stage) : undefined;
  for (const found of failures) {
    const file = save(options.save, stage, seed, found);
    io.out(`\n${found.explanation}\n${JSON.stringify(found.program)}\n`);
    io.out(`shrunk from ${found.shrunkFrom} to ${count(found.program.steps.length, 'step')}: ${file}\n`);
  }
  if (left !== undefined)
    io.out(`\n${PROPERTIES.nothing.id}: ${PROPERTIES.nothing.says}\nleft in the driver: ${left}\n`);
  for (const found of campaign.unstable.values()) {
    const file = save(options.save, stage, seed, found);
    io.out(`\nunstable: ${found.explanation}\nno further run of the program showed it: ${file}\n`);
  }
  const silent = [...campaign.weights.counts].filter(([, weight]) => weight === 0).map(([id]) => id);
  const { target } = stage;
  const report = {
    verdict:
      failures.length > 0 || left !== undefined
        ? 'FAIL'
        : silent.length > 0 || campaign.unstable.size > 0
          ? 'INCONCLUSIVE'
          : 'PASS',
    target,
    seed,
    programs: campaign.programs,
    steps: campaign.steps,
    ops: campaign.ops,
    seconds,
    rules: campaign.rules.size,
    properties: Object.values(PROPERTIES).map(({ id, says }) => ({
      id,
      says,
      weight: campaign.weights.counts.get(id),
    })),
    failures: failures.map(({ signature, program, shrunkFrom, executions }) => ({
      signature,
      program,
      shrunkFrom,
      executions,
    })),
    unstable: [...campaign.unstable.values()].map(({ signature, program }) => ({ signature, program })),
    left: left ?? null,
  };
  for (const { file } of options.report) writeWhole(file, `${JSON.stringify(report, undefined, 2)}\n`);
  if (options.quiet !== true) {
    for (const { id, says, weight } of report.properties)
      io.out(`${id.padEnd(14)} ${grouped(weight ?? 0).padStart(11)}  ${says}\n`);
  }
  io.out(
    `\n${report.verdict}  ${target.name} ${target.version}  seed ${seed}  ${grouped(campaign.programs)} programs  ` +
      `${grouped(campaign.steps)} steps  ${grouped(campaign.ops)} system calls  ${seconds.toFixed(1)} s  ` +
      `${campaign.rules.size} rules fired\n`,
  );
  if (silent.length > 0) io.out(`properties that spoke about nothing: ${silent.join(' ')}\n`);
  if (io.interrupt.aborted) return EXIT.interrupted;
  return report.verdict === 'FAIL'
    ? EXIT.notConformant
    : report.verdict === 'PASS'
      ? EXIT.conformant
      : EXIT.inconclusive;
};

/** Runs random programs. Exit codes as everywhere: 4 when a property had nothing to speak about. */
export const programs = async (io: Io, options: ProgramsOptions): Promise<ExitCode> => {
  for (const { file } of options.report) mustBeWritable(file);
  const seed = options.seed ?? freshSeed();
  const stage = await startStage(options.target, options.jobs);
  const progress = new Progress(io.live, options.quiet !== true);
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  try {
    if (options.replay !== undefined) return await replayOne(io, stage, options.replay);
    const campaign = new Campaign({
      stage,
      seed,
      steps: options.steps,
      maxFailures: options.maxFailures,
      shrink: options.shrink,
      interrupt: io.interrupt,
      onProgress: ({ programs: sequences, ops, rules, found, steps }) =>
        progress.show({
          ...{ sequences, ops, rules: rules.size, failures: found.size, seconds: seconds() },
          doing: `${grouped(steps)} steps`,
        }),
    });
    try {
      await campaign.run();
    } finally {
      progress.clear();
    }
    return await finish(io, options, stage, campaign, seed, seconds());
  } finally {
    await stage.stop();
  }
};
