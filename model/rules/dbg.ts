/** The debugfs files: state, log, counters. */
import { MUST, derived, seen, type Rule } from './rule.ts';

export const DBG = {
  'DBG-01': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'DBG-02': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'DBG-03': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'DBG-04': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'DBG-05': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'DBG-06': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'DBG-07': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'DBG-08': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'DBG-09': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'DBG-10': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'DBG-11': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'DBG-12': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'DBG-13': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'DBG-14': {
    ...MUST,
    says: '',
    evidence: derived(),
    determinism: 'set',
  },
} as const satisfies Record<`DBG-${number}`, Rule>;
