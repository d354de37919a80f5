/** One state of a driver as tables, a panel for each open file, with the places marked that differ from another state. */
import type { ComponentChildren } from 'preact';
import type {
  BufferSnapshot,
  NodeSnapshot,
  ProcSnapshot,
  RefSnapshot,
  Snapshot,
  ThreadSnapshot,
  TransactionSnapshot,
  WorkSnapshot,
} from '../../../abi/snapshot.ts';
import { identity } from './difference.ts';

/** Bits of a thread's looper state, the lowest first. */
const LOOPER = ['registered', 'entered', 'exited', 'invalid', 'waiting', 'poll'] as const;

const looperWords = (bits: number): string => LOOPER.filter((_, bit) => (bits & (1 << bit)) !== 0).join(' ') || 'none';

const workWords = (work: WorkSnapshot): string => {
  if ('id' in work) return `${work.work} ${work.id}`;
  return work.work === 'error' ? `error 0x${work.br.toString(16)}` : work.work.replaceAll('_', ' ');
};

const stackWords = ({ stack }: ThreadSnapshot): string =>
  stack.map(({ id, direction }) => `${direction === 'incoming' ? '←' : '→'} ${id}`).join(', ') || '–';

const yes = (value: boolean | null): string => (value === null ? '?' : value ? 'yes' : 'no');

/** A column of a table: its title, the field that it shows (what differences are named by), and its words. */
interface Column<Row> {
  readonly title: string;
  readonly fields: readonly string[];
  readonly words: (row: Row) => ComponentChildren;
}

const column = <Row,>(title: string, fields: string, words: Column<Row>['words']): Column<Row> => ({
  title,
  fields: fields.split(' '),
  words,
});

const THREADS: readonly Column<ThreadSnapshot>[] = [
  column('thread', 'thread', row => row.thread),
  column('looper', 'looper', row => looperWords(row.looper)),
  column('stack', 'stack', stackWords),
  column('to do', 'todo', row => row.todo.map(workWords).join(', ') || '–'),
  column('must return', 'needReturn', row => yes(row.needReturn)),
];

const NODES: readonly Column<NodeSnapshot>[] = [
  column('node', 'id', row => row.id),
  column('ptr', 'ptr cookie', row => `${row.ptr} / ${row.cookie}`),
  column('holds', 'hasStrong hasWeak', row => `${row.hasStrong ? 'S' : '–'}${row.hasWeak ? 'W' : '–'}`),
  column('local', 'localStrong localWeak', row => `${row.localStrong} / ${row.localWeak}`),
  column('internal', 'internalStrong', row => row.internalStrong),
  column('refs', 'refs', row => row.refs),
  column('async', 'hasAsync asyncTodo', row =>
    row.asyncTodo.length === 0 ? yes(row.hasAsync) : `queued ${row.asyncTodo.join(', ')}`,
  ),
];

const REFS: readonly Column<RefSnapshot>[] = [
  column('ref', 'id', row => row.id),
  column('handle', 'handle', row => row.handle),
  column('node', 'node dead', row => `${row.node}${row.dead ? ' (dead)' : ''}`),
  column('strong', 'strong', row => row.strong),
  column('weak', 'weak', row => row.weak),
  column('death', 'death', row => yes(row.death)),
];

const BUFFERS: readonly Column<BufferSnapshot>[] = [
  column('buffer', 'id', row => row.id),
  column('at', 'offset', row => row.offset),
  column('data', 'dataSize', row => row.dataSize),
  column('offsets', 'offsetsSize', row => row.offsetsSize),
  column('extra', 'extraSize', row => row.extraSize),
  column('active', 'active', row => yes(row.active)),
  column('async', 'async', row => yes(row.async)),
  column('may free', 'userMayFree', row => yes(row.userMayFree)),
];

const partyWords = (party: TransactionSnapshot['from'] | TransactionSnapshot['to']): string =>
  party === null ? '–' : `${party.proc}${party.thread === null ? '' : `/${party.thread}`}`;

const TRANSACTIONS: readonly Column<TransactionSnapshot>[] = [
  column('transaction', 'id', row => row.id),
  column('from', 'from', row => partyWords(row.from)),
  column('to', 'to', row => partyWords(row.to)),
  column('code', 'code', row => row.code),
  column('flags', 'flags', row => `0x${row.flags.toString(16)}`),
  column('answer due', 'needsReply', row => yes(row.needsReply)),
];

