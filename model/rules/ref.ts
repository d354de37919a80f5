/** References: handles and their counts. */
import { MUST, derived, seen, type Rule } from './rule.ts';

export const REF = {
  'REF-01': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'REF-02': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'REF-03': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'REF-04': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'REF-05': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'REF-06': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'REF-07': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'REF-08': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'REF-09': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'REF-10': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
} as const satisfies Record<`REF-${number}`, Rule>;
