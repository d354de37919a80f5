/** In what drivers are known to differ: each difference a flag with its sentence, as data. */
import { AVOIDED } from './avoided.ts';
import { COMPARED } from './compared.ts';

export type { Flag } from './flag.ts';

/** Every difference that a profile can name. */
export const FLAGS = [...COMPARED, ...AVOIDED] as const;

export type FlagId = (typeof FLAGS)[number]['id'];
