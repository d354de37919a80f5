/** What may end a program instead of its own result. */

/** Every thread of the system sleeps, and one that somebody waits for is among them. */
export class DeadlockError extends Error {
  override readonly name = 'DeadlockError';
}

/** The process of the thread was killed. */
export class KilledError extends Error {
  override readonly name = 'KilledError';
}

/** The program used these layers in a way that no program can: a call outside of a thread, two calls at once. */
export class MisuseError extends Error {
  override readonly name = 'MisuseError';
}
