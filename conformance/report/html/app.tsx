/** The page as a whole: what it shows follows from the part of its address behind `#`. */
import { useEffect, useState } from 'preact/hooks';
import type { PageData } from './data.ts';
import { FailurePage } from './failure-page.tsx';
import { Overview } from './overview.tsx';
import { ThemeSwitch } from './theme.tsx';

/** What an address asks for; numbers from 0. */
export type Route =
  | { readonly page: 'overview'; readonly rule?: string }
  | { readonly page: 'failure'; readonly number: number; readonly step: number };

/** `#failure/2/step/5`, `#rule/TXN-44`; anything else is the overview. */
export const routeOf = (hash: string): Route => {
  const [, number, step] = /^#failure\/(\d{1,6})(?:\/step\/(\d{1,6}))?$/.exec(hash) ?? [];
  if (number !== undefined) return { page: 'failure', number: Number(number) - 1, step: Number(step ?? 1) - 1 };
  const [, rule] = /^#rule\/([A-Z]+-\d+)$/.exec(hash) ?? [];
  return rule === undefined ? { page: 'overview' } : { page: 'overview', rule };
};

const useRoute = (): Route => {
  const [hash, follow] = useState(typeof location === 'undefined' ? '' : location.hash);
  useEffect(() => {
    const changed = (): void => follow(location.hash);
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return routeOf(hash);
};

/** The page. */
export const App = ({ data }: { readonly data: PageData }) => {
  const route = useRoute();
  const story = route.page === 'failure' ? data.failures[route.number] : undefined;
  const rules = new Map(data.rules.map(rule => [rule.id, rule]));
  const key = route.page === 'failure' ? `failure ${route.number}` : 'overview';
  useEffect(() => {
    if (route.page === 'overview' && route.rule !== undefined) {
      document.getElementById(`rule-${route.rule}`)?.scrollIntoView({ block: 'nearest' });
    } else if (route.page === 'failure') scrollTo(0, 0);
  }, [key, route.page === 'overview' ? route.rule : '']);
  return (
    <>
      <header class="top">
        <a class="brand" href="#">
          binder-spec
        </a>
        <span class="faint">{data.tool.replace('binder-spec ', '')}</span>
        <ThemeSwitch />
      </header>
      {route.page === 'failure' && story !== undefined ? (
        <FailurePage
          key={route.number}
          story={story}
          number={route.number}
          count={data.failures.length}
          at={route.step}
          rules={rules}
        />
      ) : (
        <Overview data={data} rule={route.page === 'overview' ? route.rule : undefined} />
      )}
    </>
  );
};
