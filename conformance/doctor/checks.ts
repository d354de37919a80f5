/** The checks of `doctor`, one after the other: each says what it looked at and what it found. */
import type { BatchStep, RemoteDriver } from '../../abi/driver.ts';
import { equal } from '../../abi/equal.ts';
import type { Op } from '../../abi/op.ts';
import { Coverage } from '../../properties/coverage.ts';
import { isWithoutVerdict, UNSUPPORTED } from '../../properties/remote.ts';
import { attempt, isDeath } from '../campaign/attempt.ts';
import { CANARY } from '../campaign/isolation.ts';
import { probeAll } from '../campaign/probe.ts';
import { CAPABILITY_NAMES } from '../protocol/capabilities.ts';
import { GUARANTEES } from '../protocol/messages.ts';
import { probeOf } from '../protocol/probes.ts';
import type { Answer } from '../targets/process/connection.ts';
import type { ProcessTarget } from '../targets/process/target.ts';
import { count } from '../verdict.ts';

/** What a check came to: `right`, `wrong` (the adapter has to change), `note` (worth knowing). */
export interface Finding {
  readonly verdict: 'right' | 'wrong' | 'note';
  readonly says: string;
}

const right = (says: string): Finding => ({ verdict: 'right', says });
const wrong = (says: string): Finding => ({ verdict: 'wrong', says });
const note = (says: string): Finding => ({ verdict: 'note', says });

const told = <Q extends 'hello' | 'begin' | 'do' | 'snapshot' | 'end' | 'bye'>(answer: Answer<Q>): string =>
  'err' in answer ? `the error ${answer.err.code} (${answer.err.msg})` : 'ok';

/** What the handshake says. */
export const greeting = ({ hello, slots, capable }: ProcessTarget): Finding[] => {
  const { adapter, impl, quiescence } = hello;
  const unknown = Object.keys(hello.caps).filter(name => !CAPABILITY_NAMES.some(known => known === name));
  return [
    right(`hello: ${adapter.name} ${adapter.version} drives ${impl.name} ${impl.version}`),
    note(`${count(slots, 'test')} side by side; lines of up to ${hello.limits?.max_line ?? 1 << 20} bytes`),
    note(`quiescence: ${quiescence.guarantee} (${quiescence.method}): ${GUARANTEES[quiescence.guarantee]}`),
    note(`${capable.size} of ${CAPABILITY_NAMES.length} capabilities declared`),
    ...(unknown.length === 0 ? [] : [note(`capabilities that this program does not know: ${unknown.join(', ')}`)]),
    ...(capable.has('fda') && !(capable.has('fd') && capable.has('sg'))
      ? [wrong('fda is declared without fd and sg, which it needs')]
      : []),
  ];
};

/** Requests, ops and fields that the adapter cannot know, and a line that is longer than it reads. */
export const strangers = async (target: ProcessTarget): Promise<Finding[]> => {
  const { connection } = target;
  const findings: Finding[] = [];
  const tea = await connection.askUnchecked('bye', { q: 'tea' }, 'test');
  findings.push(
    'err' in tea && tea.err.code === 'unsupported'
      ? right('an unknown request is answered with unsupported')
      : wrong(`an unknown request must be answered with the error unsupported, not ${told(tea)}`),
  );
  const gen = target.nextGeneration();
  const extra = { gen, devices: 1, test: 'doctor', budget_ms: 2000, 'x-unknown': { of: 'this version' } };
  const begun = await connection.askUnchecked('begin', extra, 'test');
  findings.push(
    'ok' in begun
      ? right('an unknown field of a request is ignored')
      : wrong(`an unknown field must be ignored; begin was answered with ${told(begun)}`),
  );
  const dance = { op: 'dance', id: 1, proc: 0, thread: 0, fd: 0 };
  const danced = await connection.askUnchecked('do', { gen, calls: [dance] }, 'test');
  findings.push(
    'err' in danced && danced.err.code === 'unsupported'
      ? right('an unknown op is answered with unsupported')
      : wrong(`an unknown op must be answered with the error unsupported, not ${told(danced)}`),
  );
  const ended = await connection.ask('end', { gen }, 'test');
  if ('err' in ended) findings.push(wrong(`the test cannot be ended behind an unknown op: ${told(ended)}`));
  return findings;
};

