/** Exit codes of the command line, and the two kinds of trouble that are nobody's divergence. */

/** What the process exits with. Documented and stable; scripts depend on them. */
export const EXIT = {
  conformant: 0,
  notConformant: 1,
  usage: 2,
  environment: 3,
  inconclusive: 4,
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The user asked for something that makes no sense: a bad option, a malformed file. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The machine or the adapter is not fit: a missing kernel, a full disk, a guest that does not boot. Exit code 3. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
}

/** Names of the errors of targets that mean the same as `EnvironmentError`. */
const ENVIRONMENT_NAMES = new Set(['EnvironmentError', 'SetupError', 'MachineDied']);
/** Name of the errors of an adapter that does not do what the protocol says. */
const ADAPTER_NAME = 'AdapterError';

/** The exit code and one line for an error that ended a command; `undefined` for a defect of this program. */
export const explainError = (error: unknown): { readonly code: ExitCode; readonly line: string } | undefined => {
  if (!(error instanceof Error)) return undefined;
  if (error.name === 'UsageError') return { code: EXIT.usage, line: `error: ${error.message}` };
  if (error.name === ADAPTER_NAME) return { code: EXIT.environment, line: `adapter: ${error.message}` };
  if (ENVIRONMENT_NAMES.has(error.name)) return { code: EXIT.environment, line: `environment: ${error.message}` };
  return undefined;
};

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is not a folder',
  ENOSPC: 'no space left on the disk',
  EDQUOT: 'no space left in the quota',
  EROFS: 'the file system is read-only',
};

/** Why a file operation failed, in words. */
export const fileReason = (error: unknown): string => {
  const code = (error as { readonly code?: unknown } | null)?.code;
  return (
    (typeof code === 'string' ? REASONS[code] : undefined) ?? (error instanceof Error ? error.message : String(error))
  );
};
