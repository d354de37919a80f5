/** Small configurations for tests. */
import type { Configuration, Role } from '../../properties/explore/configuration.ts';

const manager: Role = { name: 'manager', manager: true, threads: 1, nodes: 0 };
const client = (name: string, nodes = 0): Role => ({ name, threads: 1, nodes });
const base = { sizes: [16], mapping: 4096 };

/** Two clients of one kind. */
export const twins: Configuration = {
  ...base,
  title: 'two clients that are alike',
  processes: [manager, client('a'), client('b')],
  alphabet: ['call', 'oneway', 'reply', 'read', 'free', 'kill'],
  limits: { transactions: 1, buffers: 1, counts: 1, deaths: 1, unread: 1 },
};

/** An object, who holds it, and the death of its owner. */
export const watched: Configuration = {
  ...base,
  title: 'an object and its death',
  processes: [manager, client('a', 1)],
  alphabet: ['call', 'send_node', 'reply', 'read', 'free', 'ack', 'acquire', 'release', 'kill', 'request_death'],
  limits: { transactions: 1, buffers: 1, counts: 1, deaths: 1, unread: 1 },
};

/** Oneways, readers that fault, threads that leave. */
export const deaf: Configuration = {
  ...base,
  title: 'oneways to a reader that faults',
  processes: [manager, client('a')],
  alphabet: ['oneway', 'read', 'read_tiny', 'read_faulting', 'free', 'thread_exit'],
  limits: { transactions: 2, buffers: 2, counts: 1, deaths: 0, unread: 1 },
};

/** A process that offers two objects, and never dies. */
export const offered: Configuration = {
  ...base,
  title: 'two objects of one process',
  processes: [manager, client('a', 2)],
  alphabet: ['call', 'send_node', 'reply', 'read', 'free', 'ack'],
  limits: { transactions: 1, buffers: 1, counts: 1, deaths: 0, unread: 1 },
};

/** A watcher that chooses between two cookies, whose registrations end while they are under way. */
export const cookied: Configuration = {
  ...watched,
  title: 'two cookies to choose from',
  alphabet: ['call', 'send_node', 'reply', 'read', 'free', 'ack', 'kill', 'request_death', 'clear_death', 'dead_done'],
  cookies: 2,
};
