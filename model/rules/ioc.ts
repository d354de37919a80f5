/** The remaining ioctls. */
import { MUST, derived, seen, type Rule } from './rule.ts';

export const IOC = {
  'IOC-01': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'IOC-02': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'IOC-03': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'IOC-04': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'IOC-05': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'IOC-06': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'IOC-07': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
} as const satisfies Record<`IOC-${number}`, Rule>;
