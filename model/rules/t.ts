/** Transaction routing, as the second catalogue numbers it. */
import type { Alias } from './rule.ts';

export const T = {
  'T-01': { aliasOf: ['TXN-01'] },
  'T-02': { aliasOf: ['TXN-34'] },
  'T-03': { aliasOf: ['TXN-35'] },
  'T-04': { aliasOf: ['TXN-06'] },
  'T-05': { aliasOf: ['TXN-04'] },
  'T-06': { aliasOf: ['TXN-05'] },
  'T-07': { aliasOf: ['TXN-06'] },
  'T-08': { aliasOf: ['TXN-38'] },
  'T-09': { aliasOf: ['TXN-07'] },
  'T-10': { aliasOf: ['TXN-09'] },
  'T-11': { aliasOf: ['TXN-10'] },
  'T-12': { aliasOf: ['TXN-02', 'TXN-38'] },
  'T-13': { aliasOf: ['ALLOC-46', 'TXN-13', 'TXN-39'] },
  'T-14': { aliasOf: ['TXN-11'] },
  'T-15': { aliasOf: ['TXN-29', 'TXN-30'] },
  'T-16': { aliasOf: ['TXN-25', 'TXN-26', 'TXN-37'] },
  'T-17': { aliasOf: ['TXN-40'] },
  'T-18': { aliasOf: ['TXN-42'] },
} as const satisfies Record<`T-${number}`, Alias>;
