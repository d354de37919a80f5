/** Release: BC_FREE_BUFFER and every other way a buffer ends. */
import { MUST, derived, seen, type Rule } from './rule.ts';

export const REL = {
  'REL-01': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'REL-02': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'REL-03': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'REL-04': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'REL-05': {
    ...MUST,
    says: '',
    evidence: seen(),
    determinism: 'set',
  },
  'REL-06': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'REL-07': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'REL-08': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'REL-09': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'REL-10': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'REL-11': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'REL-12': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'REL-13': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'REL-14': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'REL-15': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'REL-16': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'REL-17': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'REL-18': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'REL-19': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'REL-20': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
} as const satisfies Record<`REL-${number}`, Rule>;
