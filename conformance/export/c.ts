/**
 * An op log as one C program that makes the same system calls: what an implementer attaches to a kernel bug.
 *
 * It needs a C library and `<linux/android/binder.h>`, shows what each op shows in the words of `observationText`, and
 * built with `-DCHECK` ends with 1 at the first op that shows nothing of what the specification allows.
 */
import { BR } from '../../abi/constants.ts';
import type { Op, OpLog } from '../../abi/op.ts';
import { specification } from '../../model/model.ts';
import { devicesOf } from '../campaign/log.ts';
import { lookUp } from '../rulebook.ts';
import { comment, literal, wrapped } from './c-text.ts';
import { messageName, statements } from './c-op.ts';
import { FILE_CALLS } from './runtime/calls.ts';
import { COMMANDS, MEMORY, MESSAGES } from './runtime/memory.ts';
import { NO_COMPLETIONS, OBSERVE } from './runtime/observe.ts';
import { EPOLL_SET, MORE_CALLS } from './runtime/more-calls.ts';
import { COMPLETIONS, MAPPING, RETURNS } from './runtime/returns.ts';
import { TASK_CALLS } from './runtime/task-calls.ts';
import { HEAD, THREADS } from './runtime/threads.ts';
import { expectations, namedMessages, type Expected, type Way } from './worlds.ts';

/** What is known of the log beside its ops. */
export interface CProgramOptions {
  /** The op at which a driver failed, and the rules that it broke; the rules of the last op unless told. */
  readonly failing?: { readonly op: number; readonly rules: readonly string[] };
  /** Devices of the world where the log does not say; 2 unless told. */
  readonly devices?: number;
}

const PAGE = 4096;

const mostOf = (ops: readonly Op[], field: 'proc' | 'thread' | 'fd'): number =>
  ops.reduce((most, op) => Math.max(most, field in op ? ((op as never)[field] as number) : 0), 0) + 1;

const processesOf = (ops: readonly Op[]): ReadonlyMap<number, readonly number[]> => {
  const threads = new Map<number, Set<number>>();
  for (const op of ops) {
    if (!('proc' in op)) continue;
    const own = threads.get(op.proc) ?? new Set();
    threads.set(op.proc, own);
    if ('thread' in op) own.add(op.thread);
    if (op.op === 'share' && !threads.has(op.to)) threads.set(op.to, new Set());
    if (op.op === 'fork' && !threads.has(op.child)) threads.set(op.child, new Set([0]));
  }
  return new Map([...threads].sort(([a], [b]) => a - b).map(([proc, own]) => [proc, [...own].sort((a, b) => a - b)]));
};

/** Numbers that size the tables of the program. */
const sizes = (ops: readonly Op[], devices: number): string => {
  let guards = 0;
  let longest = 0;
  const guard = (limit: number | undefined): void => {
    if (limit === undefined) return;
    guards++;
    longest = Math.max(longest, limit);
  };
  let processes = mostOf(ops, 'proc');
  let files = mostOf(ops, 'fd');
  for (const op of ops) {
    if (op.op === 'fork') processes = Math.max(processes, op.child + 1);
    if (op.op === 'share') [processes, files] = [Math.max(processes, op.to + 1), Math.max(files, op.as + 1)];
    if (op.op === 'write_read') [op.writeLimit, op.read?.limit].forEach(guard);
    if (op.op !== 'ioctl' || op.arg?.target === undefined || !('proc' in op.arg.target)) continue;
    processes = Math.max(processes, op.arg.target.proc + 1);
  }
  const names = Array.from({ length: devices }, (_, at) => `"/dev/binder${at}"`);
  return [
    `#define PROCESSES ${processes}`,
    `#define THREADS ${mostOf(ops, 'thread')}`,
    `#define FILES ${files}`,
    `#define DEVICES ${names.join(', ')}`,
    `#define AREA (1ul << 30)`,
    `#define GUARDS ${guards}ul`,
    `#define GUARDED ${Math.ceil((longest + PAGE) / PAGE) * PAGE + PAGE}ul`,
    ...(ops.some(({ op }) => op === 'set_euid') ? ['#define USERS'] : []),
    ...(ops.some(({ op }) => op === 'limit_fds') ? ['#define LIMITS'] : []),
    '',
  ].join('\n');
};

