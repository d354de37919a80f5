/** The freezer. */
import { MUST, derived, seen, type Rule } from './rule.ts';

export const FRZ = {
  'FRZ-01': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'FRZ-02': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'FRZ-03': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'FRZ-04': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'FRZ-05': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'FRZ-06': {
    ...MUST,
    says: '',
    evidence: derived(),
    determinism: 'set',
  },
  'FRZ-07': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'FRZ-08': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'FRZ-09': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'FRZ-10': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'FRZ-11': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'FRZ-12': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
} as const satisfies Record<`FRZ-${number}`, Rule>;
