/** The explorer page as a whole: one state at a time, and what leads on. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { isForElsewhere } from '../keys.ts';
import { grouped } from '../numbers.ts';
import { ThemeSwitch } from '../theme.tsx';
import type { ExplorerData } from './data.ts';
import { Findings } from './findings.tsx';
import { parentsOf, stepAt } from './graph.ts';
import { Layers } from './layers.tsx';
import { Neighbourhood } from './neighbourhood.tsx';
import { hashOf, useRoute, type ExplorerRoute } from './route.ts';
import { Search } from './search.tsx';
import { StatePanel } from './state-panel.tsx';
import { Steps } from './steps.tsx';

const extentWords = ({ states, cut }: ExplorerData): string => {
  const deepest = states.at(-1)?.depth ?? 0;
  const count = `${grouped(states.length)} ${states.length === 1 ? 'state' : 'states'}`;
  return cut
    ? `The first ${count} in breadth-first order, down to depth ${deepest}; steps that lead outside say so.`
    : `All ${count}, down to depth ${deepest}.`;
};

/** The buttons of the steps that can be followed, in their order. */
const followable = (): readonly HTMLButtonElement[] => [
  ...document.querySelectorAll<HTMLButtonElement>('.outcome:not(:disabled)'),
];

const walk = (key: string, back: () => void, onward: () => void): boolean => {
  const buttons = followable();
  const at = buttons.findIndex(button => button === document.activeElement);
  switch (key) {
    case 'ArrowDown':
      (buttons[at + 1] ?? buttons[0])?.focus();
      return true;
    case 'ArrowUp':
      (buttons[at - 1] ?? buttons.at(-1))?.focus();
      return true;
    case 'ArrowLeft':
      back();
      return true;
    case 'ArrowRight':
      if (at >= 0) buttons[at]?.click();
      else onward();
      return true;
    case 'Home':
      location.hash = hashOf({ state: 0 });
      return true;
    case '/':
      document.querySelector<HTMLInputElement>('.search input')?.focus();
      return true;
    default:
      if (!/^[1-9]$/.test(key)) return false;
      buttons[Number(key) - 1]?.click();
      return true;
  }
};

/** The page. */
export const ExplorerApp = ({ data }: { readonly data: ExplorerData }) => {
  const asked = useRoute();
  const here = Math.min(asked.state, data.states.length - 1);
  const state = data.states[here];
  // A step that does not lead here was made up by whoever wrote the address.
  const from = asked.from !== undefined && stepAt(data, asked.from)?.to === here ? asked.from : state?.parent;
  const parents = useMemo(() => parentsOf(data.states), [data]);
  const [pointed, point] = useState<number | null>(null);
  // What the left arrow left behind: the right arrow goes there again.
  const ahead = useRef<string[]>([]);
  const go = (route: ExplorerRoute): void => {
    ahead.current = [];
    location.hash = hashOf(route);
  };
  const back = (): void => {
    if (from === null || from === undefined) return;
    ahead.current.push(location.hash === '' ? hashOf({ state: here }) : location.hash);
    location.hash = hashOf({ state: from.state });
  };
  const onward = (): void => {
    const next = ahead.current.pop();
    if (next !== undefined) location.hash = next;
    else followable()[0]?.focus();
  };
  // Before anything is painted: no key is lost.
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!isForElsewhere(event) && walk(event.key, back, onward)) event.preventDefault();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  });
  useEffect(() => point(null), [here]);
  if (state === undefined) return <p class="none">The page has no state.</p>;
  return (
    <>
      <header class="top">
        <a class="brand" href="#state/0">
          binder-spec
        </a>
        <span class="faint">explorer</span>
        <ThemeSwitch />
      </header>
      <main class="explorer">
        <header class="explorer-head">
          <h1>{data.title}</h1>
          <p class="faint">
            {extentWords(data)} The exploration: {grouped(data.distinct)} distinct states, {data.ended}.
          </p>
          <ul class="roles" aria-label="Processes">
            {data.processes.map((name, proc) => (
              <li key={proc}>
                <span class="faint">process {proc}</span> {name}
              </li>
            ))}
          </ul>
          <Layers states={data.states} here={here} />
          <Findings data={data} />
          <Search data={data} find={asked.find} here={here} go={go} />
        </header>
        <div class="walk">
          <section class="around" aria-label="States around this one">
            <h2 class="section">Around state {here}</h2>
            <Neighbourhood data={data} here={here} parents={parents} pointed={pointed} />
          </section>
          <Steps state={state} here={here} rules={data.rules} go={go} point={point} />
          <StatePanel data={data} here={here} state={state} from={from ?? null} />
        </div>
        <footer class="keys faint">
          <kbd>↑</kbd> <kbd>↓</kbd> choose a step · <kbd>→</kbd> or <kbd>Enter</kbd> follow it · <kbd>1</kbd>–
          <kbd>9</kbd> follow by number · <kbd>←</kbd> back · <kbd>Home</kbd> state 0 · <kbd>/</kbd> search
        </footer>
      </main>
    </>
  );
};
