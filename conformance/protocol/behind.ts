/**
 * Which rules, and which witnesses, lie behind which capabilities: a table, so that NOT-APPLICABLE is never a judgement
 * made in a hurry.
 *
 * A row names ids and the ways to them; a way is a list of capabilities that are needed together. Ids without a row need
 * nothing that may be left out.
 */
import type { CapabilityName, Capable } from './capabilities.ts';

type Ways = readonly (readonly CapabilityName[])[];
type Row = readonly [ids: string, ...ways: Ways];

const RULES: readonly Row[] = [
  ['ALLOC-10 PROC-09 PROC-13 REL-20', ['release']],
  ['THR-39 THR-48 THR-50', ['thread_exit']],
  ['THR-40 THR-41 THR-42 THR-43 THR-44 THR-46', ['thread_exit'], ['kill'], ['release', 'multi_thread']],
  ['THR-22 THR-45 REL-18 ALLOC-47 TXN-45', ['kill'], ['thread_exit', 'multi_thread'], ['release', 'multi_thread']],
  ['TXN-40', ['thread_exit']],
  ['READ-36 TXN-41', ['thread_exit'], ['kill']],
  ['PROC-14 PROC-15 PROC-16 PROC-17 PROC-18 PROC-23 ALLOC-48', ['kill'], ['release']],
  ['PROC-20 PROC-21 PROC-22 DEATH-14 REL-19', ['kill'], ['release', 'multi_thread']],
  ['NODE-14', ['kill'], ['release', 'multi_thread']],
  ['TXN-05', ['kill', 'multi_thread'], ['release', 'multi_thread']],
  ['WR-16 WR-17', ['kill']],
  ['PROC-11', ['flush'], ['release']],
  ['DEATH-01 DEATH-02 DEATH-06 DEATH-11 DEATH-13 WR-30', ['death']],
  ['DEATH-03 DEATH-05 DEATH-15 PROC-19 READ-22', ['death', 'kill'], ['death', 'release', 'multi_thread']],
  [
    'DEATH-04 DEATH-07 DEATH-08 DEATH-09 DEATH-10 DEATH-12 READ-23',
    ['death', 'kill', 'multi_thread', 'nonblock'],
    ['death', 'release', 'multi_thread', 'nonblock'],
  ],
  [
    'FRZ-01 FRZ-02 FRZ-03 FRZ-04 FRZ-07 FRZ-08 FRZ-09 FRZ-10 FRZ-11 FRZ-12 TXN-30 TXN-31 TXN-32 TXN-33 REL-15',
    ['freeze'],
  ],
  ['PROC-04', ['freeze', 'multi_open']],
  ['IOC-06', ['extended_error']],
  ['IOC-04', ['oneway_spam']],
  ['CTX-02 TXN-16', ['security_ctx']],
  ['NODE-17 NODE-18', ['node_debug']],
  ['OBJ-17', ['weak']],
  ['OBJ-22 OBJ-23 OBJ-24 OBJ-25 REL-10 READ-45', ['fd']],
  ['OBJ-40 OBJ-41 OBJ-42 OBJ-43 OBJ-44 OBJ-45 REL-12 THR-06', ['fd', 'sg', 'fda']],
  [
    'UAPI-05 TXN-20 TXN-23 OBJ-27 OBJ-28 OBJ-29 OBJ-30 OBJ-31 OBJ-32 OBJ-33 OBJ-34 OBJ-35 OBJ-36 OBJ-37 OBJ-38 OBJ-39 ' +
      'REL-11 ALLOC-38',
    ['sg'],
  ],
  ['READ-08 TXN-09', ['nonblock']],
  ['READ-10', ['nonblock'], ['signals'], ['faults']],
  ['THR-14 THR-35 THR-36', ['poll'], ['epoll']],
  ['THR-37 THR-38', ['epoll']],
  ['THR-47', ['epoll', 'thread_exit']],
  ['PROC-12', ['epoll', 'flush', 'multi_thread']],
  ['ALLOC-02 PROC-27 TXN-46', ['share'], ['fork']],
  ['PROC-26', ['fork']],
  ['PROC-29', ['file_io']],
  ['ALLOC-05', ['mprotect']],
  ['ALLOC-34', ['madvise']],
  ['OBJ-26 REL-16 READ-35', ['limit_fds', 'fd']],
  ['READ-09', ['signals']],
  // Work that is undone before it is read: one thread alone that is never parked elsewhere hardly gets there.
  ['READ-12 READ-20', ['multi_thread'], ['kill'], ['release']],
  ['THR-25 THR-27 THR-30', ['multi_thread']],
  ['THR-15 THR-49', ['multi_thread', 'exit_task']],
  ['PROC-02', ['multi_open']],
  ['TXN-14', ['multi_open', 'multi_thread']],
  ['PROC-32', ['multi_device']],
  // The driver's choice of nice values shows only where somebody asks for them.
  ['DLV-06 DLV-07 DLV-08 READ-37 READ-38 READ-39', ['nice']],
  ['CTX-04', ['euid', 'kill']],
  ['ALLOC-31', ['reclaim']],
  ['ALLOC-29 ALLOC-30 ALLOC-35 ALLOC-36', ['peek']],
  ['WR-02 WR-08 WR-09 TXN-19 OBJ-02 OBJ-03 OBJ-04 OBJ-05 ALLOC-14', ['raw']],
  ['OBJ-07 TXN-18', ['raw', 'faults']],
  ['IOC-03 OBJ-06 READ-40 READ-41 READ-42 REL-17 THR-23 WR-07', ['faults']],
  // Where messages lie, and what a full mapping refuses.
  [
    'ALLOC-12 ALLOC-13 ALLOC-15 ALLOC-16 ALLOC-17 ALLOC-18 ALLOC-19 ALLOC-20 ALLOC-21 ALLOC-24 ALLOC-25 ' +
      'ALLOC-39 ALLOC-40 ALLOC-41 ALLOC-42 ALLOC-43 IOC-05',
    ['placement'],
  ],
  ['ALLOC-22 ALLOC-23', ['placement', 'multi_thread']],
];

