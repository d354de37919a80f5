/** The search: a state by its number, and every place where a rule fires, a witness is seen or an invariant speaks. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { grouped } from '../numbers.ts';
import { actorWords, observationWords, opWords } from '../words.ts';
import type { ExplorerData, Sentence } from './data.ts';
import { placesOf, type Place } from './graph.ts';
import { hashOf, type ExplorerRoute } from './route.ts';

/** Sentences and places that are listed. */
const MOST = 40;

const matching = ({ rules, invariants, witnesses }: ExplorerData, text: string): readonly Sentence[] => {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return [];
  return [...rules, ...invariants, ...witnesses].filter(({ id, says }) =>
    `${id} ${says}`.toLowerCase().includes(wanted),
  );
};

/** A place as a link: to the state, or along the step. */
const PlaceLine = ({ data, place: { state, step }, find }: { data: ExplorerData; place: Place; find: string }) => {
  const is = step === undefined ? undefined : data.states[state]?.steps[step];
  if (is === undefined || step === undefined) return <a href={hashOf({ state, find })}>state {state}</a>;
  const { op, observation, to } = is;
  const words = (
    <>
      {to === null || to === state ? ` · state ${state}` : ` · state ${state} → ${to}`}{' '}
      <span class="faint">
        {actorWords(op)}: {opWords(op)} → {observationWords(observation)}
      </span>
    </>
  );
  const route = to === null || to === state ? { state, find } : { state: to, from: { state, step }, find };
  return <a href={hashOf(route)}>{words}</a>;
};

/** Everything about what is searched for. */
const Found = ({ data, id, here }: { data: ExplorerData; id: string; here: number }) => {
  const places = useMemo(() => placesOf(data, id), [data, id]);
  const sentence = [...data.rules, ...data.invariants, ...data.witnesses].find(each => each.id === id);
  const states = new Set(places.map(({ state }) => state)).size;
  return (
    <div class="rule-detail">
      <header>
        <b>{id}</b>
        <span class="tag">
          {places.length === 0
            ? 'nowhere on this page'
            : `${grouped(places.length)} ${places.length === 1 ? 'place' : 'places'} in ${grouped(states)} ${states === 1 ? 'state' : 'states'}`}
        </span>
        <a class="close" href={hashOf({ state: here })} aria-label="Close the search">
          ×
        </a>
      </header>
      <p class="rule-says">{sentence?.says ?? 'No rule, invariant or witness of this page has this name.'}</p>
      <ol class="places">
        {places.slice(0, MOST).map(place => (
          <li key={`${place.state} ${place.step}`}>
            <PlaceLine data={data} place={place} find={id} />
          </li>
        ))}
      </ol>
      {places.length > MOST && <p class="faint">and {grouped(places.length - MOST)} more</p>}
    </div>
  );
};

/** The field and what it finds. */
export const Search = ({
  data,
  find,
  here,
  go,
}: {
  readonly data: ExplorerData;
  readonly find: string | undefined;
  readonly here: number;
  readonly go: (route: ExplorerRoute) => void;
}) => {
  const [text, type] = useState('');
  const number = /^\d{1,6}$/.test(text.trim()) ? Number(text) : undefined;
  const isState = number !== undefined && number < data.states.length;
  const found = number === undefined ? matching(data, text) : [];
  useEffect(() => type(''), [find]);
  return (
    <search class="search">
      <form
        onSubmit={event => {
          event.preventDefault();
          const [first] = found;
          if (isState) go({ state: number });
          else if (first !== undefined) go({ state: here, find: first.id });
          else return;
          type('');
          (document.activeElement as HTMLElement | null)?.blur();
        }}
      >
        <input
          type="search"
          value={text}
          placeholder="a state by number, a rule, a witness, an invariant"
          aria-label="Search for a state, a rule, a witness or an invariant"
          onInput={event => type(event.currentTarget.value)}
        />
      </form>
      {number !== undefined && (
        <p>
          {isState ? <a href={hashOf({ state: number })}>state {number}</a> : `state ${number} is not on this page`}
        </p>
      )}
      {text !== '' && number === undefined && (
        <ul class="found">
          {found.slice(0, MOST).map(({ id, says }) => (
            <li key={id}>
              <a href={hashOf({ state: here, find: id })}>
                <b>{id}</b> {says}
              </a>
            </li>
          ))}
          {found.length === 0 && <li class="none">nothing on this page is called so</li>}
        </ul>
      )}
      {find !== undefined && <Found data={data} id={find} here={here} />}
    </search>
  );
};
