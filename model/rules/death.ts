/** Death notifications. */
import { CORE, MUST, SHOULD, derived, seen, type Rule } from './rule.ts';

export const DEATH = {
  'DEATH-01': {
    ...CORE,
    says: 'BC_REQUEST_DEATH_NOTIFICATION registers a cookie on any reference that the caller has, a weak one suffices; handle 0 must have been counted first.',
    evidence: seen('binder_thread_write'),
  },
  'DEATH-02': {
    ...MUST,
    says: 'A request on an unknown handle, or on a reference that has a registration (also one that was delivered and not cleared), is ignored.',
    evidence: seen('binder_thread_write'),
  },
  'DEATH-03': {
    ...CORE,
    says: "Only the release of the owner's open file sends death notifications: not the end of a thread, an unmapping, a freeze or the loss of the last count.",
    evidence: seen('binder_node_release'),
  },
  'DEATH-04': {
    ...CORE,
    says: "A request on a node that is dead already queues BR_DEAD_BINDER to the process at once; the requester's own read or another waiting thread delivers it.",
    evidence: seen('binder_thread_write', 'binder_wakeup_proc_ilocked'),
    determinism: 'set',
  },
  'DEATH-05': {
    ...CORE,
    says: 'BR_DEAD_BINDER goes to any thread that may take work of the process, one a read; the registration stays and waits for BC_DEAD_BINDER_DONE.',
    evidence: seen('binder_thread_read'),
  },
  'DEATH-06': {
    ...SHOULD,
    says: 'BC_CLEAR_DEATH_NOTIFICATION is ignored for an unknown handle, without a registration, and with another cookie.',
    evidence: seen('binder_thread_write'),
  },
  'DEATH-07': {
    ...SHOULD,
    says: "Clearing a registration that is idle, or delivered and done, yields BR_CLEAR_DEATH_NOTIFICATION_DONE: on the caller's own queue if it registered or entered, else on that of the process.",
    evidence: seen('binder_thread_write'),
  },
  'DEATH-08': {
    ...SHOULD,
    says: 'Clearing while BR_DEAD_BINDER is queued does not withdraw it: it is still delivered, and the confirmation follows only after BC_DEAD_BINDER_DONE.',
    evidence: seen('binder_thread_write', 'binder_thread_read'),
  },
  'DEATH-09': {
    ...SHOULD,
    says: 'Clearing between delivery and BC_DEAD_BINDER_DONE yields nothing at once; the confirmation follows BC_DEAD_BINDER_DONE, placed by the thread that sends it.',
    evidence: seen('binder_thread_write'),
  },
  'DEATH-10': {
    ...MUST,
    says: 'After a good clear the reference takes a new registration at once; on a dead node that gives another BR_DEAD_BINDER.',
    evidence: seen('binder_thread_write'),
  },
  'DEATH-11': {
    ...MUST,
    says: 'BC_DEAD_BINDER_DONE answers the first delivered notification with that cookie, from any thread; one that fits none is ignored. The registration stays.',
    evidence: seen('binder_thread_write'),
  },
  'DEATH-12': {
    ...MUST,
    says: 'A missing BC_DEAD_BINDER_DONE holds back no other notification, only the confirmation of its own clear.',
    evidence: derived('binder_thread_write'),
  },
  'DEATH-13': {
    ...MUST,
    says: 'The end of a reference cancels its registration and what is queued or delivered of it; one that was cleared before still confirms.',
    evidence: seen('binder_cleanup_ref_olocked'),
  },
  'DEATH-14': {
    ...SHOULD,
    says: "The release of the watcher's open file drops all its registrations.",
    evidence: derived('binder_deferred_release', 'binder_release_work'),
  },
  'DEATH-15': {
    ...MUST,
    says: 'Death work stands in the queue of the process in order of arrival with everything else, the nodes of one owner by ascending ptr.',
    evidence: derived('binder_node_release'),
  },
  'DEATH-16': {
    ...SHOULD,
    says: 'The statistics count death registrations that exist in any state, and the state file tells queued, cleared and delivered ones apart.',
    evidence: seen('print_binder_work_ilocked', 'print_binder_proc'),
    firesIn: 'snapshot',
  },
} as const satisfies Record<`DEATH-${number}`, Rule>;
