/** The read half of BINDER_WRITE_READ. */
import { MUST, derived, seen, type Rule } from './rule.ts';

export const READ = {
  'READ-01': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'READ-02': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'READ-03': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'READ-04': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'READ-05': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'READ-06': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'READ-07': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'READ-08': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'READ-09': {
    ...MUST,
    says: '',
    evidence: seen(),
    determinism: 'set',
  },
  'READ-10': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'READ-11': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'READ-12': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'READ-13': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'READ-14': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'READ-15': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'READ-16': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'READ-17': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'READ-18': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'READ-19': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'READ-20': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'READ-21': {
    ...MUST,
    says: '',
    evidence: derived(),
    determinism: 'set',
  },
  'READ-22': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'READ-23': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'READ-24': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'READ-25': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'READ-26': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'READ-27': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'READ-28': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'READ-29': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'READ-30': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'READ-31': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'READ-32': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'READ-33': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'READ-34': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'READ-35': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'READ-36': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'READ-37': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'READ-38': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'READ-39': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'READ-40': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'READ-41': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'READ-42': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'READ-43': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'READ-44': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'READ-45': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
} as const satisfies Record<`READ-${number}`, Rule>;
