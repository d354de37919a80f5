/** Buffer memory: mapping, admission, placement, pages, oneway spam, ownership. */
import { MUST, derived, seen, type Rule } from './rule.ts';

export const ALLOC = {
  'ALLOC-01': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'ALLOC-02': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'ALLOC-03': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'ALLOC-04': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'ALLOC-05': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'ALLOC-06': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'ALLOC-07': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'ALLOC-08': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'ALLOC-09': {
    ...MUST,
    says: '',
    evidence: derived(),
    determinism: 'set',
  },
  'ALLOC-10': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'ALLOC-11': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'ALLOC-12': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'ALLOC-13': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'ALLOC-14': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'ALLOC-15': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'ALLOC-16': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'ALLOC-17': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'ALLOC-18': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'ALLOC-19': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'ALLOC-20': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'ALLOC-21': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'ALLOC-22': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'ALLOC-23': {
    ...MUST,
    says: '',
    evidence: seen(),
    determinism: 'set',
  },
  'ALLOC-24': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'ALLOC-25': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'ALLOC-26': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'ALLOC-27': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'ALLOC-28': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'ALLOC-29': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'ALLOC-30': {
    ...MUST,
    says: '',
    evidence: seen(),
    determinism: 'set',
  },
  'ALLOC-31': {
    ...MUST,
    says: '',
    evidence: seen(),
    determinism: 'set',
  },
  'ALLOC-32': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'ALLOC-33': {
    ...MUST,
    says: '',
    evidence: derived(),
    determinism: 'set',
  },
  'ALLOC-34': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'ALLOC-35': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'ALLOC-36': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'ALLOC-37': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'ALLOC-38': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'ALLOC-39': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'ALLOC-40': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'ALLOC-41': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'ALLOC-42': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'ALLOC-43': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'ALLOC-44': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'ALLOC-45': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'ALLOC-46': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'ALLOC-47': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'ALLOC-48': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
} as const satisfies Record<`ALLOC-${number}`, Rule>;
