/** References: handles and their counts. */
import { CORE, INFO, MUST, SHOULD, derived, notApplicable, seen, type Rule } from './rule.ts';

export const REF = {
  'REF-01': {
    ...CORE,
    says: 'An open file has at most one reference to a node: who receives it again gets the same handle, as long as it holds it.',
    evidence: seen('binder_get_ref_for_node_olocked'),
  },
  'REF-02': {
    ...MUST,
    says: 'A new handle is the lowest unused number from 1; 0 is given only to the node of the present manager.',
    evidence: seen('binder_get_ref_for_node_olocked'),
  },
  'REF-03': {
    ...MUST,
    says: "The manager's object that arrives in a message becomes handle 0, unless 0 is held by a dead manager; a handle from before the node became manager keeps its number.",
    evidence: derived('binder_get_ref_for_node_olocked'),
  },
  'REF-04': {
    ...MUST,
    says: 'The number of a removed reference is free at once and the next new one takes it if it is the lowest.',
    evidence: seen('binder_get_ref_for_node_olocked', 'binder_cleanup_ref_olocked'),
  },
  'REF-05': {
    ...SHOULD,
    says: 'The counts of a reference change only by the four counting commands, by received objects and by freed buffers.',
    evidence: seen('binder_inc_ref_olocked', 'binder_dec_ref_olocked'),
  },
  'REF-06': {
    ...CORE,
    says: 'A reference without counts is removed together with its death registration; its handle is then unknown.',
    evidence: seen('binder_cleanup_ref_olocked', 'binder_dec_ref_olocked'),
  },
  'REF-07': {
    ...CORE,
    says: 'A received handle lives as long as its buffer, unless it is acquired before the buffer is freed.',
    evidence: seen('binder_transaction_buffer_release'),
  },
  'REF-08': {
    ...SHOULD,
    says: 'A handle held only weakly can be neither called nor sent as a strong object (param -22); counting, weak sending and watching work.',
    evidence: seen('binder_get_ref_olocked', 'binder_transaction'),
  },
  'REF-09': {
    ...CORE,
    says: 'A handle sent to the owner of its node arrives there as its own object, without a reference and without a node command.',
    evidence: seen('binder_translate_handle'),
  },
  'REF-10': {
    ...INFO,
    says: 'Neither the number of handles nor their counts have a limit.',
    evidence: derived('binder_inc_ref_olocked'),
    status: notApplicable('Showing it takes more ops than any run has.'),
  },
} as const satisfies Record<`REF-${number}`, Rule>;
