/** A short test as it goes over the wire, answered by the specification: the example of docs/protocol.md. */
import type { Call, WriteRead } from '../../abi/call.ts';
import { specification } from '../../model/model.ts';
import { SpecificationTarget } from '../targets/model.ts';
import { CAPABILITY_NAMES } from './capabilities.ts';
import { PREFIX, PROTOCOL, type Hello } from './messages.ts';

/** One line of a conversation. */
export interface Line {
  readonly from: 'runner' | 'adapter';
  readonly text: string;
}

const SERVER = { proc: 0, thread: 0, fd: 0 };
const CLIENT = { proc: 1, thread: 0, fd: 0 };

const read = (id: number, who: typeof SERVER, write: WriteRead['write'] = []): Call => ({
  ...{ op: 'write_read', id, ...who, write, writeConsumed: 0 },
  read: { size: 256, consumed: 0 },
});

const message = (data: string) => ({
  ...{ size: data.length / 2, data, offsets: [], offsetsSize: 0, objects: [], pieces: [] },
  ...({ dataAt: 'own', offsetsAt: 'own' } as const),
});

/** A process becomes context manager and waits; another one calls it. */
const CALLS: readonly Call[] = [
  { op: 'open', id: 1, ...SERVER, device: 0, nonblock: false, readonly: false },
  { op: 'mmap', id: 2, ...SERVER, size: 65536, prot: 'read', private: true },
  { op: 'ioctl', id: 3, ...SERVER, cmd: 'BINDER_SET_CONTEXT_MGR', arg: {} },
  { op: 'write_read', id: 4, ...SERVER, write: [{ bc: 'BC_ENTER_LOOPER' }], writeConsumed: 0 },
  read(5, SERVER),
  { op: 'open', id: 6, ...CLIENT, device: 0, nonblock: false, readonly: false },
  { op: 'mmap', id: 7, ...CLIENT, size: 65536, prot: 'read', private: true },
  read(8, CLIENT, [{ bc: 'BC_TRANSACTION', target: 0, code: 7, flags: 0, message: message('68656c6c6f000000') }]),
];
const ANSWER: readonly Call[] = [
  read(9, SERVER, [{ bc: 'BC_REPLY', code: 0, flags: 0, message: message('776f726c64000000') }]),
  read(10, CLIENT),
];

const HELLO: Hello = {
  protocol: PROTOCOL,
  adapter: { name: 'my-adapter', version: '0.1.0', language: 'c' },
  impl: { id: 'my-driver', name: 'My driver', version: '2.3.4', kind: 'library' },
  caps: Object.fromEntries(CAPABILITY_NAMES.filter((_, at) => at % 5 === 2).map(name => [name, true])),
  limits: { slots: 1, max_line: 1048576 },
  reset: { unit: 'context' },
  quiescence: { method: 'the adapter runs one call at a time', guarantee: 'exact' },
};

/** The whole conversation. */
export const conversation = (): readonly Line[] => {
  const driver = new SpecificationTarget(specification);
  driver.reset({ devices: 1 });
  const lines: Line[] = [];
  let id = 0;
  const exchange = (request: Readonly<Record<string, unknown>>, ok: unknown): void => {
    const { q, ...rest } = request;
    const gen = 'gen' in request ? { gen: request['gen'] } : {};
    lines.push({ from: 'runner', text: JSON.stringify({ q, id, ...rest }) });
    lines.push({ from: 'adapter', text: PREFIX + JSON.stringify({ id, ...gen, ok }) });
    id++;
  };
  const perform = (calls: readonly Call[]) => ({ observations: calls.map(call => driver.perform(call)) });
  exchange(
    {
      q: 'hello',
      protocols: [PROTOCOL],
      tool: { name: 'binder-spec', version: '0.1.0' },
      spec: 'linux-6.1',
      time_scale: 1,
    },
    HELLO,
  );
  exchange({ q: 'begin', gen: 1, devices: 1, test: 'test 1', budget_ms: 2000 }, { residue: null });
  lines.push({ from: 'adapter', text: 'any other line is log text, kept and never judged' });
  exchange({ q: 'do', gen: 1, calls: CALLS }, perform(CALLS));
  exchange({ q: 'do', gen: 1, calls: ANSWER }, perform(ANSWER));
  exchange({ q: 'end', gen: 1 }, { residue: null });
  exchange({ q: 'bye' }, {});
  return lines;
};
