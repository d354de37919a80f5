/** What holds in a state: its invariants with how much each speaks of, and the witnesses that it is. */
import type { ExplorerData, GraphState } from './data.ts';
import { hashOf } from './route.ts';

const speaks = (weight: number): string => (weight === 0 ? 'speaks of nothing here' : `holds for ${weight}`);

/** Invariants and witnesses. Those that speak of something come first, those that are broken before them. */
export const Laws = ({
  data,
  state,
  here,
}: {
  readonly data: ExplorerData;
  readonly state: GraphState;
  readonly here: number;
}) => {
  const { weights, broken, witnesses } = state;
  const laws = data.invariants.map(({ id, says }, at) => ({
    id,
    says,
    weight: weights[at] ?? 0,
    breaches: broken.find(each => each.id === id)?.breaches ?? [],
  }));
  const rank = ({ weight, breaches }: (typeof laws)[number]): number => (breaches.length > 0 ? 0 : weight > 0 ? 1 : 2);
  const speaking = laws.filter(({ weight }) => weight > 0).length;
  return (
    <section class="holding" aria-label="Invariants and witnesses">
      <h2 class="section">Invariants</h2>
      <p class={broken.length === 0 ? 'agree' : 'disagree'}>
        {broken.length === 0
          ? `All ${laws.length} invariants hold; ${speaking} of them speak of something here.`
          : `${broken.length} of ${laws.length} invariants are broken.`}
      </p>
      <details open={broken.length > 0}>
        <summary>Each of them</summary>
        <ul class="laws">
          {[...laws]
            .sort((a, b) => rank(a) - rank(b))
            .map(({ id, says, weight, breaches }) => (
              <li key={id} class={breaches.length > 0 ? 'broken' : weight === 0 ? 'silent' : 'holds'}>
                <a href={hashOf({ state: here, find: id })}>{id}</a>
                <span>
                  {says}
                  {breaches.map(text => (
                    <em key={text}> {text}</em>
                  ))}
                </span>
                <span class="count">{breaches.length > 0 ? 'BROKEN' : speaks(weight)}</span>
              </li>
            ))}
        </ul>
      </details>
      {witnesses.length > 0 && (
        <>
          <h2 class="section">This state is a witness of</h2>
          <ul class="laws">
            {witnesses.map(id => (
              <li key={id}>
                <a href={hashOf({ state: here, find: id })}>{id}</a>
                <span>{data.witnesses.find(each => each.id === id)?.says}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
};
