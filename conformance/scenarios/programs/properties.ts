/** What must be true of every program, whatever the driver and the order of its threads. */

/** One property: a sentence someone could disagree with. */
export interface ProgramProperty {
  readonly id: string;
  readonly says: string;
}

/** Every property by name. */
export const PROPERTIES = {
  name: { id: 'PROG-NAME-01', says: 'A name maps to at most one live service: the one that was added last.' },
  gone: { id: 'PROG-NAME-02', says: 'After a server’s death its names are gone.' },
  told: { id: 'PROG-NAME-03', says: 'Who registered for a name hears of each service that takes it, once.' },
  manager: { id: 'PROG-NAME-04', says: 'A context has one manager: whoever comes later is refused.' },
  death: { id: 'PROG-DEATH-01', says: 'Every linked recipient hears of a death once, and of nothing else.' },
  answered: {
    id: 'PROG-CALL-01',
    says: 'A call is answered exactly once, by what it asked for, or with the death of somebody on its way.',
  },
  thread: {
    id: 'PROG-CALL-02',
    says: 'A nested call into a process that waits within the same chain runs on the thread that waits.',
  },
  oneway: {
    id: 'PROG-CALL-03',
    says: 'Oneway calls of one thread to one object arrive once and in order, one at a time.',
  },
  same: { id: 'PROG-REF-01', says: 'A proxy means the same object for as long as it is held.' },
  held: {
    id: 'PROG-REF-02',
    says: 'When all references are dropped, a process has no proxies and exports only what has a name.',
  },
  pool: { id: 'PROG-POOL-01', says: 'No thread is started beyond the maximum.' },
  buffers: { id: 'PROG-REST-01', says: 'At rest every buffer is free again, and no transaction exists.' },
  nothing: { id: 'PROG-REST-02', says: 'When everything is closed, nothing is left.' },
  uncaught: { id: 'PROG-REST-03', says: 'The library meets nothing that it does not expect.' },
} as const satisfies Readonly<Record<string, ProgramProperty>>;
export type PropertyName = keyof typeof PROPERTIES;

/** A property that does not hold. */
export class PropertyError extends Error {
  override readonly name = 'PropertyError';
  readonly id: string;

  constructor(property: PropertyName, explanation: string) {
    const { id, says } = PROPERTIES[property];
    super(`${id}: ${says}\n${explanation}`);
    this.id = id;
  }
}

/** How often each property spoke: zero all run long proves nothing. */
export class Weights {
  readonly counts = new Map<string, number>(Object.values(PROPERTIES).map(({ id }) => [id, 0] as const));

  add(property: PropertyName): void {
    const { id } = PROPERTIES[property];
    this.counts.set(id, (this.counts.get(id) ?? 0) + 1);
  }
}
