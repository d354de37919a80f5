/**
 * A stand-in for `ssh`: starts the agent on a machine that it boots for it, and connects its own standard input and
 * output with the agent's. As a shell of another machine would, it says something first.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { initramfsWith } from '../../adapters/linux/image.ts';
import { paths } from '../../adapters/linux/layout.ts';
import { machineArguments, QEMU } from '../../conformance/targets/linux/machine.ts';
import { runList } from './programs.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'binder-spec-'));
const socket = path.join(folder, 'channel');
const initramfs = path.join(folder, 'initramfs');
const agent = { name: 'agent', data: readFileSync(paths.agent), args: ['--stdio', ...process.argv.slice(2)] };
writeFileSync(initramfs, initramfsWith(runList([agent])));

process.stdout.write('Last login: never. Welcome to another machine!\n');
const server = createServer(channel => {
  process.stdin.pipe(channel);
  channel.pipe(process.stdout);
  channel.on('error', () => undefined);
});
server.listen(socket, () => {
  const args = [...machineArguments({ devices: 16, initramfs }), '-chardev', `socket,path=${socket},id=agent`];
  const machine = spawn(QEMU, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  process.on('exit', () => {
    machine.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1));
  process.stdin.on('end', () => process.exit(0));
  machine.on('exit', code => process.exit(code ?? 1));
});