const returnNames = (): string =>
  Object.entries(BR)
    .map(([name, value]) => `{ 0x${value.toString(16)}, "${name}" },`)
    .join('\n\t');

/** The fixed part: only what the kinds of the log's ops need. */
const runtime = (ops: readonly Op[], devices: number): string => {
  const kinds = new Set(ops.map(({ op }) => op));
  const hasMessages = ops.some(op => op.op === 'write_read' && (op.write ?? []).some(each => 'message' in each));
  const reads = kinds.has('write_read');
  return [
    HEAD,
    sizes(ops, devices),
    THREADS,
    MEMORY,
    ...(reads ? [COMMANDS] : []),
    ...(hasMessages ? [MESSAGES] : []),
    OBSERVE,
    ...(reads || kinds.has('peek') ? [MAPPING] : []),
    ...(reads ? [RETURNS.replace('@NAMES@', returnNames())] : []),
    reads || kinds.has('epoll_wait') ? COMPLETIONS : NO_COMPLETIONS,
    '\n/* ---- Calls. ---- */\n',
    ...(kinds.has('epoll_ctl') || kinds.has('epoll_wait') ? [EPOLL_SET] : []),
    ...Object.entries({ ...FILE_CALLS, ...TASK_CALLS, ...MORE_CALLS }).flatMap(([kind, text]) =>
      kinds.has(kind as Op['op']) ? [text] : [],
    ),
  ].join('');
};

const who = (op: Op): string =>
  [
    ...('proc' in op ? [`process ${op.proc}`] : []),
    ...('thread' in op ? [`thread ${op.thread}`] : []),
    ...('fd' in op ? [`file ${op.fd}`] : []),
  ].join(', ');

const ruleLines = (rules: readonly string[]): string[] =>
  rules.flatMap(id => {
    const found = lookUp(id);
    return found !== undefined && 'rule' in found ? wrapped(`${id}: ${found.rule.says}`) : [id];
  });

/** What follows a way: the world it leads to, and the messages that it brought. */
const consequences = ({ to, arrived }: Way, many: boolean, named: ReadonlySet<string>): string[] => [
  ...(many ? [`world = ${to};`] : []),
  ...arrived.flatMap(({ of, cmd, op, nth }) => {
    const name = messageName(of, cmd);
    return named.has(name) ? [`${name} = delivered(${op}, ${nth});`] : [];
  }),
];

/** The comparison behind an op. */
const comparison = ({ ways }: Expected, named: ReadonlySet<string>, indent: string): string[] => {
  const [first] = ways;
  if (first === undefined) return [`${indent}/* too many outcomes are allowed to list them */`];
  if (ways.length === 1) {
    return [
      `${indent}expect(${literal(first.text)});`,
      ...consequences(first, first.from !== first.to, named).map(line => indent + line),
    ];
  }
  const many = ways.some(({ from, to }) => from > 0 || to > 0);
  const worlds = new Set(ways.map(({ from }) => from)).size > 1;
  const lines = ways.flatMap((way, at) => [
    `${indent}${at === 0 ? '' : '} else '}if (${worlds ? `world == ${way.from} && ` : ''}saw(${literal(way.text)})) {`,
    ...consequences(way, many, named).map(line => `${indent}\t${line}`),
  ]);
  return [
    ...lines,
    `${indent}} else {`,
    `${indent}	differs();`,
    ...consequences(first, many, named).map(line => `${indent}\t${line}`),
    `${indent}}`,
  ];
};

