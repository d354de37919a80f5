/** Values of command-line options: text to meaning, or a message that names what would be accepted. */
import { InvalidArgumentError } from 'commander';

const whole = (text: string): number | undefined => {
  const digits = text.replaceAll('_', '');
  return /^\d{1,15}$/.test(digits) ? Number(digits) : undefined;
};

/** A count of at least one. */
export const positive = (text: string): number => {
  const value = whole(text);
  if (value === undefined || value < 1) throw new InvalidArgumentError('Expected a whole number of at least 1.');
  return value;
};

/** A seed: 0 to 2^32 - 1, decimal or 0x. */
export const seed = (text: string): number => {
  const value = /^0x[0-9a-f]{1,8}$/i.test(text) ? Number(text) : whole(text);
  if (value === undefined || value > 0xffffffff) {
    throw new InvalidArgumentError('Expected a whole number from 0 to 4294967295 (0x… is fine).');
  }
  return value;
};

const UNITS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };

/** A duration in seconds: `90`, `90s`, `500ms`, `5m`, `1h`. */
export const duration = (text: string): number => {
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? [];
  const seconds = number === undefined ? 0 : Number(number) * (UNITS[unit] as number);
  if (seconds <= 0) throw new InvalidArgumentError('Expected a duration such as 60s, 5m or 500ms.');
  return seconds;
};

const SIZES: Readonly<Record<string, number>> = { '': 1, K: 1e3, M: 1e6, G: 1e9 };

/** A size in bytes: `500MB`, `2GB`, `1000000`. */
export const bytes = (text: string): number => {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([KMG]?)B?$/i.exec(text) ?? [];
  if (number === undefined) throw new InvalidArgumentError('Expected a size such as 500MB or 2GB.');
  return Math.floor(Number(number) * (SIZES[unit.toUpperCase()] as number));
};

/** What may be driven. */
export type TargetChoice =
  | { readonly kind: 'impl' | 'model' }
  /** Debian's kernel in a virtual machine, or the agent that a command speaks with. */
  | { readonly kind: 'linux'; readonly command?: readonly string[] }
  | { readonly kind: 'mutant'; readonly mutant: string }
  | ({ readonly kind: 'process' } & AdapterChoice);

/** An adapter of somebody's own, and how patient to be with it. */
export interface AdapterChoice {
  /** The program with its arguments. */
  readonly command: readonly string[];
  /** Factor on every time budget. */
  readonly timeScale: number;
  /** Whether there are budgets at all. */
  readonly timeouts: boolean;
  /** A shell command that brings the machine of the target back when the adapter has died. */
  readonly respawn?: string;
}

/** Whether a target lies behind a process or machine boundary. */
export const isRemote = ({ kind }: TargetChoice): boolean => kind === 'linux' || kind === 'process';

/** A word as a shell takes it. */
const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** An adapter as a command line names it: `-- ssh host adapter`. */
export const adapterWords = (command: readonly string[]): string => `-- ${command.map(quoted).join(' ')}`;

/** The commands in what stands behind the first `--`: each further `--` begins another one. */
export const groups = (words: readonly string[]): (readonly string[])[] => {
  if (words.length === 0) return [];
  const found: string[][] = [[]];
  for (const word of words) {
    if (word === '--') found.push([]);
    else (found.at(-1) as string[]).push(word);
  }
  return found;
};

/** A factor above zero. */
export const factor = (text: string): number => {
  const value = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : 0;
  if (value <= 0) throw new InvalidArgumentError('Expected a factor such as 2 or 0.5.');
  return value;
};

/** A target by name. */
export const target = (text: string): TargetChoice => {
  if (text === 'impl' || text === 'model' || text === 'linux') return { kind: text };
  const [, mutant] = /^mutant:(.+)$/.exec(text) ?? [];
  if (mutant !== undefined) return { kind: 'mutant', mutant };
  throw new InvalidArgumentError('Expected impl, model, linux or mutant:NAME.');
};

/** A part of a run: `2/8` is the second of eight. */
export const shard = (text: string): { readonly index: number; readonly of: number } => {
  const [, first, second] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? [];
  const [index, of] = [Number(first), Number(second)];
  if (!(index >= 1 && index <= of)) throw new InvalidArgumentError('Expected I/N with I from 1 to N, such as 2/8.');
  return { index, of };
};

/** What a run can be told as. */
export const FORMATS = [
  'json',
  'junit',
  'ktap',
  'markdown',
  'mermaid',
  'perfetto',
  'itf',
  'html',
  'badge',
  'terminal',
] as const;
export type FormatName = (typeof FORMATS)[number];

/** A report to write: a format and a file. */
export interface ReportChoice {
  readonly format: FormatName;
  readonly file: string;
}

/** `FORMAT=FILE`, collected. */
export const report = (text: string, before: readonly ReportChoice[] = []): readonly ReportChoice[] => {
  const [, format, file] = /^([a-z]+)=(.+)$/.exec(text) ?? [];
  const known = FORMATS.find(each => each === format);
  if (known === undefined || file === undefined) {
    throw new InvalidArgumentError(`Expected FORMAT=FILE with FORMAT one of ${FORMATS.join(', ')}.`);
  }
  return [...before, { format: known, file }];
};

/** A day: `2026-12-31`. */
export const day = (text: string): string => {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00Z`).toJSON()?.startsWith(text) === true;
  if (!isDay) throw new InvalidArgumentError('Expected a day such as 2026-12-31.');
  return text;
};

/** The same where JSON is all there is. */
export const jsonReport = (text: string, before: readonly ReportChoice[] = []): readonly ReportChoice[] => {
  if (!/^json=.+/.test(text)) throw new InvalidArgumentError('Expected json=FILE.');
  return report(text, before);
};

/** File names, collected. */
export const files = (file: string, before: readonly string[] = []): readonly string[] => [...before, file];

/** `mermaid=FILE`: the file. */
export const diagram = (text: string): string => {
  const [, file] = /^mermaid=(.+)$/.exec(text) ?? [];
  if (file === undefined) throw new InvalidArgumentError('Expected mermaid=FILE.');
  return file;
};

/** Which of the driver's differences count: `linux-6.1` is exact, `core` what every driver must do. */
export const PROFILES = ['linux-6.1', 'core'] as const;
export type ProfileName = (typeof PROFILES)[number];
/** How much of the driver the generated logs use. */
export const LEVELS = ['slice', 'full'] as const;
export type LevelName = (typeof LEVELS)[number];