/** Longer lines than this are not sent only to see what happens. */
const LONGEST_TRIED = 20 << 20;

/** A line that is longer than the adapter reads: it may be refused, taken or dropped, and the next one works. */
export const oversize = async (target: ProcessTarget): Promise<Finding[]> => {
  const limit = target.hello.limits?.max_line ?? 1 << 20;
  if (limit > LONGEST_TRIED) return [note(`lines of ${limit} bytes are not tried`)];
  const { connection } = target;
  const gen = target.nextGeneration();
  const long = { gen, devices: 1, test: 'x'.repeat(limit), budget_ms: 2000 };
  let said = 'nothing';
  const answer = connection.askUnchecked('begin', long, 'none').then(
    each => {
      said = told(each);
      return each;
    },
    () => undefined,
  );
  try {
    const next = target.nextGeneration();
    for (const q of ['begin', 'end'] as const) {
      const body = q === 'begin' ? { ...long, gen: next, test: 'doctor' } : { gen: next };
      const after = await connection.askUnchecked(q, body, 'busy');
      if ('err' in after) return [wrong(`behind a line longer than max_line ${q} is answered with ${told(after)}`)];
    }
    if (said === 'ok') await answer.then(() => connection.ask('end', { gen }, 'test'));
    return [right(`a line longer than max_line is survived (answered with ${said})`)];
  } catch (error) {
    return [wrong(`a line longer than max_line must be survived: ${(error as Error).message}`)];
  }
};

/** What is left lying about for the next test: open files, a parked read, an unanswered call, a manager. */
const MESS: readonly Op[] = CANARY.slice(0, 8);
/** A message that is mostly one byte: it travels in the short spelling. */
const LONG_FILL: readonly Op[] = [
  ...CANARY.slice(0, 7),
  {
    ...{ op: 'write_read', id: 8, proc: 1, thread: 0, fd: 0, read: { size: 256 } },
    write: [{ bc: 'BC_TRANSACTION', target: 0, code: 7, flags: 1, message: { size: 8192, fill: 0x5a } }],
  },
];

const shownBy = async (target: RemoteDriver, ops: readonly Op[]) => {
  const shown: unknown[] = [];
  const { failure } = await attempt(target, 1, ops, new Coverage(), {
    onStep: ({ observation }) => shown.push(observation),
  });
  return { shown, failure };
};

/** A test, another one behind a mess, the same in a fresh adapter. */
export const reset = async (target: ProcessTarget, fresh: () => Promise<RemoteDriver>): Promise<Finding[]> => {
  const findings: Finding[] = [];
  const first = await shownBy(target, CANARY);
  const differs = first.failure?.signature;
  if (isDeath(first.failure))
    return [wrong(`a short test does not come to its end: ${String(first.failure.observed)}`)];
  findings.push(
    differs === undefined
      ? right('a call with its answer shows what the specification allows')
      : note(`a call with its answer shows what the specification does not allow: ${differs}`),
  );
  await shownBy(target, MESS);
  const again = await shownBy(target, CANARY);
  findings.push(
    equal(first.shown, again.shown)
      ? right('the same test behind an untidy one shows the same')
      : wrong('the same test behind an untidy one shows something else: `end` must leave nothing'),
  );
  const other = await fresh();
  try {
    const elsewhere = await shownBy(other, CANARY);
    findings.push(
      equal(first.shown, elsewhere.shown)
        ? right('the same test in a fresh adapter shows the same')
        : wrong('the same test in a fresh adapter shows something else'),
    );
  } finally {
    await other.stop();
  }
  const long = await shownBy(target, LONG_FILL);
  findings.push(
    long.failure === undefined
      ? right('long rows of bytes are understood in their short spelling')
      : note(`a message of 8192 bytes shows what is not allowed: ${long.failure.signature}`),
  );
  return findings;
};

