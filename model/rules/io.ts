/** Read and write loop, as the first catalogue numbers it. */
import type { Alias } from './rule.ts';

export const IO = {
  'IO-01': { aliasOf: ['WR-04', 'WR-05'] },
  'IO-02': { aliasOf: ['WR-08'] },
  'IO-03': { aliasOf: ['WR-06', 'WR-07'] },
  'IO-04': { aliasOf: ['READ-01', 'READ-08', 'READ-10'] },
  'IO-05': { aliasOf: ['READ-03', 'READ-04'] },
  'IO-06': { aliasOf: ['READ-02'] },
  'IO-07': { aliasOf: ['READ-11', 'READ-13'] },
  'IO-08': { aliasOf: ['THR-34', 'READ-32'] },
  'IO-09': { aliasOf: ['THR-02', 'THR-03', 'THR-04', 'THR-05', 'THR-06', 'PROC-11'] },
  'IO-10': { aliasOf: ['PROC-30'] },
} as const satisfies Record<`IO-${number}`, Alias>;
