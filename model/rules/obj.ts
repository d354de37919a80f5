/** Objects in a message: translation, descriptors, scatter-gather. */
import { MUST, derived, seen, type Rule } from './rule.ts';

export const OBJ = {
  'OBJ-01': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'OBJ-02': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'OBJ-03': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'OBJ-04': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'OBJ-05': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'OBJ-06': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'OBJ-07': {
    ...MUST,
    says: '',
    evidence: seen(),
    determinism: 'set',
  },
  'OBJ-08': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'OBJ-09': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'OBJ-10': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'OBJ-11': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'OBJ-12': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'OBJ-13': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'OBJ-14': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'OBJ-15': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'OBJ-16': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'OBJ-17': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'OBJ-18': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'OBJ-19': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'OBJ-20': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'OBJ-21': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'OBJ-22': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'OBJ-23': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'OBJ-24': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'OBJ-25': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'OBJ-26': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'OBJ-27': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'OBJ-28': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'OBJ-29': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'OBJ-30': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'OBJ-31': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'OBJ-32': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'OBJ-33': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'OBJ-34': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'OBJ-35': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'OBJ-36': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'OBJ-37': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'OBJ-38': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'OBJ-39': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'OBJ-40': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'OBJ-41': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'OBJ-42': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'OBJ-43': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'OBJ-44': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'OBJ-45': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
} as const satisfies Record<`OBJ-${number}`, Rule>;
