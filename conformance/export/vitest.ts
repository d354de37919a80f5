/** An op log as a vitest file: the ops inline, replayed in lockstep with the specification. */
import { specification } from '../../model/model.ts';
import type { OpLog } from '../../abi/op.ts';
import { devicesOf } from '../campaign/log.ts';
import { wrapped } from './c-text.ts';
import { expectations } from './worlds.ts';

/** Where the file will find what it imports. */
export interface VitestOptions {
  /** Import path of the checkout's folder from the file, `..` unless told. */
  readonly root?: string;
  /** Ending of the imported files: `.ts` in a checkout, `.js` below `dist`. */
  readonly ending?: '.ts' | '.js';
  /** Devices of the world where the log does not say; 2 unless told. */
  readonly devices?: number;
}

const quoted = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll(/\s+/g, ' ')}'`;

/** JSON as a formatter would leave it: names without quotes. */
const value = (item: unknown): string => {
  if (Array.isArray(item)) return `[${item.map(value).join(', ')}]`;
  if (typeof item === 'object' && item !== null) {
    const fields = Object.entries(item).map(([key, each]) => `${key}: ${value(each)}`);
    return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
  }
  return typeof item === 'string' ? quoted(item) : String(item);
};

/** The test file. Pure: the same text for the same log. */
export const vitestFile = (log: OpLog, options: VitestOptions = {}): string => {
  const { root = '..', ending = '.ts' } = options;
  const devices = devicesOf(log, options.devices ?? 2);
  const expected = expectations(specification, { devices }, log.ops);
  const title = log.title ?? 'the log keeps step with the specification';
  const ops = expected.flatMap(({ op, ways, never }) => {
    const texts = never ? ['nobody can make this call here'] : ways.map(({ text }) => text);
    return [...texts.flatMap(text => wrapped(text)).map(line => `  // ${line}`), `  ${value(op)},`];
  });
  // Which calls can be made may depend on what the driver chooses.
  const isCertain = expected.every(
    ({ ways, never }) => never || (ways.length > 0 && ways.every(way => way.observation)),
  );
  const skipped = expected.filter(({ never }) => never).map(({ op }) => op.id);
  const from = (file: string): string => quoted(`${root}/${file}${ending}`);
  return `/**
${wrapped(title.replaceAll('*/', '* /'))
  .map(line => ` * ${line}`)
  .join('\n')}
 *
 * Made by binder-spec. Above each op stands what the specification allows it to show.
 */
import { expect, test } from ${quoted('vitest')};
import { ImplTarget } from ${from('conformance/targets/impl')};
import { specification } from ${from('model/model')};
import { INVARIANTS } from ${from('properties/all')};
import { runLockstep } from ${from('properties/lockstep')};

/** Put a driver of your own here: any \`Driver\` of abi/driver.ts. */
const driver = new ImplTarget();

const ops: Parameters<typeof runLockstep>[1] = [
${ops.join('\n')}
];

test(${quoted(title)}, () => {
  const world = { devices: ${devices} };
  const result = runLockstep({ specification, driver, world, checkpointEvery: 1, invariants: INVARIANTS }, ops);
  expect(result.failure?.explanation ?? []).toEqual([]);
  ${isCertain ? `expect(result.skipped).toEqual(${value(skipped)})` : 'expect(result.ops).toBeGreaterThan(0)'};
});
`;
};
