/** Two states side by side, and the list of all that differs between them. */
import { useState } from 'preact/hooks';
import type { Snapshot } from '../../../abi/snapshot.ts';
import { differences, marksOf, type Difference } from './difference.ts';
import { StateView } from './state-view.tsx';
import { Long, shown } from './text.tsx';

/** `procs/1.0/refs/7/strong` as `process 1 › refs 7 › strong`. */
const placeWords = (path: string): string =>
  path
    .replace(
      /^procs\/(\d+)\.(\d+)/,
      (_, proc: string, fd: string) => `process ${proc}${fd === '0' ? '' : ` file ${fd}`}`,
    )
    .replaceAll(/\/(\w+)\/(\d+)(?=\/|$)/g, ' › $1 $2')
    .replaceAll('/', ' › ');

/** Every difference in a line of its own; a table with a column for each side. */
export const DifferenceList = ({
  found,
  left,
  right,
}: {
  readonly found: readonly Difference[];
  readonly left: string;
  readonly right: string;
}) => (
  <div class="scroll">
    <table class="differences">
      <thead>
        <tr>
          <th scope="col">where</th>
          <th scope="col">{left}</th>
          <th scope="col">{right}</th>
        </tr>
      </thead>
      <tbody>
        {found.map(({ path, left: a, right: b }) => (
          <tr key={path}>
            <td>{placeWords(path) || 'everything'}</td>
            <td class="left">
              <Long text={shown(a)} most={200} />
            </td>
            <td class="right">
              <Long text={shown(b)} most={200} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);

/** The state that is expected beside the one that is there. */
export const StatesBeside = ({
  expected,
  seen,
  possible,
}: {
  readonly expected: Snapshot | null;
  readonly seen: Snapshot | null;
  /** In how many states the driver may be. */
  readonly possible: number;
}) => {
  const [side, choose] = useState<'expected' | 'seen'>('seen');
  if (expected === null && seen === null) return <p class="none">no state was recorded here</p>;
  const found = expected !== null && seen !== null ? differences(expected, seen) : [];
  const marks = marksOf(found);
  return (
    <div class="beside" data-side={side}>
      <p class={found.length === 0 ? 'agree' : 'disagree'}>
        {seen === null
          ? 'The driver was not asked for its state here.'
          : found.length === 0
            ? 'The driver is in a state that the specification expects.'
            : `The driver differs from the specification in ${found.length} ${found.length === 1 ? 'place' : 'places'}.`}
        {possible > 1 && ` ${possible} states are possible; the nearest is shown.`}
      </p>
      {found.length > 0 && <DifferenceList found={found} left="specification" right="driver" />}
      {expected !== null && seen !== null && (
        <div class="sides" role="group" aria-label="Which state to show on a narrow screen">
          <button type="button" aria-pressed={side === 'expected'} onClick={() => choose('expected')}>
            Specification
          </button>
          <button type="button" aria-pressed={side === 'seen'} onClick={() => choose('seen')}>
            Driver
          </button>
        </div>
      )}
      <div class="columns">
        {expected !== null && (
          <div class="column expected">
            <h3>Specification</h3>
            <StateView state={expected} marks={marks} />
          </div>
        )}
        {seen !== null && (
          <div class="column seen">
            <h3>Driver</h3>
            <StateView state={seen} marks={marks} />
          </div>
        )}
      </div>
    </div>
  );
};
