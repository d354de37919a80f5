/** The adapter of the optimised driver on streams of this process: all of the protocol, and no second process. */
import { PassThrough } from 'node:stream';
import { Server } from '../../adapters/impl/serve.ts';
import { serviceFrom } from '../../adapters/impl/service.ts';
import { AdapterLog } from '../../conformance/targets/process/log.ts';
import { LineReader } from '../../conformance/targets/process/lines.ts';
import { ProcessTarget } from '../../conformance/targets/process/target.ts';
import type { Driver } from '../../abi/driver.ts';

/** A target that serves drivers which `make` makes. To be stopped. */
export const streamed = async (make: () => Driver): Promise<ProcessTarget> => {
  const input = new PassThrough();
  const output = new PassThrough();
  const server = new Server({ ...(await serviceFrom([])), make });
  const lines = new LineReader(
    line => {
      output.write(`${server.answer(line)}\n`);
      if (server.over) output.end();
    },
    () => {},
    Infinity,
  );
  input.on('data', (chunk: Buffer) => lines.push(chunk));
  const ended = new Promise<string>(resolve => output.on('end', () => resolve('the end of its stream')));
  const over = async (): Promise<void> => void output.end();
  return ProcessTarget.greet({ input, output, ended, stop: over, end: over }, new AdapterLog(), {});
};
