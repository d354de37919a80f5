/** Programs of one's own in the Linux machine, one after the other, in place of the agent. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { initramfsWith, type ExtraFile } from '../../adapters/linux/image.ts';
import { machineArguments, QEMU } from '../../conformance/targets/linux/machine.ts';

/** A static program with the arguments that it is called with. */
export interface GuestProgram {
  readonly name: string;
  readonly data: Uint8Array;
  readonly args: readonly string[];
}

/** What a program printed, and its exit code (negative: the signal that ended it). */
export interface Printed {
  readonly out: string;
  readonly code: number;
}

/** The file from which the machine learns what to run. */
export const runList = (programs: readonly GuestProgram[]): readonly ExtraFile[] => [
  ...programs.map(({ name, data }) => ({ name: `run/${name}`, data })),
  {
    name: 'run/list',
    data: Buffer.from(programs.map(({ name, args }) => `/run/${name} ${args.join(' ')}\n`).join('')),
  },
];

/** Boots a machine that runs the programs, and answers what each printed. */
export const runPrograms = async (
  programs: readonly GuestProgram[],
  devices: number,
): Promise<ReadonlyMap<string, Printed>> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'binder-spec-'));
  try {
    const initramfs = path.join(folder, 'initramfs');
    const socket = path.join(folder, 'channel');
    writeFileSync(initramfs, initramfsWith(runList(programs)));
    const { server, text } = hear(socket);
    await new Promise<void>(resolve => server.listen(socket, resolve));
    const args = [...machineArguments({ devices, initramfs }), '-chardev', `socket,path=${socket},id=agent`];
    const machine = spawn(QEMU, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let console = '';
    for (const stream of [machine.stdout, machine.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        console += chunk.toString('latin1');
      });
    }
    await new Promise(resolve => machine.once('close', resolve));
    server.close();
    return printedBy(programs, text(), console);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const hear = (_socket: string): { readonly server: Server; readonly text: () => string } => {
  const chunks: Buffer[] = [];
  const server = createServer(stream => {
    stream.on('data', chunk => chunks.push(chunk));
    stream.on('error', () => undefined);
  });
  return { server, text: () => Buffer.concat(chunks).toString() };
};

const printedBy = (programs: readonly GuestProgram[], all: string, console: string): Map<string, Printed> => {
  const printed = new Map<string, Printed>();
  let rest = all;
  for (const { name } of programs) {
    const end = new RegExp(`^== /run/${name} ended with (-?\\d+)\\n`, 'm').exec(rest);
    if (end === null) throw new Error(`the machine did not run ${name}: ${rest.slice(-2000)}\n${console.slice(-2000)}`);
    printed.set(name, { out: rest.slice(0, end.index), code: Number(end[1]) });
    rest = rest.slice(end.index + end[0].length);
  }
  return printed;
};
