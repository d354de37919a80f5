/** One step: what was asked, what the driver showed, what was allowed, and where both think they are. */
import type { Observation } from '../../../abi/observation.ts';
import { AddressStrip, bufferKey, type Senders } from './address-strip.tsx';
import type { RuleCard, Story, StoryStep } from './data.ts';
import { differences } from './difference.ts';
import { DifferenceList, StatesBeside } from './differences-view.tsx';
import { ReferenceGraph } from './reference-graph.tsx';
import { Code, laidOut, Long } from './text.tsx';
import { actorWords, observationWords, opWords } from './words.ts';

/** The op in which each buffer was first seen. */
export const sendersOf = (steps: readonly StoryStep[]): Senders => {
  const senders = new Map<string, number>();
  for (const { op, driver, model } of steps) {
    for (const file of (driver ?? model)?.procs ?? []) {
      for (const buffer of file.buffers) {
        const key = bufferKey(file, buffer);
        if (!senders.has(key)) senders.set(key, op.id);
      }
    }
  }
  return senders;
};

/** An invariant is broken by a state that the specification may allow: there is nothing to compare, but much to say. */
const BrokenInvariant = ({ story }: { readonly story: Story }) => {
  const breaches = Array.isArray(story.observed) ? story.observed.map(String) : [];
  return (
    <section class="verdict-of-step" aria-label="The invariant and how it is broken">
      <div class="pair">
        <div class="allowed">
          <h3>Must hold</h3>
          <p>{story.explanation[1] ?? story.signature}</p>
        </div>
        <div class="observed">
          <h3>But</h3>
          {breaches.map((breach, at) => (
            <p key={at}>
              <Long text={breach} />
            </p>
          ))}
        </div>
      </div>
    </section>
  );
};

/** What was observed beside the nearest that was allowed, and the others on demand. */
const AllowedBesideObserved = ({ story }: { readonly story: Story }) => {
  const { observed, allowed, allowedCount } = story;
  const [nearest, ...others] = allowed;
  const words = (value: unknown): string | undefined =>
    typeof value === 'object' && value !== null && 'result' in value && 'completions' in value
      ? observationWords(value as Observation)
      : undefined;
  const found = nearest === undefined ? [] : differences(nearest, observed);
  return (
    <section class="verdict-of-step" aria-label="What was allowed beside what was observed">
      <div class="pair">
        <div class="allowed">
          <h3>Allowed</h3>
          <p class="big">{nearest === undefined ? 'nothing like it' : (words(nearest) ?? 'another state')}</p>
        </div>
        <div class="observed">
          <h3>Observed</h3>
          <p class="big">{words(observed) ?? (typeof observed === 'string' ? observed : 'this state')}</p>
        </div>
      </div>
      {found.length > 0 && <DifferenceList found={found} left="allowed" right="observed" />}
      <details>
        <summary>
          All of both, as JSON
          {allowedCount > 1 ? ` (${allowedCount} outcomes are allowed, the nearest first)` : ''}
        </summary>
        <div class="columns">
          <div class="column">
            <h3>Allowed</h3>
            {[nearest, ...others].map((each, at) => (
              <Code key={at} text={laidOut(each)} />
            ))}
          </div>
          <div class="column">
            <h3>Observed</h3>
            <Code text={laidOut(observed)} />
          </div>
        </div>
      </details>
    </section>
  );
};

/** The panel of one step. */
export const StepPanel = ({
  story,
  at,
  rules,
}: {
  readonly story: Story;
  readonly at: number;
  readonly rules: ReadonlyMap<string, RuleCard>;
}) => {
  const step = story.steps[at];
  if (step === undefined) return <p class="none">No step of this failure was recorded.</p>;
  const { op, observation } = step;
  const failed = at === story.failing;
  const drawn = step.driver ?? step.model;
  return (
    <article class={failed ? 'step-panel failed' : 'step-panel'} aria-live="polite">
      <header>
        <p class="actor">
          {actorWords(op)} <span class="faint">op {op.id}</span>
        </p>
        <h2>
          <Long text={opWords(op)} />
        </h2>
        <p class="showed">
          <span class="arrow" aria-hidden="true">
            →
          </span>{' '}
          <Long text={observationWords(observation)} />
        </p>
      </header>
      {failed &&
        (story.kind === 'invariant' ? <BrokenInvariant story={story} /> : <AllowedBesideObserved story={story} />)}
      <section>
        <h2 class="section">State after the step</h2>
        <StatesBeside expected={step.model} seen={step.driver} possible={step.possible} />
      </section>
      {drawn !== null && (
        <>
          <section>
            <h2 class="section">Mappings</h2>
            <AddressStrip state={drawn} senders={sendersOf(story.steps.slice(0, at + 1))} />
          </section>
          <section>
            <h2 class="section">References</h2>
            <ReferenceGraph state={drawn} />
          </section>
        </>
      )}
      <section>
        <h2 class="section">{step.diverges && failed ? 'Rules of the nearest allowed outcome' : 'Rules that fired'}</h2>
        <ul class="chips">
          {[...new Set(step.rules)].map(id => (
            <li key={id}>
              <a href={`#rule/${id}`} title={rules.get(id)?.says} class={id === story.rule ? 'chip blamed' : 'chip'}>
                {id}
              </a>
            </li>
          ))}
        </ul>
      </section>
      <details>
        <summary>Op and observation as JSON</summary>
        <Code text={laidOut({ op, observation })} />
      </details>
    </article>
  );
};