const opLines = (expected: Expected, named: ReadonlySet<string>, failing: CProgramOptions['failing']): string[] => {
  const { op, ways, never } = expected;
  const rules = [...new Set(ways.flatMap(way => way.rules))];
  const fails = failing?.op === op.id;
  const name = op.op === 'ioctl' ? String(op.cmd) : op.op;
  const head = [`op ${op.id}: ${name}${who(op) === '' ? '' : `, ${who(op)}`}`];
  if (never) return [comment([...head, 'Nobody can make this call here, so nobody does.'], '\t'), ''];
  const about = fails
    ? ['Here a driver did something that is not allowed.', ...ruleLines(failing.rules)]
    : wrapped(rules.join(' '));
  return [
    comment([...head, ...about], '\t'),
    ...statements(op).map(line => `\t${line}`),
    ...comparison(expected, named, '\t'),
    '',
  ];
};

const headerOf = (log: OpLog, devices: number, failing: CProgramOptions['failing']): string =>
  comment([
    ...wrapped(log.title ?? 'An op log of binder-spec.'),
    '',
    `Made by binder-spec from a log of ${log.ops.length} ops. Build and run as root, on devices that nobody else uses:`,
    '',
    '    gcc -Wall -Wextra -static -o log log.c -lpthread && ./log [device...]',
    '',
    ...wrapped(
      `The devices are ${Array.from({ length: devices }, (_, at) => `/dev/binder${at}`).join(' and ')} unless named. ` +
        'Each op prints one line: its own result, then the results of earlier calls that it released. ' +
        'The text in expect() is what the specification allows there; built with -DCHECK the program compares, ' +
        'and exits with 1 at the first op that shows anything else.',
    ),
    ...wrapped('Buffers are written as offsets in the mapping of the process, processes by their number in the log.'),
    ...(failing === undefined ? [] : ['', `The op to look at is op ${failing.op}.`]),
  ]);

/** The op at which a saved failure failed: shrunk logs end with it. */
const failingOf = (log: OpLog, expected: readonly Expected[]): CProgramOptions['failing'] => {
  const last = expected.at(-1);
  if (last === undefined || log.origin?.['signature'] === undefined) return undefined;
  return { op: last.op.id, rules: last.ways[0]?.rules ?? [] };
};

/** The program. Pure: the same text for the same log. */
export const cProgram = (log: OpLog, options: CProgramOptions = {}): string => {
  const { ops } = log;
  const devices = devicesOf(log, options.devices ?? 2);
  const expected = expectations(specification, { devices }, ops);
  const failing = options.failing ?? failingOf(log, expected);
  const made = expected.filter(({ never }) => !never).map(({ op }) => op);
  const messages = namedMessages(made).map(({ of, cmd }) => messageName(of, cmd));
  const copies = new Set(made.flatMap(op => (op.op === 'fork' ? [op.child] : [])));
  const people = [...processesOf(made)].map(
    ([proc, threads]) => [proc, `(const int[]){ ${[...threads, -1].join(', ')} }`] as const,
  );
  const starts = [
    // Whoever forks must know the threads of its copy.
    ...people.filter(([proc]) => copies.has(proc)).map(([proc, threads]) => `\tcopied[${proc}] = ${threads};`),
    ...people.filter(([proc]) => !copies.has(proc)).map(([proc, threads]) => `\tstart(${proc}, ${threads});`),
  ];
  return [
    headerOf(log, devices, failing),
    runtime(made, devices),
    '\n/* ---- The log. ---- */\n',
    ...(messages.length === 0
      ? []
      : [
          `\n/* What became of a message of the op with that number. */\nstatic struct delivery ${messages.map(name => `*${name}`).join(', ')};\n`,
        ]),
    '\nstatic void performLog(void)\n{',
    expected
      .flatMap(each => opLines(each, new Set(messages), failing))
      .join('\n')
      .trimEnd(),
    '}',
    '\nint main(int count, char **names)\n{',
    '\tfor (int i = 1; i < count && i <= (int)(sizeof device / sizeof *device); i++)',
    '\t\tdevice[i - 1] = names[i];',
    '\tlayOut();',
    ...(copies.size === 0 ? [] : ['\tprctl(PR_SET_CHILD_SUBREAPER, 1);']),
    '\tatexit(stopEverybody);',
    ...starts,
    '\tperformLog();',
    '\treturn 0;',
    '}',
    '',
  ]
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n');
};
