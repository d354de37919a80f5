/** A certificate as lines for a terminal: why each op is needed, and between which values the failure stays. */
import type { Certificate, Interval, Removal } from '../../abi/certificate.ts';
import { count } from '../verdict.ts';

const removalLine = ({ op, part, why }: Removal): string =>
  `${String(op).padStart(4)} ${part === undefined ? '' : `${part} `}needed: ${why}`;

const EDGE: Readonly<Record<Interval['below'], string>> = {
  passes: 'passes',
  'other failure': 'fails otherwise',
  inapplicable: 'cannot be performed',
  'same failure': 'fails too',
  limit: '',
  untried: 'was not tried',
};

const beyond = (way: 'below' | 'above', shows: Interval['below']): string =>
  shows === 'limit' ? '' : `; ${way} it ${EDGE[shows]}`;

const intervalLine = ({ op, path, value, from, to, below, above }: Interval): string => {
  const range = from === to ? `only ${from}` : below === 'limit' && above === 'limit' ? 'any value' : `${from}..${to}`;
  return `${String(op).padStart(4)} ${path} ${value}: ${range} fails${beyond('below', below)}${beyond('above', above)}`;
};

/** What was proved about a shrunk log. */
export const certificateLines = (certificate: Certificate): readonly string[] => {
  const { minimal, removals, intervals, executions, complete } = certificate;
  const needed = removals.filter(({ outcome }) => outcome !== 'same failure');
  const proof = minimal ? '1-minimal: no op can go' : 'not 1-minimal';
  const rest = complete ? '' : '; the budget ended before everything was tried';
  return [
    `  ${proof} (${count(removals.length, 'removal')}, ${count(executions, 'execution')})${rest}`,
    ...needed.map(removal => `  ${removalLine(removal)}`),
    ...intervals.map(interval => `  ${intervalLine(interval)}`),
  ];
};