const WITNESSES: readonly Row[] = [
  ['WIT-DEATH-01', ['death', 'kill'], ['death', 'release', 'multi_thread']],
  ['WIT-DEATH-02', ['death', 'kill', 'multi_thread'], ['death', 'release', 'multi_thread']],
  ['WIT-FREEZE-01', ['freeze']],
  ['WIT-ONEWAY-01', ['oneway_spam', 'placement']],
  ['WIT-OBJECT-02', ['sg']],
  ['WIT-READ-01', ['nonblock']],
  ['WIT-READ-02', ['signals']],
  ['WIT-READ-03', ['faults']],
  ['WIT-CALL-05 WIT-NODE-04', ['multi_thread']],
  ['WIT-STATE-02 WIT-STATE-03 WIT-STATE-04 WIT-STATE-09 WIT-STATE-10 WIT-STATE-13 WIT-STATE-14', ['snapshot']],
  ['WIT-STATE-12 WIT-STATE-01 WIT-STATE-05', ['snapshot', 'multi_thread']],
  ['WIT-STATE-06 WIT-STATE-07', ['snapshot', 'placement']],
  ['WIT-STATE-08', ['snapshot', 'kill'], ['snapshot', 'release']],
  ['WIT-STATE-11', ['snapshot', 'death', 'kill'], ['snapshot', 'death', 'release']],
  ['WIT-STATE-15', ['snapshot', 'multi_device']],
  ['WIT-STATE-16', ['snapshot', 'multi_open']],
  ['WIT-STATE-17', ['snapshot', 'kill']],
];

const byId = (rows: readonly Row[]): ReadonlyMap<string, Ways> =>
  new Map(rows.flatMap(([ids, ...ways]) => ids.split(' ').map(id => [id, ways] as const)));

const WAYS: ReadonlyMap<string, Ways> = new Map([...byId(RULES), ...byId(WITNESSES)]);

/** Every id that the table names. */
export const BEHIND: readonly string[] = [...WAYS.keys()];

/** Every capability that some way to an id needs. */
export const waysTo = (id: string): Ways => WAYS.get(id) ?? [];

/** What is missing on the shortest way to a rule or witness; empty where nothing is. */
export const missingFor = (id: string, capable: Capable): readonly CapabilityName[] => {
  const ways = waysTo(id);
  if (ways.length === 0) return [];
  const missing = ways.map(way => way.filter(need => !capable.has(need)));
  return missing.reduce((least, each) => (each.length < least.length ? each : least));
};
