/** Every rule as a small square in the row of its area; a press opens its text and its evidence. */
import { useMemo, useState } from 'preact/hooks';
import type { RuleCard, Story } from './data.ts';
import { linkTo } from './failure-page.tsx';

const STATUS: Readonly<Record<string, string>> = {
  pass: 'passed',
  fail: 'failed',
  'not-exercised': 'not exercised',
  'not-applicable': 'not applicable',
};
const statusWords = (status: string): string => STATUS[status] ?? status;

const LEVELS = ['MUST', 'SHOULD', 'INFO'] as const;

/** One rule, whole. */
const RuleDetail = ({ rule, failures }: { readonly rule: RuleCard; readonly failures: readonly Story[] }) => {
  const blamed = failures.flatMap((story, number) => (story.rule === rule.id ? [{ story, number }] : []));
  return (
    <article class="rule-detail" id={`rule-${rule.id}`} aria-live="polite">
      <header>
        <h3>{rule.id}</h3> <span class="tag">{rule.level}</span>{' '}
        <span class={`tag ${rule.status}`}>{statusWords(rule.status)}</span>
        <a class="close" href="#" aria-label="Close the rule">
          ✕
        </a>
      </header>
      <p class="rule-says">{rule.says}</p>
      <dl class="facts">
        <div class="fact">
          <dt>exercised</dt>
          <dd>
            {rule.exercised} times{rule.inState ? ', by comparing states' : ''}
          </dd>
        </div>
        <div class="fact">
          <dt>evidence</dt>
          <dd>
            {rule.seen ? 'seen on a running kernel' : 'derived from the source'}
            {rule.kernel.length > 0 && `: ${rule.kernel.join(', ')}`}
          </dd>
        </div>
        <div class="fact">
          <dt>profiles</dt>
          <dd>{rule.profiles.join(', ')}</dd>
        </div>
        {rule.several && (
          <div class="fact">
            <dt>outcomes</dt>
            <dd>several are legal</dd>
          </div>
        )}
        {rule.why !== undefined && (
          <div class="fact">
            <dt>why not</dt>
            <dd>{rule.why}</dd>
          </div>
        )}
      </dl>
      {blamed.map(({ story, number }) => (
        <p key={number}>
          <a href={linkTo(number, Math.max(0, story.failing))}>
            Failure {number + 1}: {story.ops.length} ops
          </a>
        </p>
      ))}
    </article>
  );
};

/** The matrix with its filter. */
export const RuleMatrix = ({
  areas,
  rules,
  open,
  failures,
}: {
  readonly areas: readonly { readonly id: string; readonly about: string }[];
  readonly rules: readonly RuleCard[];
  readonly open: string | undefined;
  readonly failures: readonly Story[];
}) => {
  const [words, search] = useState('');
  const [status, only] = useState('');
  const [level, atLevel] = useState('');
  const statuses = [...new Set(rules.map(rule => rule.status))];
  const matches = useMemo(() => {
    const wanted = words.trim().toLowerCase();
    return new Set(
      rules
        .filter(
          rule =>
            (status === '' || rule.status === status) &&
            (level === '' || rule.level === level) &&
            (wanted === '' || `${rule.id} ${rule.says}`.toLowerCase().includes(wanted)),
        )
        .map(({ id }) => id),
    );
  }, [rules, words, status, level]);
  const chosen = rules.find(({ id }) => id === open);
  const filtered = words !== '' || status !== '' || level !== '';
  return (
    <section class="matrix" aria-label="Rules">
      <div class="matrix-head">
        <h2>Rules</h2>
        <ul class="legend">
          {statuses.map(each => (
            <li key={each}>
              <i class={each} aria-hidden="true" /> {rules.filter(rule => rule.status === each).length}{' '}
              {statusWords(each)}
            </li>
          ))}
        </ul>
        <form role="search" onSubmit={event => event.preventDefault()}>
          <input
            type="search"
            placeholder="Find a rule"
            aria-label="Find a rule by its id or text"
            value={words}
            onInput={event => search(event.currentTarget.value)}
          />
          <select aria-label="Status" value={status} onChange={event => only(event.currentTarget.value)}>
            <option value="">any status</option>
            {statuses.map(each => (
              <option key={each} value={each}>
                {statusWords(each)}
              </option>
            ))}
          </select>
          <select aria-label="Level" value={level} onChange={event => atLevel(event.currentTarget.value)}>
            <option value="">any level</option>
            {LEVELS.map(each => (
              <option key={each} value={each}>
                {each}
              </option>
            ))}
          </select>
        </form>
      </div>
      {chosen !== undefined && <RuleDetail rule={chosen} failures={failures} />}
      <div class="areas">
        {areas.map(({ id: area, about }) => {
          const own = rules.filter(rule => rule.area === area);
          if (own.length === 0 || (filtered && !own.some(({ id }) => matches.has(id)))) return null;
          return (
            <div class="area" key={area}>
              <h3>
                <b>{area}</b> <span>{about}</span>
              </h3>
              <ul class="squares">
                {own.map(rule => (
                  <li key={rule.id}>
                    <a
                      href={`#rule/${rule.id}`}
                      class={`square ${rule.status} ${rule.level.toLowerCase()}${matches.has(rule.id) ? '' : ' dimmed'}`}
                      aria-label={`${rule.id}, ${rule.level}, ${statusWords(rule.status)}`}
                      aria-current={rule.id === open ? 'true' : undefined}
                      title={`${rule.id} ${rule.level} · ${statusWords(rule.status)} · ${rule.says}`}
                    />
                  </li>
                ))}
              </ul>
            </div>
          );
        })}
      </div>
      {filtered && (
        <ol class="found">
          {rules
            .filter(({ id }) => matches.has(id))
            .slice(0, 60)
            .map(rule => (
              <li key={rule.id}>
                <a href={`#rule/${rule.id}`}>
                  <i class={rule.status} aria-hidden="true" /> <b>{rule.id}</b> {rule.says}
                </a>
              </li>
            ))}
          {matches.size > 60 && <li class="faint">and {matches.size - 60} more</li>}
        </ol>
      )}
    </section>
  );
};
