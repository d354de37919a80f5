/** The write half of BINDER_WRITE_READ. */
import { MUST, derived, seen, type Rule } from './rule.ts';

export const WR = {
  'WR-01': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'WR-02': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'WR-03': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'WR-04': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'WR-05': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'WR-06': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'WR-07': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'WR-08': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'WR-09': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'WR-10': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'WR-11': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'WR-12': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'WR-13': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'WR-14': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'WR-15': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'WR-16': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'WR-17': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'WR-18': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'WR-19': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'WR-20': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'WR-21': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'WR-22': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'WR-23': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'WR-24': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'WR-25': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'WR-26': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'WR-27': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'WR-28': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'WR-29': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'WR-30': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'WR-31': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
} as const satisfies Record<`WR-${number}`, Rule>;
