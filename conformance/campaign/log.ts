/** Op logs as they are saved: the ops with where they came from. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import type { Op, OpLog } from '../../abi/op.ts';
import { adapterWords } from '../options.ts';
import type { Plan, Source } from './plan.ts';

/** `impl`, `linux`, `linux -- CMD`, `mutant:NAME`, `-- CMD`: a target as a command line names it. */
export const nameOf = (target: Plan['target']): string => {
  if (target.kind === 'process') return adapterWords(target.command);
  if (target.kind === 'linux' && target.command !== undefined) return `linux ${adapterWords(target.command)}`;
  return target.kind === 'mutant' ? `mutant:${target.mutant}` : target.kind;
};

/** An op log of a run with its ops and its world. */
export interface RunLog {
  readonly source: Source;
  readonly devices: number;
  readonly ops: readonly Op[];
}

/** An op log of a run as it is saved. */
export const logOf = (plan: Plan, { source, devices, ops }: RunLog, signature?: string): OpLog => ({
  format: 'binder-spec/op-log',
  version: 1,
  profile: plan.profile,
  ...(signature === undefined ? {} : { title: signature }),
  origin: {
    target: nameOf(plan.target),
    seed: plan.seed,
    ...source,
    devices,
    ...(signature === undefined ? {} : { signature }),
  },
  ops: [...ops],
});

/** Devices of the world that a log was made for. */
export const devicesOf = (log: OpLog, otherwise: number): number => {
  const said = log.origin?.['devices'];
  return typeof said === 'number' && Number.isInteger(said) && said > 0 ? said : otherwise;
};

/** The file of a failure: the same for the same bug, so that a second run overwrites and does not pile up. */
export const fileFor = (folder: string, core: string): string => {
  const words = core
    .replaceAll(/[^A-Za-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 72);
  return path.join(folder, `${words}-${createHash('sha256').update(core).digest('hex').slice(0, 8)}.json`);
};
