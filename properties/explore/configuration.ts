/** What is explored: who is there, what they may do, and how much of it. */
import type { Letter } from './alphabet.ts';

/** One process of a configuration. Processes that are alike but for their names may be renamed. */
export interface Role {
  readonly name: string;
  /** It is the context manager from the start. */
  readonly manager?: boolean | undefined;
  readonly threads: number;
  /** Nodes that it may offer, the manager's own apart. */
  readonly nodes: number;
}

/** How much there may be at a time; serving (replies, reads, frees, acknowledgements) is never bounded. */
export interface Limits {
  /** Transactions that exist: calls, oneways and replies that nobody has read. */
  readonly transactions: number;
  /** Buffers of one mapping. */
  readonly buffers: number;
  /** Strong and weak counts of one ref. */
  readonly counts: number;
  /** Processes that may be killed or closed. */
  readonly deaths: number;
  /** Descriptors that are received or under way; absent: one. */
  readonly descriptors?: number | undefined;
  /** Work that a thread or a process leaves unread before it asks for more. */
  readonly unread: number;
}

export interface Configuration {
  readonly title: string;
  readonly processes: readonly Role[];
  /** Payload sizes in bytes. */
  readonly sizes: readonly number[];
  /** Bytes of every mapping. */
  readonly mapping: number;
  readonly alphabet: readonly Letter[];
  readonly limits: Limits;
  /** Cookies among which a process chooses when it registers for a death; absent: the cookie follows the handle. */
  readonly cookies?: number | undefined;
  /** Layers to explore; absent: all. */
  readonly depth?: number | undefined;
}
