/** The words of the protocol: capabilities, what lies behind them, rows of bytes, schemas, and the page about it all. */
import { describe, expect, test } from 'vitest';
import { CallSchema } from '../../abi/call-schema.ts';
import type { Op } from '../../abi/op.ts';
import { readCorpus } from '../../conformance/corpus.ts';
import { arbitraryOf } from '../../conformance/campaign/budget.ts';
import { seederOf } from '../../conformance/campaign/seeds.ts';
import { BEHIND, missingFor, waysTo } from '../../conformance/protocol/behind.ts';
import { expand, shorten } from '../../conformance/protocol/bytes.ts';
import { CAPABILITIES, CAPABILITY_NAMES, FULLY_CAPABLE } from '../../conformance/protocol/capabilities.ts';
import { conversation } from '../../conformance/protocol/example.ts';
import {
  AnswerSchema,
  RequestSchema,
  RESULTS,
  WireCallSchema,
  type RequestName,
} from '../../conformance/protocol/messages.ts';
import { fit, needsOf } from '../../conformance/protocol/needs.ts';
import { presence, probeOf } from '../../conformance/protocol/probes.ts';
import { RULE_IDS, whyUndeclared } from '../../conformance/rulebook.ts';
import { shortCall } from '../../conformance/protocol/spelling.ts';
import { ImplTarget } from '../../conformance/targets/impl.ts';
import { RULES, specification } from '../../model/model.ts';
import { INVARIANTS, WITNESSES } from '../../properties/all.ts';
import { Coverage } from '../../properties/coverage.ts';
import { runLockstep } from '../../properties/lockstep.ts';

const NOTHING = new Set<never>();
const drawn = (count: number): (readonly Op[])[] => {
  const plan = { target: { kind: 'impl' }, profile: 'linux-6.1', level: 'full', seed: 3, devices: 2 } as const;
  const arbitrary = arbitraryOf({ ...plan, budget: { failures: 1 } });
  return Array.from({ length: count }, (_, at) => arbitrary.draw(seederOf(3, at)));
};

describe('capabilities', () => {
  test('are told in a sentence each', () => {
    for (const { says } of Object.values(CAPABILITIES)) expect(says).toMatch(/^[A-Z].*\.\)?$/);
  });

  test('have a probe wherever there is a refusal', () => {
    for (const name of CAPABILITY_NAMES) {
      expect([name, probeOf(name) === undefined]).toEqual([name, CAPABILITIES[name].refusal === 'none']);
    }
  });

  test('that a full driver has are all seen by their probes', () => {
    const unseen = CAPABILITY_NAMES.filter(name => {
      const probe = probeOf(name);
      if (probe === undefined || name === 'raw') return false;
      const driver = new ImplTarget();
      driver.reset({ devices: 2 });
      return (
        presence(
          probe,
          probe.calls.map(call => driver.perform(call)),
        ) === undefined
      );
    });
    expect(unseen).toEqual([]);
  });

  test('hide only rules and witnesses that exist', () => {
    const known = new Set<string>([...Object.keys(RULES), ...WITNESSES.map(({ id }) => id)]);
    expect(BEHIND.filter(id => !known.has(id))).toEqual([]);
    expect(new Set(BEHIND).size).toBe(BEHIND.length);
  });

  test('hide nothing from a driver that has them all', () => {
    expect(BEHIND.filter(id => missingFor(id, FULLY_CAPABLE).length > 0)).toEqual([]);
    expect(BEHIND.filter(id => waysTo(id).length === 0)).toEqual([]);
  });

  test('each hide something, or concern the harness alone', () => {
    const hiding = new Set(BEHIND.flatMap(id => missingFor(id, NOTHING)));
    const harness = new Set<string>(['readonly', 'euid', 'flush', 'multi_device']);
    for (const name of CAPABILITY_NAMES) {
      const alone = new Set(CAPABILITY_NAMES.filter(other => other !== name));
      const hides =
        BEHIND.some(id => missingFor(id, alone).includes(name)) ||
        RULE_IDS.some(id => whyUndeclared(id, RULES[id], alone)?.includes(name) === true);
      expect([name, hides || hiding.has(name) || harness.has(name)]).toEqual([name, true]);
    }
  });
});

describe('a test that is cut to what a driver has', () => {
  const logs = [...readCorpus().map(({ log }) => log.ops), ...drawn(40)];

  test('is the same for a driver that has everything', () => {
    for (const ops of logs) expect(fit(ops, FULLY_CAPABLE)).toBe(ops);
  });

  test('needs nothing that is not declared', () => {
    for (const ops of logs) {
      expect(fit(ops, NOTHING).flatMap(needsOf)).toEqual([]);
      for (const op of fit(ops, new Set(['death', 'kill']))) {
        expect(needsOf(op).filter(need => need !== 'death' && need !== 'kill')).toEqual([]);
      }
    }
  });

  test('of a driver that has next to nothing still exercises most of what every driver must do', () => {
    const coverage = new Coverage(WITNESSES);
    const driver = new ImplTarget();
    const failures = logs.flatMap(ops => {
      const { failure } = runLockstep(
        { specification, driver, world: { devices: 1 }, invariants: INVARIANTS, coverage },
        fit(ops, NOTHING),
      );
      return failure === undefined ? [] : [failure.signature];
    });
    expect(failures).toEqual([]);
    expect(coverage.rulesFired).toBeGreaterThan(120);
  });
});

describe('rows of bytes', () => {
  test('are read as they were written, long and short', () => {
    const long = `c0ffee${'5a'.repeat(5000)}`;
    for (const row of ['', '00', 'c0ffee', long, '00'.repeat(3000), `${'00'.repeat(3000)}01`]) {
      expect(expand(shorten(row))).toBe(row);
    }
    expect(JSON.stringify(shorten(long)).length).toBeLessThan(600);
  });

  test('that are longer than any message are refused', () => {
    expect(() => expand({ rep: [['00', 1e9]] })).toThrow(RangeError);
  });
});

describe('the schema of a call', () => {
  test('accepts every call that a sequence makes, as a message has it', () => {
    const driver = new ImplTarget();
    const refused: unknown[] = [];
    const spy = {
      reset: driver.reset.bind(driver),
      snapshot: () => undefined,
      perform: (call: Parameters<ImplTarget['perform']>[0]) => {
        if (!WireCallSchema.safeParse(shortCall(call)).success) refused.push(call);
        return driver.perform(call);
      },
    };
    for (const ops of drawn(20)) runLockstep({ specification, driver: spy, world: { devices: 2 } }, ops);
    expect(refused).toEqual([]);
  });

  test('refuses a field that nobody knows', () => {
    const call = { op: 'close', id: 1, proc: 0, thread: 0, fd: 0 };
    expect(CallSchema.safeParse(call).success).toBe(true);
    expect(CallSchema.safeParse({ ...call, colour: 'red' }).success).toBe(false);
  });
});

describe('the conversation of the page', () => {
  test('is made of messages that keep to the schemas', () => {
    const asked = new Map<number, RequestName>();
    for (const { from, text } of conversation()) {
      if (from === 'adapter' && !text.startsWith('@b ')) continue;
      const message: unknown = JSON.parse(text.replace(/^@b /, ''));
      if (from === 'runner') {
        const request = RequestSchema.parse(message);
        asked.set(request.id, request.q);
        continue;
      }
      const answer = AnswerSchema.parse(message) as { readonly id: number; readonly ok: unknown };
      expect(RESULTS[asked.get(answer.id) as RequestName].safeParse(answer.ok).error?.issues ?? []).toEqual([]);
    }
    expect(asked.size).toBe(6);
  });
});
