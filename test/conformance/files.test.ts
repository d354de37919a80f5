/** Files of the command line are whole or absent, and a place that cannot be written is said before the run. */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { OpLog } from '../../abi/op.ts';
import { fileFor } from '../../conformance/campaign/log.ts';
import { EnvironmentError } from '../../conformance/exit.ts';
import { mustBeWritable, writeWhole } from '../../conformance/files.ts';
import { InFlight } from '../../conformance/in-flight.ts';
import { formatOpLog } from '../../abi/op-log-text.ts';
import { parseOpLog, readOpLog, writeOpLog } from '../../conformance/oplog-file.ts';
import { command, withFolder } from './command.ts';

const log: OpLog = {
  format: 'binder-spec/op-log',
  version: 1,
  title: 'two ops',
  origin: { target: 'impl', seed: 7 },
  ops: [
    { op: 'open', id: 1, proc: 0, thread: 0, fd: 0 },
    { op: 'mmap', id: 2, proc: 0, thread: 0, fd: 0, size: 4096 },
  ],
};

describe('an op log', () => {
  test('comes back from its file', async () => {
    await withFolder(folder => {
      const file = path.join(folder, 'deep', 'in', 'log.json');
      writeOpLog(file, log);
      expect(readOpLog(file)).toEqual(log);
    });
  });

  test('has one line for each op', () => {
    expect(formatOpLog(log).match(/^ {4}\{"op"/gm)).toHaveLength(2);
    expect(parseOpLog('log', formatOpLog({ ...log, ops: [] })).ops).toEqual([]);
  });

  test('of one bug always has the same file name, made of plain letters', () => {
    const file = fileFor('out', 'observation write_read result.returns.*.br BR_A!=BR_B');
    expect(file).toBe(fileFor('out', 'observation write_read result.returns.*.br BR_A!=BR_B'));
    expect(file).not.toBe(fileFor('out', 'observation write_read result.returns.*.br BR_A!=BR_C'));
    expect(path.basename(file)).toMatch(/^[A-Za-z0-9-]+\.json$/);
  });
});

describe('a file', () => {
  test('is replaced whole and leaves nothing beside it', async () => {
    await withFolder(folder => {
      const file = path.join(folder, 'report.json');
      writeFileSync(file, 'old');
      writeWhole(file, 'new');
      expect(readFileSync(file, 'utf8')).toBe('new');
      expect(readdirSync(folder)).toEqual(['report.json']);
    });
  });

  test('that cannot be written is an error of the environment that names it', async () => {
    await withFolder(folder => {
      writeFileSync(path.join(folder, 'file'), '');
      const below = path.join(folder, 'file', 'report.json');
      expect(() => writeWhole(below, '')).toThrow(EnvironmentError);
      expect(() => writeWhole(below, '')).toThrow(`cannot write ${below}: `);
      expect(() => mustBeWritable(below)).toThrow(`cannot write ${below}: `);
    });
  });

  test('on a full disk is an error of the environment', () => {
    expect(() => writeWhole('/dev/full/report.json', 'x')).toThrow('cannot write /dev/full/report.json: ');
  });

  test('that is a folder is refused before the run', async () => {
    await withFolder(async folder => {
      const place = path.join(folder, 'report');
      mkdirSync(place);
      const { code, out, err } = await command([
        'run',
        '--target',
        'model',
        '--ops',
        '10',
        '--report',
        `json=${place}`,
      ]);
      expect(code).toBe(3);
      expect(err).toBe(`environment: cannot write ${place}: it is a folder\n`);
      expect(out).toBe('');
    });
  });
});

describe('what is in flight', () => {
  test('holds exactly the logs that are in flight', async () => {
    await withFolder(folder => {
      const inFlight = new InFlight(path.join(folder, 'in-flight'));
      const first = inFlight.begin(0, log);
      const second = inFlight.begin(3, { ...log, ops: log.ops.slice(0, 1) });
      expect(inFlight.files().sort()).toEqual([first, second].sort());
      expect(readOpLog(second).ops).toHaveLength(1);
      inFlight.finish(0);
      expect(inFlight.files()).toEqual([second]);
      inFlight.close();
      expect(inFlight.files()).toEqual([second]);
      inFlight.finish(3);
      inFlight.close();
      expect(readdirSync(folder)).toEqual([]);
    });
  });
});
