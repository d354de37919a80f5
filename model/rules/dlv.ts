/** Delivery: what the receiver reads, and its nice value. */
import { MUST, derived, seen, type Rule } from './rule.ts';

export const DLV = {
  'DLV-01': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'DLV-02': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'DLV-03': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'DLV-04': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'DLV-05': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'DLV-06': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'DLV-07': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'DLV-08': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
} as const satisfies Record<`DLV-${number}`, Rule>;
