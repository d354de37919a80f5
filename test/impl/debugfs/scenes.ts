/** Scenes from which the tests of the debugfs files begin. */
import { binder, call, Script } from './script.ts';

/** TF_ONE_WAY. */
export const ONE_WAY = 1;
/** The client's thread. */
export const CALLER = [1, 0] as const;
/** The manager's thread. */
export const OWNER = [0, 0] as const;

/** Process 0 is the manager; 1 is a client. Both are past their first ioctl, nobody waits. */
export const pair = (): Script =>
  new Script().open(OWNER).ioctl(OWNER, 'BINDER_SET_CONTEXT_MGR').prime([0, 1]).open(CALLER).prime(CALLER);

/** The same, and the client called with object 0x5000, which the manager got as handle 1 (buffer at 0). */
export const introduced = (): Script =>
  pair()
    .write(CALLER, call(0, 1, 0, 24, [0, binder(0x5000, 0x6000)]))
    .read(OWNER, 256);
