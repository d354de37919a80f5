/** The ops that are possible in a state, each with its outcomes as buttons. */
import { observationWords, actorWords, opWords } from '../words.ts';
import { Long } from '../text.tsx';
import type { GraphState, GraphStep, Sentence } from './data.ts';
import { enabledIn } from './graph.ts';
import { hashOf, type ExplorerRoute } from './route.ts';

/** Where a step leads, in few words. */
const goalWords = ({ to }: GraphStep, here: number): string => {
  if (to === null) return 'outside this page';
  return to === here ? 'stays here' : `state ${to}`;
};

/** Rules as links to every place where they fire. */
export const RuleChips = ({
  ids,
  rules,
  here,
}: {
  readonly ids: readonly string[];
  readonly rules: readonly Sentence[];
  readonly here: number;
}) => (
  <ul class="chips">
    {ids.map(id => (
      <li key={id}>
        <a class="chip" href={hashOf({ state: here, find: id })} title={rules.find(rule => rule.id === id)?.says}>
          {id}
        </a>
      </li>
    ))}
  </ul>
);

/** The list. `point` is told of the state that a step under the pointer or the focus leads to. */
export const Steps = ({
  state,
  here,
  rules,
  go,
  point,
}: {
  readonly state: GraphState;
  readonly here: number;
  readonly rules: readonly Sentence[];
  readonly go: (route: ExplorerRoute) => void;
  readonly point: (state: number | null) => void;
}) => {
  const enabled = enabledIn(state);
  let number = 0;
  return (
    <section class="enabled" aria-label="Possible operations">
      <h2 class="section">
        {enabled.length === 0
          ? 'Nothing is possible here'
          : `${enabled.length} possible ${enabled.length === 1 ? 'operation' : 'operations'}`}
      </h2>
      <ol>
        {enabled.map(({ op, outcomes }, at) => (
          <li key={at} class="op">
            <p class="actor">
              {actorWords(op)}
              {outcomes.length > 1 && <span class="tag">{outcomes.length} outcomes</span>}
            </p>
            <p class="asks">
              <Long text={opWords(op)} most={160} />
            </p>
            {outcomes.map(({ step, is }) => {
              const { to, observation } = is;
              const follow = to !== null && to !== here;
              if (follow) number++;
              return (
                <div key={step} class="ending">
                  <button
                    type="button"
                    class="outcome"
                    disabled={!follow}
                    data-step={step}
                    onClick={() => follow && go({ state: to, from: { state: here, step } })}
                    onFocus={() => point(to)}
                    onBlur={() => point(null)}
                    onMouseEnter={() => point(to)}
                    onMouseLeave={() => point(null)}
                  >
                    <span class="key" aria-hidden="true">
                      {follow && number < 10 ? number : ''}
                    </span>
                    <span class="shows">{observationWords(observation)}</span>
                    <span class="goal">{goalWords(is, here)}</span>
                  </button>
                  <details>
                    <summary>
                      {is.rules.length} {is.rules.length === 1 ? 'rule' : 'rules'}
                    </summary>
                    <RuleChips ids={is.rules} rules={rules} here={here} />
                  </details>
                </div>
              );
            })}
          </li>
        ))}
      </ol>
    </section>
  );
};