const offered = async (target: ProcessTarget, name: (typeof CAPABILITY_NAMES)[number]): Promise<boolean> => {
  const probe = probeOf(name);
  if (probe === undefined) return true;
  const session = await target.begin({ devices: Math.min(2, target.devices) });
  try {
    await session.perform(probe.calls.map((call): BatchStep => ({ call, expected: [] })));
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === UNSUPPORTED) return false;
    throw error;
  } finally {
    await session.end();
  }
};

/** Whether the state, or the history, of a test that opened files is told, or is at least understood as a question. */
const tells = async (target: ProcessTarget, name: 'snapshot' | 'journal'): Promise<boolean> => {
  const gen = target.nextGeneration();
  const { connection } = target;
  await connection.ask('begin', { gen, devices: 1, test: 'doctor', budget_ms: 2000 }, 'test');
  const answer = await connection.ask(name, { gen }, 'test');
  await connection.ask('end', { gen }, 'test');
  return 'ok' in answer;
};

/** Claims in both directions, as far as one question each can tell. */
export const claims = async (target: ProcessTarget): Promise<Finding[]> => {
  const findings: Finding[] = [];
  const missing: string[] = [];
  for (const name of CAPABILITY_NAMES) {
    if (target.capable.has(name) && !(await offered(target, name))) missing.push(name);
  }
  for (const name of ['snapshot', 'journal'] as const) {
    if (target.capable.has(name) && !(await tells(target, name))) missing.push(name);
  }
  findings.push(
    missing.length === 0
      ? right('nothing that is declared is answered with unsupported')
      : wrong(`declared, but answered with unsupported: ${missing.join(', ')}`),
  );
  const { refused, failures } = await probeAll(target);
  for (const { failure } of failures) findings.push(wrong(String(failure.observed)));
  if (failures.length === 0 && refused.length > 0) {
    findings.push(right(`what is not declared is refused (${count(refused.length, 'probe')})`));
  }
  return findings;
};

/** Rounds of the measurement, and calls of each. */
const ROUNDS = 20;
const CALLS = 200;

/** How fast calls go, many in a line and one in a line; the calls do next to nothing in any driver. */
export const speed = async (target: ProcessTarget): Promise<Finding[]> => {
  const open: BatchStep = {
    call: { op: 'open', id: 1, proc: 0, thread: 0, fd: 0, device: 0, nonblock: false, readonly: false },
    expected: [],
  };
  const version = (id: number): BatchStep => ({
    call: { op: 'ioctl', id, proc: 0, thread: 0, fd: 0, cmd: 'BINDER_VERSION', arg: {} },
    expected: [],
  });
  const rate = async (size: number, calls: number): Promise<number> => {
    const session = await target.begin({ devices: 1 });
    await session.perform([open]);
    const began = performance.now();
    for (let id = 2; id < calls + 2; id += size) {
      await session.perform(Array.from({ length: size }, (_, at) => version(id + at)));
    }
    const seconds = (performance.now() - began) / 1000;
    await session.end();
    return Math.round(calls / seconds);
  };
  const single = await rate(1, CALLS);
  const batched = await rate(CALLS, ROUNDS * CALLS);
  return [note(`${batched} calls/s in lines of ${CALLS}, ${single} calls/s one by one`)];
};

/** Runs a check; an adapter that fails in the middle of it is wrong there. */
export const guarded = async (name: string, check: () => Promise<Finding[]>): Promise<Finding[]> => {
  try {
    return await check();
  } catch (error) {
    const kind = isWithoutVerdict(error) ? '' : `${(error as Error).name}: `;
    return [wrong(`${name}: ${kind}${(error as Error).message}`)];
  }
};
