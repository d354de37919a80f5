/** Asking an adapter for what it does not declare: a wrong `false` is a failure like a wrong `true`. */
import type { Observation } from '../../abi/observation.ts';
import type { Op } from '../../abi/op.ts';
import { crashes, type Failure } from '../../properties/failure.ts';
import { isWithoutVerdict, UNSUPPORTED } from '../../properties/remote.ts';
import { CAPABILITY_NAMES, type CapabilityName } from '../protocol/capabilities.ts';
import { presence, probeOf, type Probe } from '../protocol/probes.ts';
import type { ProcessTarget } from '../targets/process/target.ts';

/** What probing showed. */
export interface Probed {
  /** Capabilities that are refused as they should be. */
  readonly refused: readonly CapabilityName[];
  readonly failures: readonly { readonly failure: Failure; readonly ops: readonly Op[] }[];
}

/** What every failure of a probe says. */
const NOT_DECLARED = 'is not declared, but';

/** Whether a failure was found by a probe: the specification has nothing to say about it. */
export const isProbed = ({ kind, core }: Failure): boolean => kind === 'capability' && core.includes(NOT_DECLARED);

const failureOf = ({ capability, ops }: Probe, what: string): Failure =>
  crashes('capability', 'adapter', `${capability} ${NOT_DECLARED} ${what}`, ops.at(-1) as Op, []);

const answersTo = async (driver: ProcessTarget, { calls }: Probe): Promise<readonly Observation[] | 'refused'> => {
  const session = await driver.begin({ devices: 1 });
  try {
    return await session.perform(calls.map(call => ({ call, expected: [] })));
  } catch (error) {
    if (error instanceof Error && error.name === UNSUPPORTED) return 'refused';
    throw error;
  } finally {
    await session.end();
  }
};

/** Probes every capability that is not declared. A driver that dies of a probe ends the probing. */
export const probeAll = async (driver: ProcessTarget): Promise<Probed> => {
  const refused: CapabilityName[] = [];
  const failures: { readonly failure: Failure; readonly ops: readonly Op[] }[] = [];
  for (const name of CAPABILITY_NAMES) {
    const probe = driver.capable.has(name) ? undefined : probeOf(name);
    if (probe === undefined) continue;
    try {
      const answers = await answersTo(driver, probe);
      const what = answers === 'refused' ? undefined : presence(probe, answers);
      if (what === undefined) refused.push(name);
      else failures.push({ failure: failureOf(probe, what), ops: probe.ops });
    } catch (error) {
      if (isWithoutVerdict(error)) throw error;
      failures.push({ failure: failureOf(probe, `asking for it ends in ${(error as Error).message}`), ops: probe.ops });
      break;
    }
  }
  return { refused, failures };
};
