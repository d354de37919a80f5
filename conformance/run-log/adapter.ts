/** What the log of a run says of the adapter that was driven. */
import { CAPABILITY_NAMES, FULLY_CAPABLE, type Capable } from '../protocol/capabilities.ts';
import type { ProcessTarget } from '../targets/process/target.ts';
import type { AdapterFacts } from './events.ts';

/** What an adapter said of itself. */
export const factsOf = ({ hello, capable }: ProcessTarget): AdapterFacts => {
  const { adapter, impl, quiescence, reset } = hello;
  return {
    name: adapter.name,
    version: adapter.version,
    driver: `${impl.name} ${impl.version}`,
    ...(impl.issues === undefined ? {} : { issues: impl.issues }),
    quiescence: { method: quiescence.method, guarantee: quiescence.guarantee },
    reset: reset.unit,
    undeclared: CAPABILITY_NAMES.filter(name => !capable.has(name)),
  };
};

/** What a driver has by what its log says: everything where no adapter stood between. */
export const capableOf = (adapter: AdapterFacts | undefined): Capable =>
  adapter === undefined ? FULLY_CAPABLE : new Set(CAPABILITY_NAMES.filter(name => !adapter.undeclared.includes(name)));
