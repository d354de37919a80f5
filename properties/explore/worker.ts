/** A worker thread of a parallel exploration: expands the ranges that it is told, into the shared set. */
import { parentPort, workerData } from 'node:worker_threads';
import { EdgeList, type RawEdges } from './edges.ts';
import { Expander } from './expander.ts';
import type { Found } from './explore.ts';
import { StateStore, type StoreMemory } from './store.ts';
import { makeFrom } from './make.ts';

/** What a worker is started with: where its system comes from, and the shared memory. */
export interface WorkerData {
  /** URL of a module, and the name of the function in it that makes the system from `given`. */
  readonly module: string;
  readonly make: string;
  readonly given: unknown;
  readonly memory: StoreMemory;
  readonly limit: number;
  readonly edges: boolean;
}

/** What a worker is told. */
export type Task =
  | {
      readonly do: 'expand';
      readonly from: number;
      readonly end: number;
      readonly depth: number;
      readonly table: StoreMemory['table'];
    }
  | { readonly do: 'tell' };

/** What it answers. */
export type Report =
  | {
      readonly did: 'expand';
      readonly generated: number;
      readonly deadlocks: number;
      readonly added: number;
      readonly found: readonly Found[];
      readonly full: boolean;
      /** Where it stopped: earlier than told when the table is crowded. */
      readonly at: number;
    }
  | { readonly did: 'tell'; readonly edges: RawEdges | undefined; readonly said: unknown };

const { module, make, given, memory, limit, edges: wanted } = workerData as WorkerData;
const { system, finish } = await makeFrom(module, make, given);
const store = new StateStore(memory, limit);
const edges = wanted ? new EdgeList() : undefined;
const expander = new Expander(system, store, edges);
let layer = 0;

parentPort?.on('message', (task: Task) => {
  if (task.do === 'tell') {
    const report: Report = { did: 'tell', edges: edges?.raw, said: finish?.() };
    parentPort?.postMessage(report);
    return;
  }
  store.adopt(task.table);
  if (task.depth !== layer) {
    layer = task.depth;
    store.leaveRange();
  }
  const at = expander.expand(task.from, task.end, task.depth);
  const { generated, deadlocks, found } = expander;
  const report: Report = { did: 'expand', generated, deadlocks, added: store.added, found, full: store.full, at };
  parentPort?.postMessage(report);
});
