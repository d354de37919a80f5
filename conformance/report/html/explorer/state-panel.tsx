/** The state that is looked at: how one came here, what changed, what holds, and all of it. */
import { formatOpLog } from '../../../../abi/op-log-text.ts';
import { AddressStrip } from '../address-strip.tsx';
import { differences, marksOf } from '../difference.ts';
import { DifferenceList } from '../differences-view.tsx';
import { ReferenceGraph } from '../reference-graph.tsx';
import { StateView } from '../state-view.tsx';
import { Copy, Long } from '../text.tsx';
import { actorWords, observationWords, opWords } from '../words.ts';
import type { ExplorerData, GraphState, StepAt } from './data.ts';
import { opsTo, stepAt, wayTo } from './graph.ts';
import { Laws } from './laws.tsx';
import { hashOf } from './route.ts';
import { RuleChips } from './steps.tsx';

/** So many rules are shown without being asked for. */
const FEW = 16;

/** The step that led here, and what it changed. */
const Arrival = ({ data, here, from }: { data: ExplorerData; here: number; from: StepAt }) => {
  const step = stepAt(data, from);
  const before = data.states[from.state]?.snapshot;
  if (step === undefined || before === undefined) return null;
  const found = differences(before, step.after);
  const renamed = step.after !== data.states[here]?.snapshot;
  return (
    <section class="arrival" aria-label="The step that led here">
      <header>
        <p class="actor">
          <a href={hashOf({ state: from.state })}>state {from.state}</a> · {actorWords(step.op)}
        </p>
        <h2>
          <Long text={opWords(step.op)} />
        </h2>
        <p class="showed">
          <span class="arrow" aria-hidden="true">
            →
          </span>{' '}
          <Long text={observationWords(step.observation)} />
        </p>
      </header>
      {found.length === 0 ? (
        <p class="none">Nothing that a snapshot shows has changed.</p>
      ) : (
        <DifferenceList found={found} left={`state ${from.state}`} right={`state ${here}`} />
      )}
      <details open={step.rules.length <= FEW}>
        <summary>
          {step.rules.length} {step.rules.length === 1 ? 'rule' : 'rules'}
          {step.witnesses.length > 0 && `, witness of ${step.witnesses.join(', ')}`}
        </summary>
        <RuleChips ids={[...step.witnesses, ...step.rules]} rules={[...data.witnesses, ...data.rules]} here={here} />
      </details>
      {renamed && (
        <p class="faint">
          Ids in this table are those of the log through state {from.state}. The state below is the same but for the
          ids: it is shown as its shortest log shows it.
        </p>
      )}
    </section>
  );
};

/** The shortest log. */
const Way = ({ data, here }: { data: ExplorerData; here: number }) => {
  const ops = opsTo(data, here);
  const states = wayTo(data, here).map(({ state }) => state);
  const begun = data.begins.ops.length;
  const log = formatOpLog({ ...data.begins, title: `state ${here}: ${data.title}`, ops: [...ops] });
  return (
    <section aria-label="The shortest log">
      <h2 class="section">
        The shortest log here: {ops.length} ops, of which {begun} set up the processes
      </h2>
      <ol class="way">
        {ops.slice(begun).map((op, at) => (
          <li key={op.id}>
            <a href={hashOf({ state: states[at] ?? 0 })}>state {states[at]}</a>
            <span>
              <span class="faint">{actorWords(op)}</span> {opWords(op)}
            </span>
          </li>
        ))}
      </ol>
      <div class="copies">
        <Copy what="op log" text={log} />
      </div>
    </section>
  );
};

/** The panel. */
export const StatePanel = ({
  data,
  here,
  state,
  from,
}: {
  readonly data: ExplorerData;
  readonly here: number;
  readonly state: GraphState;
  readonly from: StepAt | null;
}) => {
  const { snapshot, depth, parent } = state;
  const step = from === null ? undefined : stepAt(data, from);
  const before = from === null ? undefined : data.states[from.state]?.snapshot;
  const changed =
    step !== undefined && before !== undefined && step.after === snapshot ? differences(before, snapshot) : [];
  return (
    <article class="state-panel" aria-live="polite">
      <h2 class="state-title">
        State {here} <span class="faint">depth {depth}</span>
      </h2>
      {from === null ? (
        <p class="none">Here everything begins: every process has opened its device and mapped its buffer.</p>
      ) : (
        <Arrival data={data} here={here} from={from} />
      )}
      <Laws data={data} state={state} here={here} />
      <section>
        <h2 class="section">The state</h2>
        <StateView state={snapshot} marks={marksOf(changed)} />
      </section>
      <section>
        <h2 class="section">Mappings</h2>
        <AddressStrip state={snapshot} />
      </section>
      <section>
        <h2 class="section">References</h2>
        <ReferenceGraph state={snapshot} />
      </section>
      {parent !== null && <Way data={data} here={here} />}
    </article>
  );
};
