/** A failure in the Informal Trace Format of Quint and Apalache: the states of the specification beside the driver's. */
import { specification } from '../../model/model.ts';
import { opWords } from './html/words.ts';
import type { FinishedRun } from './run-report.ts';
import { toldFailures } from './story.ts';

/** What a side cannot tell, as Quint writes an option without a value. */
const NONE = { tag: 'None', value: { '#tup': [] } } as const;

/** A value as ITF has it: no null, and integers that JSON cannot carry as text. */
export const itfValue = (value: unknown): unknown => {
  if (value === null || value === undefined) return NONE;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : { '#bigint': String(value) };
  if (Array.isArray(value)) return value.map(itfValue);
  if (typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (inner === undefined ? [] : [[key, itfValue(inner)]])),
  );
};

const VARS = ['model', 'driver', 'observation', 'rules', 'mbt::actionTaken', 'mbt::nondetPicks'] as const;

/** One failure (the first, unless told) as a trace; without any, a trace of the initial state alone. */
export const itf = (run: FinishedRun, only = 1): string => {
  const [failure] = toldFailures(run, only);
  const devices = failure?.known.first.devices ?? run.head.devices;
  const initial = specification.snapshot(specification.initial({ devices }));
  const { tool, target, profile, seed } = run.head;
  const states = [
    {
      model: initial,
      driver: initial,
      observation: null,
      rules: [],
      'mbt::actionTaken': 'init',
      'mbt::nondetPicks': {},
    },
    ...(failure?.told.steps ?? []).map(({ op, observation, rules, model, driver }) => ({
      model,
      driver,
      observation,
      rules,
      'mbt::actionTaken': opWords(op),
      'mbt::nondetPicks': { op },
    })),
  ];
  return `${JSON.stringify({
    '#meta': {
      format: 'ITF',
      'format-description': 'https://apalache-mc.org/docs/adr/015adr-trace.html',
      source: `${tool.name} ${tool.version}: ${target.name} against ${profile}, seed ${seed}`,
      status: failure === undefined ? 'ok' : 'violation',
      description: failure === undefined ? 'no failure' : failure.report.signature,
    },
    vars: VARS,
    states: states.map((state, index) => ({ '#meta': { index }, ...(itfValue(state) as object) })),
  })}\n`;
};
