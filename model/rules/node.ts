/** Nodes: identity, reference counts, announcements. */
import { MUST, derived, seen, type Rule } from './rule.ts';

export const NODE = {
  'NODE-01': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'NODE-02': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'NODE-03': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'NODE-04': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'NODE-05': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'NODE-06': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'NODE-07': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'NODE-08': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'NODE-09': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'NODE-10': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'NODE-11': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'NODE-12': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'NODE-13': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'NODE-14': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'NODE-15': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'NODE-16': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'NODE-17': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
  'NODE-18': {
    ...MUST,
    says: '',
    evidence: seen(),
  },
} as const satisfies Record<`NODE-${number}`, Rule>;
