/** Death notifications. */
import { MUST, derived, seen, type Rule } from './rule.ts';

export const DEATH = {
  'DEATH-01': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'DEATH-02': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'DEATH-03': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'DEATH-04': {
    ...MUST,
    says: '',
    evidence: seen(),
    determinism: 'set',
  },
  'DEATH-05': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'DEATH-06': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'DEATH-07': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'DEATH-08': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'DEATH-09': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'DEATH-10': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'DEATH-11': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'DEATH-12': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'DEATH-13': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'DEATH-14': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'DEATH-15': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'DEATH-16': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
} as const satisfies Record<`DEATH-${number}`, Rule>;
