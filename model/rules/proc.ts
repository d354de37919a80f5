/** Processes: open, mmap, flush, release, fork and exec. */
import { MUST, derived, seen, type Rule } from './rule.ts';

export const PROC = {
  'PROC-01': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'PROC-02': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'PROC-03': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'PROC-04': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'PROC-05': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'PROC-06': {
    ...MUST,
    says: '',
    evidence: derived(),
    determinism: 'set',
  },
  'PROC-07': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'PROC-08': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'PROC-09': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'PROC-10': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'PROC-11': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'PROC-12': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'PROC-13': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'PROC-14': {
    ...MUST,
    says: '',
    evidence: derived(),
    determinism: 'set',
  },
  'PROC-15': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'PROC-16': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'PROC-17': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'PROC-18': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'PROC-19': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'PROC-20': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'PROC-21': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'PROC-22': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'PROC-23': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'PROC-24': {
    ...MUST,
    says: '',
    evidence: derived(),
    determinism: 'set',
  },
  'PROC-25': {
    ...MUST,
    says: '',
    evidence: derived(),
    determinism: 'set',
  },
  'PROC-26': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'PROC-27': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'PROC-28': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'PROC-29': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'PROC-30': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'PROC-31': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'PROC-32': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
} as const satisfies Record<`PROC-${number}`, Rule>;
