/** The debugfs files: stats, buffers, transactions. */
import { MUST, seen, type Rule } from './rule.ts';

export const DBA = {
  'DBA-01': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'DBA-02': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'DBA-03': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'DBA-04': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'DBA-05': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'DBA-06': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'DBA-07': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
} as const satisfies Record<`DBA-${number}`, Rule>;
