/** Transactions: targets, checks, copying, queueing, replies. */
import { MUST, derived, seen, type Rule } from './rule.ts';

export const TXN = {
  'TXN-01': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'TXN-02': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'TXN-03': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'TXN-04': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'TXN-05': {
    ...MUST,
    says: '',
    evidence: seen(),
    determinism: 'set',
  },
  'TXN-06': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'TXN-07': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'TXN-08': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'TXN-09': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'TXN-10': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'TXN-11': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'TXN-12': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'TXN-13': {
    ...MUST,
    says: '',
    evidence: derived(),
    determinism: 'set',
  },
  'TXN-14': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'TXN-15': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'TXN-16': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'TXN-17': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'TXN-18': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'TXN-19': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'TXN-20': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'TXN-21': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'TXN-22': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'TXN-23': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'TXN-24': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'TXN-25': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'TXN-26': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'TXN-27': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'TXN-28': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'TXN-29': {
    ...MUST,
    says: '',
    evidence: derived(),
    determinism: 'set',
  },
  'TXN-30': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'TXN-31': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'TXN-32': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'TXN-33': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'TXN-34': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'TXN-35': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'TXN-36': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'TXN-37': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'TXN-38': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'TXN-39': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'TXN-40': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'TXN-41': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'TXN-42': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'TXN-43': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'TXN-44': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'TXN-45': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'TXN-46': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
} as const satisfies Record<`TXN-${number}`, Rule>;
