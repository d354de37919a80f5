/** Threads: looper state, pool size, waiting, poll, exit. */
import { MUST, derived, seen, type Rule } from './rule.ts';

export const THR = {
  'THR-01': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'THR-02': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'THR-03': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'THR-04': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'THR-05': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'THR-06': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'THR-07': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'THR-08': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'THR-09': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'THR-10': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'THR-11': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'THR-12': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'THR-13': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'THR-14': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'THR-15': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'THR-16': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'THR-17': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'THR-18': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'THR-19': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'THR-20': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'THR-21': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'THR-22': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'THR-23': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'THR-24': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'THR-25': {
    ...MUST,
    says: '',
    evidence: derived(),
    determinism: 'set',
  },
  'THR-26': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'THR-27': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'THR-28': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'THR-29': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'THR-30': {
    ...MUST,
    says: '',
    evidence: derived(),
    determinism: 'set',
  },
  'THR-31': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'THR-32': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'THR-33': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'THR-34': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'THR-35': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'THR-36': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'THR-37': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'THR-38': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'THR-39': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'THR-40': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'THR-41': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'THR-42': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'THR-43': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'THR-44': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'THR-45': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'THR-46': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'THR-47': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'THR-48': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'THR-49': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'THR-50': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'THR-51': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
} as const satisfies Record<`THR-${number}`, Rule>;
