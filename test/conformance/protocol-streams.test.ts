/** The runner's side of the protocol on streams of this process: whatever an adapter says, nothing breaks but its verdict. */
import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { Server } from '../../adapters/impl/serve.ts';
import { serviceFrom } from '../../adapters/impl/service.ts';
import { CANARY } from '../../conformance/campaign/isolation.ts';
import { attempt } from '../../conformance/campaign/attempt.ts';
import { seederOf } from '../../conformance/campaign/seeds.ts';
import { AdapterLog } from '../../conformance/targets/process/log.ts';
import { LineReader } from '../../conformance/targets/process/lines.ts';
import { ProcessTarget, type Running } from '../../conformance/targets/process/target.ts';
import { Coverage } from '../../properties/coverage.ts';

const service = await serviceFrom([]);
/** Short enough that a thousand silent adapters take no time. */
const HASTY = { scale: 0.02, timeouts: true };

/** What is written instead of the answer to a line; `undefined`: nothing. */
type Speak = (answer: string, turn: number) => Buffer | string | undefined;

/** A right adapter on streams, whose every answer passes through `speak`. */
const adapterOf = (speak: Speak): { readonly running: Running; readonly end: () => void } => {
  const input = new PassThrough();
  const output = new PassThrough();
  const server = new Server(service);
  let turn = 0;
  const lines = new LineReader(
    line => {
      const said = speak(`${server.answer(line)}\n`, turn++);
      if (said !== undefined) output.write(said);
      if (server.over) output.end();
    },
    () => {},
  );
  input.on('data', (chunk: Buffer) => lines.push(chunk));
  const end = (): void => void output.end();
  const over = async (): Promise<void> => end();
  const ended = new Promise<string>(resolve => output.on('end', () => resolve('the end of its stream')));
  return { running: { input, output, ended, stop: over, end: over }, end };
};

/** Greets and plays one test: `right`, or how it failed. */
const play = async (speak: Speak): Promise<string> => {
  const { running } = adapterOf(speak);
  try {
    const target = await ProcessTarget.greet(running, new AdapterLog(), { patience: HASTY });
    try {
      const { failure } = await attempt(target, 1, CANARY, new Coverage());
      await target.leftovers();
      return failure === undefined ? 'right' : failure.kind;
    } finally {
      await target.stop();
    }
  } catch (error) {
    return (error as Error).name;
  }
};

/** Bytes that are nothing, something like a message, and parts of right ones. */
const noise = (seed: number, answer: string): Buffer => {
  const dice = seederOf(seed, 77);
  const parts: Buffer[] = [];
  for (let part = dice.nextInt(1, 4); part > 0; part--) {
    const bytes = Buffer.from(Array.from({ length: dice.nextInt(0, 60) }, () => dice.nextInt(0, 255)));
    const cut = answer.slice(dice.nextInt(0, 20), dice.nextInt(0, answer.length));
    const made = [
      bytes,
      '@b ',
      '\n',
      '@b {"id":1,"ok":{}}\n',
      '@b {"ev":"alive"}\n',
      '@b []\n',
      '@b null\n',
      cut,
      '{"',
    ];
    parts.push(Buffer.from(made[dice.nextInt(0, made.length - 1)] as string));
  }
  return Buffer.concat(parts);
};

describe('adapter output', () => {
  test('that is right, is judged as right', async () => {
    expect(await play(answer => answer)).toBe('right');
  });

  test('that is right among other lines, in chunks that fall anywhere, is judged as right', async () => {
    expect(await play(answer => `garbage\r\n@bogus\n${answer.replace('\n', '\r\n')}\n\u0000`)).toBe('right');
  });

  test('of a thousand random byte streams is never right, and never crashes or hangs', async () => {
    const seen = new Map<string, number>();
    const one = async (seed: number): Promise<void> => {
      const from = seed % 4;
      const turned = await play((answer, turn) =>
        turn < from ? answer : turn === from ? noise(seed, answer) : undefined,
      );
      seen.set(turned, (seen.get(turned) ?? 0) + 1);
    };
    // Most of them wait for a budget to pass; together they wait once.
    for (let first = 0; first < 1000; first += 100) {
      await Promise.all(Array.from({ length: 100 }, (_, at) => one(first + at)));
    }
    expect([...seen.values()].reduce((sum, count) => sum + count, 0)).toBe(1000);
    expect([...seen.keys()].filter(name => !['AdapterError', 'crash', 'timeout'].includes(name))).toEqual([]);
    expect(seen.get('AdapterError')).toBeGreaterThan(300);
  }, 60_000);

  test('with one character changed is never judged as right where the change is seen', async () => {
    const turned = await play((answer, turn) =>
      turn === 2 ? answer.replace('"status":"OK"', '"status":"EPERM"') : answer,
    );
    expect(turned).toBe('observation');
  });

  test('that ends in the middle of an answer is the death of the adapter', async () => {
    const { running, end } = adapterOf((answer, turn) => {
      if (turn < 2) return answer;
      setImmediate(end);
      return answer.slice(0, 40);
    });
    const target = await ProcessTarget.greet(running, new AdapterLog(), { patience: HASTY });
    const outcome = await attempt(target, 1, CANARY, new Coverage()).then(
      ({ failure }) => failure?.kind,
      (error: Error) => error.name,
    );
    expect(['crash', 'AdapterError']).toContain(outcome);
  });

  test('of an older generation is dropped', async () => {
    const log = new AdapterLog();
    const { running } = adapterOf(answer => {
      const { id, gen, ok } = JSON.parse(answer.slice(3)) as { id: number; gen?: number; ok: unknown };
      if (gen === undefined) return answer;
      const late = `@b ${JSON.stringify({ id, gen: gen - 1, ok })}\n`;
      return late + answer;
    });
    const target = await ProcessTarget.greet(running, log, { patience: HASTY });
    const { failure } = await attempt(target, 1, CANARY, new Coverage());
    expect(failure).toBeUndefined();
    expect(log.last().join('\n')).toContain('dropped an answer to generation 0');
    await target.stop();
  });
});

describe('lines', () => {
  test('are the same however the chunks fall', () => {
    const text = Buffer.from('one\r\ntwo\n\nthree ü\nrest');
    for (let size = 1; size < text.length; size++) {
      const lines: string[] = [];
      const reader = new LineReader(
        line => lines.push(line),
        () => {},
      );
      for (let at = 0; at < text.length; at += size) reader.push(text.subarray(at, at + size));
      reader.end();
      expect(lines).toEqual(['one', 'two', '', 'three ü', 'rest']);
    }
  });

  test('that are too long are told once, and end the reading', () => {
    const told: number[] = [];
    const reader = new LineReader(
      () => {},
      bytes => told.push(bytes),
      100,
    );
    for (let turn = 0; turn < 10; turn++) reader.push(Buffer.alloc(60, 'x'));
    expect(told).toEqual([120]);
  });
});
