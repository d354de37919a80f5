/** The explorer page of a configuration: a part of its graph, written into one file that is walked without a network. */
import { RULES, specification, type RuleId, type State } from '../../model/model.ts';
import { INVARIANTS, WITNESSES } from '../../properties/all.ts';
import type { Configuration } from '../../properties/explore/configuration.ts';
import { excerptOf, type ExcerptStep, type Extent } from '../../properties/explore/excerpt.ts';
import type { Progress } from '../../properties/explore/explore.ts';
import type { ExplorerData, GraphState, GraphStep } from '../report/html/explorer/data.ts';
import { explorerDocument } from '../report/html/explorer/document.tsx';
import { pageScript } from '../report/page-script.ts';

/** Something that the exploration found. */
export interface FoundAt {
  readonly id: string;
  readonly says: string;
  readonly state: State;
}

/** What the page tells of the exploration that it belongs to. */
export interface PageOf {
  readonly configuration: Configuration;
  readonly progress: Pick<Progress, 'distinct'>;
  /** How it ended, in words. */
  readonly ended: string;
  readonly found: readonly FoundAt[];
}

const graphStep = ({ call, op, observation, rules, after, to }: ExcerptStep): GraphStep => ({
  op,
  observation,
  rules: [...new Set(rules)].sort(),
  witnesses: WITNESSES.filter(({ onOp }) => onOp?.(observation, call, op) === true).map(({ id }) => id),
  after: specification.snapshot(after),
  to,
});

const checked = (state: State): Pick<GraphState, 'snapshot' | 'weights' | 'broken' | 'witnesses'> => {
  const snapshot = specification.snapshot(state);
  return {
    snapshot,
    weights: INVARIANTS.map(({ weight }) => weight(snapshot)),
    broken: INVARIANTS.map(({ id, breaches }) => ({ id, breaches: breaches(snapshot) })).filter(
      ({ breaches }) => breaches.length > 0,
    ),
    witnesses: WITNESSES.filter(({ onSnapshot }) => onSnapshot?.(snapshot) === true).map(({ id }) => id),
  };
};

/** What the page shows. */
export const explorerData = ({ configuration, progress, ended, found }: PageOf, extent: Extent): ExplorerData => {
  const { states, begins, cut, numberOf } = excerptOf(configuration, extent);
  const graph = states.map(({ depth, parent, state, steps }): GraphState => ({
    depth,
    parent,
    ...checked(state),
    steps: steps.map(graphStep),
  }));
  const fired = new Set(graph.flatMap(({ steps }) => steps.flatMap(({ rules }) => rules)));
  return {
    title: configuration.title,
    processes: configuration.processes.map(({ name }) => name),
    ended,
    distinct: progress.distinct,
    cut,
    begins,
    rules: [...fired].sort().map(id => ({ id, says: RULES[id as RuleId].says })),
    invariants: INVARIANTS.map(({ id, says }) => ({ id, says })),
    witnesses: WITNESSES.map(({ id, says }) => ({ id, says })),
    findings: found.map(({ id, says, state }) => ({ id, says, state: numberOf(state) ?? null })),
    states: graph,
  };
};

/** The page as one text. */
export const explorerPage = (data: ExplorerData): string => explorerDocument(data, pageScript('explorer/page'));