/** Paths that differ; a name of a part ends where the next `/` begins. */
export type Marks = ReadonlySet<string>;

/** A table of things of one kind; nothing when there are none. */
const Things = <Row,>({
  title,
  rows,
  columns,
  path,
  marks,
}: {
  readonly title: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly path: string;
  readonly marks: Marks;
}) => {
  if (rows.length === 0) return marks.has(path) ? <p class="none marked">no {title}</p> : null;
  return (
    <div class="scroll">
      <table class="things">
        <thead>
          <tr>
            {columns.map(({ title: head }) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => {
            const here = `${path}/${identity(row, at)}`;
            return (
              <tr key={here}>
                {columns.map(({ title: head, fields, words }) => (
                  <td key={head} class={fields.some(field => marks.has(`${here}/${field}`)) ? 'marked' : undefined}>
                    {words(row)}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
};

/** A name with its value, marked when it differs. */
const Fact = ({ name, marked, children }: { name: string; marked: boolean; children: ComponentChildren }) => (
  <div class={marked ? 'fact marked' : 'fact'}>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

/** One open file: its counters, then what belongs to it. */
const FileView = ({ file, marks }: { readonly file: ProcSnapshot; readonly marks: Marks }) => {
  const path = `procs/${file.proc}.${file.fd}`;
  const marked = (...fields: readonly string[]): boolean => fields.some(field => marks.has(`${path}/${field}`));
  const { pages } = file;
  return (
    <section class={marks.has(path) ? 'file differs' : 'file'}>
      <h4>
        process {file.proc}{' '}
        <span class="faint">
          file {file.fd} on device {file.device}
        </span>
      </h4>
      <dl class="facts">
        <Fact name="mapped" marked={marked('arena')}>
          {file.arena ?? '?'}
        </Fact>
        <Fact name="async space" marked={marked('freeAsync')}>
          {file.freeAsync}
        </Fact>
        <Fact name="pages" marked={marked('pages')}>
          {pages.active} used, {pages.lru} idle, {pages.free} free
        </Fact>
        <Fact name="pool" marked={marked('requestedThreads', 'startedThreads', 'maxThreads', 'readyThreads')}>
          {file.startedThreads} of {file.maxThreads} started, {file.requestedThreads} asked for, {file.readyThreads}{' '}
          ready
        </Fact>
        {(file.todo.length > 0 || marked('todo')) && (
          <Fact name="to do" marked={marked('todo')}>
            {file.todo.map(workWords).join(', ') || '–'}
          </Fact>
        )}
        {(file.deliveredDeath || marked('deliveredDeath')) && (
          <Fact name="delivered deaths" marked={marked('deliveredDeath')}>
            {yes(file.deliveredDeath)}
          </Fact>
        )}
      </dl>
      <Things title="threads" rows={file.threads} columns={THREADS} path={`${path}/threads`} marks={marks} />
      <Things title="nodes" rows={file.nodes} columns={NODES} path={`${path}/nodes`} marks={marks} />
      <Things title="references" rows={file.refs} columns={REFS} path={`${path}/refs`} marks={marks} />
      <Things title="buffers" rows={file.buffers} columns={BUFFERS} path={`${path}/buffers`} marks={marks} />
    </section>
  );
};

const NONE: Marks = new Set();

/** A state, panel by panel. `marks` are the paths in which it differs from what it is compared with. */
export const StateView = ({ state, marks = NONE }: { readonly state: Snapshot; readonly marks?: Marks }) => (
  <div class="state">
    {state.procs.length === 0 && <p class="none">nothing is open</p>}
    {state.procs.map(file => (
      <FileView key={`${file.proc}.${file.fd}`} file={file} marks={marks} />
    ))}
    {(state.deadNodes ?? []).length > 0 && (
      <section class="file">
        <h4>nodes without an owner</h4>
        <Things title="nodes" rows={state.deadNodes ?? []} columns={NODES} path="deadNodes" marks={marks} />
      </section>
    )}
    {((state.transactions ?? []).length > 0 || marks.has('transactions')) && (
      <section class="file">
        <h4>transactions</h4>
        <Things
          title="transactions"
          rows={state.transactions ?? []}
          columns={TRANSACTIONS}
          path="transactions"
          marks={marks}
        />
      </section>
    )}
  </div>
);
