/** Runs the command line in this process and keeps what it prints. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { cli } from '../../conformance/cli.ts';

/** What one command did. */
export interface Finished {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs one command line; `interrupt` stands for Ctrl-C. */
export const command = async (
  args: readonly string[],
  interrupt: AbortSignal = new AbortController().signal,
): Promise<Finished> => {
  let out = '';
  let err = '';
  const code = await cli(args, {
    out: text => {
      out += text;
    },
    err: text => {
      err += text;
    },
    color: false,
    interrupt,
  });
  return { code, out, err };
};

/** Gives `work` a folder that is gone afterwards. */
export const withFolder = async (work: (folder: string) => Promise<void> | void): Promise<void> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'binder-spec-test-'));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
