/** `export`: one saved op log as a C program or as a vitest file. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { OpLog } from '../../abi/op.ts';
import { specification } from '../../model/model.ts';
import { INVARIANTS } from '../../properties/all.ts';
import { runLockstep } from '../../properties/lockstep.ts';
import { devicesOf } from '../campaign/log.ts';
import { EXIT, UsageError, type ExitCode } from '../exit.ts';
import { cProgram } from '../export/c.ts';
import { vitestFile } from '../export/vitest.ts';
import { writeWhole } from '../files.ts';
import type { Io } from '../io.ts';
import { readOpLog } from '../oplog-file.ts';
import { packageRoot } from '../paths.ts';
import { localTarget } from '../targets/local.ts';

/** Forms of a log for people who do not have this program. */
export const EXPORT_FORMATS = ['c', 'vitest'] as const;

/** Options of `export` as the command line parses them. */
export interface ExportOptions {
  readonly format: (typeof EXPORT_FORMATS)[number];
  readonly output?: string;
}

/** A text with a sentence about how it was tried. */
interface Tried {
  readonly text: string;
  readonly tried: string;
}

const FLAGS = ['-Wall', '-Wextra', '-Werror', '-fsyntax-only', '-x', 'c', '-'];

const compiler = (source: string): ReturnType<typeof spawnSync> =>
  spawnSync('cc', FLAGS, { input: source, encoding: 'utf8', maxBuffer: 1 << 26 });

/** The program, compiled where there is a compiler. Throws where it refuses: that is a defect of this program. */
const asC = (log: OpLog): Tried => {
  const text = cProgram(log);
  const empty = compiler('#include <linux/android/binder.h>\n');
  if (empty.error !== undefined) return { text, tried: 'not compiled: there is no C compiler (cc) here' };
  if (empty.status !== 0) return { text, tried: 'not compiled: linux/android/binder.h is not here' };
  const { status, stderr } = compiler(text);
  if (status !== 0) throw new Error(`the exported program does not compile:\n${String(stderr)}`);
  return { text, tried: 'it compiles without warnings' };
};

/** The test file, with what it says of the optimised driver. */
const asVitest = async (log: OpLog, out: string | undefined): Promise<Tried> => {
  const folder = out === undefined ? path.join(packageRoot, 'test') : path.dirname(path.resolve(out));
  const sources = existsSync(path.join(packageRoot, 'model', 'model.ts'));
  const to = path.relative(folder, sources ? packageRoot : path.join(packageRoot, 'dist'));
  const root = to === '' ? '.' : to.startsWith('.') ? to : `./${to}`;
  const text = vitestFile(log, { root, ending: sources ? '.ts' : '.js' });
  const { failure } = runLockstep(
    {
      specification,
      driver: await localTarget({ kind: 'impl' }),
      world: { devices: devicesOf(log, 2) },
      checkpointEvery: 1,
      invariants: INVARIANTS,
    },
    log.ops,
  );
  const verdict = failure === undefined ? 'passes' : `fails (${failure.signature})`;
  return { text, tried: `replayed: today it ${verdict} on impl` };
};

/** Prints or writes the log in another form. Throws `UsageError` for a bad file. */
export const exportLog = async (io: Io, file: string, { format, output: out }: ExportOptions): Promise<ExitCode> => {
  const log = readOpLog(file);
  if (log.ops.length === 0) throw new UsageError(`${file}: there is nothing to export: ops is empty`);
  const { text, tried } = format === 'c' ? asC(log) : await asVitest(log, out);
  if (out === undefined) io.out(text);
  else writeWhole(out, text);
  io.err(`${out ?? `${file} as ${format}`}: ${tried}\n`);
  return EXIT.conformant;
};
