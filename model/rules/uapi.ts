/** Words, numbers and layouts of the interface. */
import { MUST, derived, seen, type Rule } from './rule.ts';

export const UAPI = {
  'UAPI-01': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'UAPI-02': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'UAPI-03': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'UAPI-04': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'UAPI-05': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'UAPI-06': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'UAPI-07': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'UAPI-08': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'UAPI-09': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'UAPI-10': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'UAPI-11': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'UAPI-12': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'UAPI-13': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'UAPI-14': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
} as const satisfies Record<`UAPI-${number}`, Rule>;
