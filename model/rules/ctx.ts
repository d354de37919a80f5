/** The context manager. */
import { MUST, derived, seen, type Rule } from './rule.ts';

export const CTX = {
  'CTX-01': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'CTX-02': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'CTX-03': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'CTX-04': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'CTX-05': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'CTX-06': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'CTX-07': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
} as const satisfies Record<`CTX-${number}`, Rule>;
