/** Light or dark: what the system prefers, until somebody chooses. */
import { useLayoutEffect, useState } from 'preact/hooks';

type Theme = 'light' | 'dark';
const KEY = 'binder-spec theme';

/** A page opened from a file may have no storage. */
const remembered = (): Theme | undefined => {
  try {
    const theme = localStorage.getItem(KEY);
    return theme === 'light' || theme === 'dark' ? theme : undefined;
  } catch {
    return undefined;
  }
};

const remember = (theme: Theme): void => {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // It lasts as long as the page.
  }
};

const preferred = (): Theme => (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');

/** Puts on what somebody chose earlier, before anything is drawn. */
export const wearRemembered = (): void => {
  const theme = remembered();
  if (theme !== undefined) document.documentElement.dataset['theme'] = theme;
};

/** The switch. */
export const ThemeSwitch = () => {
  const [theme, choose] = useState<Theme>();
  useLayoutEffect(() => choose(remembered() ?? preferred()), []);
  useLayoutEffect(() => {
    if (theme !== undefined) document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  const other: Theme = theme === 'dark' ? 'light' : 'dark';
  return (
    <button
      type="button"
      class="theme"
      aria-label={`Switch to ${other} colours`}
      onClick={() => {
        remember(other);
        choose(other);
      }}
    >
      {theme === 'dark' ? '☀' : '☾'}
    </button>
  );
};
