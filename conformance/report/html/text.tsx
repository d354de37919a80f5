/** Text of unknown length and origin, made safe to look at: short first, whole on demand, copied with a press. */
import { useState } from 'preact/hooks';

const SHORT = 400;

/** A value as people read it. */
export const shown = (value: unknown): string => {
  if (value === undefined) return 'absent';
  if (value === null) return 'cannot tell';
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'absent');
};

/** JSON over several lines, as narrow as it can be without a line for each brace. */
export const laidOut = (value: unknown): string => JSON.stringify(value, null, 2) ?? 'absent';

/** A long text: its beginning, and all of it when asked. */
export const Long = ({ text, most = SHORT }: { readonly text: string; readonly most?: number }) => {
  const [all, showAll] = useState(false);
  if (text.length <= most) return <>{text}</>;
  return (
    <>
      {all ? text : `${text.slice(0, most)}…`}{' '}
      <button type="button" class="quiet" onClick={() => showAll(!all)}>
        {all ? 'show less' : `show all ${text.length} characters`}
      </button>
    </>
  );
};

/** A block of code with its title. */
export const Code = ({ text, most = 2000 }: { readonly text: string; readonly most?: number }) => (
  <pre class="code" tabIndex={0}>
    <Long text={text} most={most} />
  </pre>
);

/** A button that copies a text. */
export const Copy = ({ what, text }: { readonly what: string; readonly text: string }) => {
  const [said, say] = useState('');
  const copy = async (): Promise<void> => {
    say((await toClipboard(text)) ? 'Copied' : 'Select and copy by hand');
    setTimeout(() => say(''), 2000);
  };
  return (
    <button type="button" class="copy" data-copy={what} onClick={() => void copy()}>
      <span aria-live="polite">{said === '' ? `Copy ${what}` : said}</span>
    </button>
  );
};

/** A page opened from a file may not have the modern clipboard; the old way works there. */
const toClipboard = async (text: string): Promise<boolean> => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    area.className = 'offscreen';
    document.body.append(area);
    area.select();
    const copied = document.execCommand('copy');
    area.remove();
    return copied;
  }
};
