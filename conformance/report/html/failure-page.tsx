/** The page of one failure: its story drawn, a slider through its steps, and everything about the step that is looked at. */
import { useEffect } from 'preact/hooks';
import { CertificateView } from './certificate-view.tsx';
import type { RuleCard, Story } from './data.ts';
import { isForElsewhere } from './keys.ts';
import { Lanes } from './lanes.tsx';
import { StepPanel } from './step-panel.tsx';
import { Code, Copy, Long } from './text.tsx';
import { actorWords, opWords } from './words.ts';

/** Where a failure and one of its steps are found: numbers from 1, as people count. */
export const linkTo = (failure: number, step: number): string => `#failure/${failure + 1}/step/${step + 1}`;

const seenWords = ({ seen, origin, confirmed }: Story): string =>
  [
    `seen in ${seen} ${seen === 1 ? 'sequence' : 'sequences'}, first in ${origin}`,
    ...(confirmed === null
      ? []
      : [
          `${confirmed.agreed} of ${confirmed.of} further ${confirmed.of === 1 ? 'execution agrees' : 'executions agree'}`,
        ]),
  ].join('; ');

const shrunkWords = ({ ops, shrunkFrom, executions }: Story): string =>
  executions === 0 ? `${ops.length} ops` : `shrunk from ${shrunkFrom} to ${ops.length} ops in ${executions} executions`;

/** The steps of the keyboard: arrows by one, Home and End to the ends. */
const stepFor = (key: string, at: number, last: number): number | undefined => {
  switch (key) {
    case 'ArrowRight':
    case 'ArrowDown':
      return Math.min(last, at + 1);
    case 'ArrowLeft':
    case 'ArrowUp':
      return Math.max(0, at - 1);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return undefined;
  }
};

/** The controls: back, a slider, forward, and straight to where it goes wrong. */
const Stepper = ({ story, at, go }: { story: Story; at: number; go: (step: number) => void }) => {
  const last = story.steps.length - 1;
  return (
    <div class="stepper" role="group" aria-label="Steps">
      <button type="button" class="icon" disabled={at === 0} onClick={() => go(at - 1)} aria-label="Step back">
        ‹
      </button>
      <input
        type="range"
        min="1"
        max={last + 1}
        value={at + 1}
        aria-label="Step"
        aria-valuetext={`step ${at + 1} of ${last + 1}`}
        onInput={event => go(Number(event.currentTarget.value) - 1)}
      />
      <button type="button" class="icon" disabled={at === last} onClick={() => go(at + 1)} aria-label="Step forward">
        ›
      </button>
      <output>
        step <b>{at + 1}</b> of {last + 1}
      </output>
      {story.failing >= 0 && (
        <button type="button" class="to-failure" disabled={at === story.failing} onClick={() => go(story.failing)}>
          where it fails
        </button>
      )}
    </div>
  );
};

/** Ops of a failure whose execution could not be recorded. */
const OpsOnly = ({ story }: { readonly story: Story }) => (
  <section>
    <h2 class="section">Ops</h2>
    <ol class="ops">
      {story.ops.map(op => (
        <li key={op.id}>
          <span class="faint">{actorWords(op)}</span> {opWords(op)}
        </li>
      ))}
    </ol>
  </section>
);

/** The page. */
export const FailurePage = ({
  story,
  number,
  count,
  at,
  rules,
}: {
  readonly story: Story;
  /** From 0. */
  readonly number: number;
  readonly count: number;
  readonly at: number;
  readonly rules: ReadonlyMap<string, RuleCard>;
}) => {
  const last = Math.max(0, story.steps.length - 1);
  const here = Math.min(Math.max(0, at), last);
  const go = (step: number): void => {
    history.replaceState(null, '', linkTo(number, step));
    dispatchEvent(new HashChangeEvent('hashchange'));
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (isForElsewhere(event)) return;
      const next = stepFor(event.key, here, last);
      if (next === undefined) return;
      event.preventDefault();
      go(next);
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  });
  const rule = story.rule === null ? undefined : rules.get(story.rule);
  return (
    <main class="failure">
      <nav class="crumbs" aria-label="Failures">
        <a href="#">Overview</a>
        <span>
          Failure {number + 1} of {count}
        </span>
        {number > 0 && <a href={linkTo(number - 1, 0)}>previous</a>}
        {number < count - 1 && <a href={linkTo(number + 1, 0)}>next</a>}
      </nav>
      <header class="failure-head">
        <p class="tags">
          <span class="tag fail">{story.kind}</span>
          {rule !== undefined ? <a href={`#rule/${rule.id}`}>{rule.id}</a> : story.rule !== null && <b>{story.rule}</b>}
          {story.level !== null && <span class="tag">{story.level}</span>}
        </p>
        <h1>{rule?.says ?? <Long text={story.explanation[1] ?? story.signature} />}</h1>
        <p class="signature">
          <Long text={story.signature} />
        </p>
        <p class="faint">
          {shrunkWords(story)}; {seenWords(story)}
        </p>
        <div class="copies">
          <Copy what="op log" text={story.log} />
          {story.c !== undefined && <Copy what="C" text={story.c} />}
          {story.command !== undefined && <Copy what="command" text={story.command} />}
        </div>
      </header>
      {story.steps.length === 0 ? (
        <OpsOnly story={story} />
      ) : (
        <>
          <Stepper story={story} at={here} go={go} />
          <div class="story">
            <Lanes steps={story.steps} messages={story.messages} current={here} onStep={go} />
            <StepPanel story={story} at={here} rules={rules} />
          </div>
        </>
      )}
      {story.certificate !== null && <CertificateView certificate={story.certificate} />}
      <section>
        <h2 class="section">In words</h2>
        <Code text={story.explanation.join('\n')} />
      </section>
    </main>
  );
};
