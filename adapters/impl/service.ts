/** What the adapter says of itself, and which driver it serves. */
import { packageVersion as version } from '../../conformance/paths.ts';
import { CAPABILITY_NAMES } from '../../conformance/protocol/capabilities.ts';
import { PROTOCOL } from '../../conformance/protocol/messages.ts';
import { driverWithFault } from '../../conformance/targets/faulty.ts';
import { ImplTarget } from '../../conformance/targets/impl.ts';
import type { Service } from './serve.ts';

const SLOTS = 4;

/** The seeded fault that a command line asks for: `--fault ID`. Throws for words that it does not know. */
const faultFrom = (args: readonly string[]): string | undefined => {
  const [word, id, ...rest] = args;
  if (word === undefined) return undefined;
  if (word !== '--fault' || id === undefined || rest.length > 0) throw new Error('usage: main.js [--fault ID]');
  return id;
};

/** The service that a command line asks for. Throws for words that it does not know. */
export const serviceFrom = async (args: readonly string[]): Promise<Service> => {
  const fault = faultFrom(args);
  const Driver = fault === undefined ? undefined : await driverWithFault(fault);
  return {
    make: () => new ImplTarget(Driver),
    hello: {
      protocol: PROTOCOL,
      adapter: { name: 'binder-spec-impl', version, language: 'TypeScript' },
      impl: {
        id: fault === undefined ? 'impl' : `impl:${fault}`,
        name: 'The optimised driver of binder-spec',
        version,
        kind: 'library',
      },
      env: { node: process.version, arch: process.arch },
      caps: Object.fromEntries(CAPABILITY_NAMES.map(name => [name, true])),
      limits: { max_line: 16 << 20, slots: SLOTS, devices: 8 },
      reset: { unit: 'context' },
      quiescence: { method: 'the driver runs in the adapter, one call at a time', guarantee: 'exact' },
    },
  };
};
