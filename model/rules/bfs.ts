/** binderfs: mounts, options, device nodes. */
import { MUST, derived, type Rule } from './rule.ts';

export const BFS = {
  'BFS-01': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'BFS-02': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'BFS-03': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
  'BFS-04': {
    ...MUST,
    says: '',
    evidence: derived(),
  },
} as const satisfies Record<`BFS-${number}`, Rule>;
