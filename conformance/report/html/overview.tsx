/** The first page: the verdict, the failures, and what the run was. */
import type { ComponentChildren } from 'preact';
import type { PageData, Story } from './data.ts';
import { linkTo } from './failure-page.tsx';
import { grouped } from './numbers.ts';
import { RuleMatrix } from './rule-matrix.tsx';
import { Long } from './text.tsx';

const verdictClass = (verdict: string): string => verdict.toLowerCase().replaceAll(' ', '-');

const Figure = ({ name, children }: { name: string; children: ComponentChildren }) => (
  <div class="number">
    <dd>{children}</dd>
    <dt>{name}</dt>
  </div>
);

const FailureCard = ({ story, number, says }: { story: Story; number: number; says: string | undefined }) => (
  <li>
    <a class="card" href={linkTo(number, Math.max(0, story.failing))}>
      <span class="tags">
        <b>{story.rule ?? story.kind}</b> {story.level !== null && <span class="tag">{story.level}</span>}
        <span class="tag fail">{story.kind}</span>
      </span>
      <span class="says">{says ?? story.explanation[1] ?? story.signature}</span>
      <span class="signature">
        {story.signature.length > 300 ? `${story.signature.slice(0, 300)}…` : story.signature}
      </span>
      <span class="faint">
        {story.ops.length} ops · seen in {story.seen} {story.seen === 1 ? 'sequence' : 'sequences'}
      </span>
    </a>
  </li>
);

/** Names with counts, of which those that are zero are gaps. */
const Counted = ({
  title,
  about,
  rows,
}: {
  readonly title: string;
  readonly about: string;
  readonly rows: readonly {
    readonly id: string;
    readonly says: string;
    readonly count: number;
    readonly bad: boolean;
  }[];
}) => (
  <details class="counted">
    <summary>
      {title} <span class="faint">{about}</span>
    </summary>
    <ul>
      {rows.map(({ id, says, count, bad }) => (
        <li key={id} class={bad ? 'bad' : undefined}>
          <b>{id}</b> <span>{says}</span> <span class="count">{grouped(count)}</span>
        </li>
      ))}
    </ul>
  </details>
);

/** The page; `rule` is the one whose text is open. */
export const Overview = ({ data, rule }: { readonly data: PageData; readonly rule: string | undefined }) => {
  const says = new Map(data.rules.map(each => [each.id, each.says]));
  return (
    <main>
      <section class={`verdict ${verdictClass(data.verdict)}`}>
        <p class="what">
          {data.target.name} <span class="faint">{data.target.version}</span> against {data.profile}
          {data.shard !== null && <span class="faint"> · shard {data.shard}</span>}
        </p>
        <h1>{data.verdict}</h1>
        {data.reasons.length > 0 && <p class="reasons">{data.reasons.join(' · ')}</p>}
        <dl class="numbers">
          <Figure name="operations">{grouped(data.ops)}</Figure>
          <Figure name="sequences">{grouped(data.sequences)}</Figure>
          <Figure name="states compared">{grouped(data.snapshots)}</Figure>
          <Figure name="seconds">{data.seconds.toFixed(1)}</Figure>
          <Figure name="distinct failures">{data.failures.length}</Figure>
        </dl>
      </section>
      {data.errors.length > 0 && (
        <section>
          <h2>Trouble of the environment</h2>
          <ul class="errors">
            {data.errors.map((error, at) => (
              <li key={at}>
                <Long text={error} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {data.failures.length > 0 && (
        <section>
          <h2>Failures</h2>
          <ol class="cards">
            {data.failures.map((story, number) => (
              <FailureCard
                key={number}
                story={story}
                number={number}
                says={story.rule === null ? undefined : says.get(story.rule)}
              />
            ))}
          </ol>
        </section>
      )}
      {data.known.length > 0 && (
        <section>
          <h2>Known failures</h2>
          <ul class="known-list">
            {data.known.map(({ req, signature, outcome, issue, bad }, at) => (
              <li key={at}>
                <span class={bad ? 'tag fail' : 'tag known'}>{outcome}</span> <b>{req}</b>{' '}
                <span class="signature">
                  <Long text={signature} most={200} />
                </span>{' '}
                <span class="faint">
                  <Long text={issue} most={200} />
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <RuleMatrix areas={data.areas} rules={data.rules} open={rule} failures={data.failures} />
      <section class="rest">
        <Counted
          title="Invariants"
          about={`${data.invariants.length} sentences about every state`}
          rows={data.invariants.map(({ id, says: text, weight, breaches }) => ({
            id,
            says: text,
            count: weight,
            bad: breaches > 0 || weight === 0,
          }))}
        />
        <Counted
          title="Witnesses"
          about={`${data.witnesses.length} things that must sometimes happen`}
          rows={data.witnesses.map(({ id, says: text, seen }) => ({ id, says: text, count: seen, bad: seen === 0 }))}
        />
        <details class="counted">
          <summary>
            The run <span class="faint">seed {data.seed}</span>
          </summary>
          <dl class="facts">
            {[
              ['tool', data.tool],
              ['target', `${data.target.name} ${data.target.version} (${data.target.kind})`],
              ['profile', data.profile],
              ['seed', String(data.seed)],
              ['speed', `${grouped(data.opsPerSecond)} operations a second`],
              ['corpus', `${data.regressions} of the sequences`],
              ...data.environment,
            ].map(([name, value]) => (
              <div class="fact" key={name}>
                <dt>{name}</dt>
                <dd>
                  <Long text={value ?? ''} />
                </dd>
              </div>
            ))}
          </dl>
        </details>
      </section>
    </main>
  );
};
