/** docs/protocol.md: prose, with every table made from the schemas and tables that the program itself obeys. */
import { z } from 'zod';
import { OPS, COMMANDS, DELIVERY, IOCTL_OUT, MESSAGE, RETURNS } from '../protocol/words.ts';
import { CAPABILITIES, CAPABILITY_NAMES } from '../protocol/capabilities.ts';
import { conversation } from '../protocol/example.ts';
import {
  ERROR_CODES,
  ErrorSchema,
  EVENTS,
  GUARANTEES,
  PREFIX,
  PROTOCOL,
  REQUESTS,
  RESULTS,
  type RequestName,
} from '../protocol/messages.ts';
import { BUDGETS } from '../targets/process/budgets.ts';

/** The part of JSON Schema that the messages use. */
interface Shape {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Shape[];
  readonly items?: Shape;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Shape | boolean;
  readonly description?: string;
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map(row => `| ${row.map(cell).join(' | ')} |`).join('\n');

const typeOf = (shape: Shape): string => {
  if (shape.const !== undefined) return `\`${JSON.stringify(shape.const)}\``;
  if (shape.enum !== undefined) return shape.enum.map(each => `\`${JSON.stringify(each)}\``).join(', ');
  if (shape.anyOf !== undefined) {
    const kinds = [...new Set(shape.anyOf.map(typeOf))];
    return kinds.length > 3 ? 'one of several forms' : kinds.join(' or ');
  }
  if (shape.type === 'array') {
    const item = shape.items === undefined ? 'anything' : typeOf(shape.items);
    return item === 'one of several forms' || item === 'object' ? 'list' : `list of ${item}`;
  }
  return typeof shape.type === 'string' ? shape.type : 'anything';
};

/** The fields of a message, those of inner objects with their path; calls and observations have tables of their own. */
const rowsOf = (shape: Shape, above = ''): string[][] =>
  Object.entries(shape.properties ?? {}).flatMap(([name, field]) => {
    const path = above + name;
    const optional = shape.required?.includes(name) === true ? '' : 'optional. ';
    const type = OWN_TABLES[name] ?? typeOf(field);
    const own = [[`\`${path}\``, type, `${optional}${field.description ?? ''}`.trim()]];
    return OWN_TABLES[name] === undefined && field.properties !== undefined
      ? [...own, ...rowsOf(field, `${path}.`)]
      : own;
  });

const OWN_TABLES: Readonly<Record<string, string>> = {
  calls: 'list of [calls](#calls)',
  observations: 'list of [observations](#observations)',
  snapshot: '[snapshot](schema/snapshot.json) or null',
  journal: '[journal](schema/journal.json) or null',
  done: 'the finished op, as in an [observation](#observations)',
};

const fields = (schema: z.ZodType): string => {
  const rows = rowsOf(z.toJSONSchema(schema) as Shape).filter(([name]) => name !== '`q`' && name !== '`ev`');
  return rows.length === 0 ? 'No fields.' : table(['field', 'type', ''], rows);
};

const REQUEST_WORDS: Readonly<Record<RequestName, string>> = {
  hello: 'The first request. The adapter picks a protocol that both speak, or answers with the error `version`.',
  begin:
    'A new test: a fresh world, in which nothing is open, on so many devices that nobody else uses. With more than one slot several tests are open at once; their `gen` tells them apart.',
  do: 'Calls of one test, as many as the runner can foresee: mostly the whole test in one line. The adapter performs them in order, lets everything come to rest after each, and answers once.',
  snapshot:
    'The state of the driver, only asked where the capability `snapshot` is declared. `null` where it cannot be told at the moment. An adapter whose quiescence is `exact` is asked in the middle of a test too, and nothing that follows may show it.',
  journal:
    'What the debugfs files of the driver tell of the test beside its state, only asked where the capability `journal` is declared, right behind a `snapshot`, of some tests. `null` where it cannot be told at the moment, as while other tests run on the same driver. What was there before the test is not in it. `null` within it stands for what cannot be told, `"none"` for the 0 of a process or thread that there is not.',
  end: 'The test is over: processes, threads and open files of it go, parked calls are given up. The next test finds nothing of it.',
  bye: 'The last request. After the answer the adapter ends; at the end of its input it ends too.',
};

const requests = (): string =>
  (Object.keys(REQUESTS) as RequestName[])
    .map(name =>
      [
        `### ${name}`,
        REQUEST_WORDS[name],
        'Request:',
        fields(REQUESTS[name]),
        'Answer, under `ok`:',
        fields(RESULTS[name]),
      ].join('\n\n'),
    )
    .join('\n\n');

const EVENT_WORDS: Readonly<Record<keyof typeof EVENTS, string>> = {
  alive: 'Sent every second while a request takes long: it renews the budget, so that slow and hung differ.',
  log: 'Text for the log of the run.',
  done: 'A parked call finished after its test had come to rest, and no call caused it. No driver does that, so it is a fault of the adapter: it answered too early.',
  health:
    'The machine of the driver complained (`bad`: a kernel splat, a sanitizer). It is a finding even when every answer was right.',
};

const INTRO = `# Adapter protocol ${PROTOCOL}

How a driver is plugged in: generated from \`conformance/protocol/\` by \`npm run docs\`; do not edit.

An *adapter* is a program that drives one Binder driver: a kernel's, a library's, your own. The runner starts it, with any wrapper in front
(\`npx binder-spec run -- ssh host adapter\`, \`… -- adb shell -T /data/local/tmp/adapter\`, \`… -- docker run -i image\`), and talks to it over its
standard input and output. It sends *calls* (a system call with every number resolved); the adapter answers what each made visible. What is right and
wrong the adapter need not know: the runner judges.

\`npx binder-spec doctor -- CMD\` tells whether an adapter is right, before any test of its driver. JSON Schemas of all messages are in
[schema/protocol/](schema/protocol/); both directions are checked against them at all times.

## Lines

* Runner to adapter: one JSON object a line. Adapter to runner: a protocol line begins with \`${PREFIX}\`, then one JSON object. **Every other line
  of standard output is log text**: kept, attached to what goes wrong, never judged. So is standard error.
* Lines end in LF; a CR before it is dropped. UTF-8. The adapter says with \`limits.max_line\` how long a line it can read; the runner splits batches to fit.
* Every answer carries the \`id\` of its request, and the \`gen\` of its test where the request had one. Answers may come in any order.
  A line of an older \`gen\` is logged and dropped.
* Unknown fields of envelopes are ignored on both sides. Calls, observations, snapshots and journals have exactly the fields that are told here.
* A request or an op that the adapter does not know is answered with the error \`unsupported\`; the adapter never ends because of it.
* Integers from 0 to 2^53-1 are numbers; larger 64-bit words are strings \`"0x…"\` in lower case. Bytes are hex in lower case, two digits each.
* Long rows of bytes may be spelled \`{"rep":["c0ffee",["00",65533]]}\`: parts one after the other, each hex, or hex and how often. It is allowed for
  \`data\`, \`pieces\` and \`bytes\`; the runner uses it from 2 KiB on.

## Names, not numbers

Nothing on the wire is an address, a pid or a descriptor of the machine. \`proc\`, \`thread\`, \`fd\` and \`device\` are small numbers that the test
chose: a process and a thread exist from the first call that names them; \`fd\` names an open file within its process. Places in a mapping are offsets from its start.
Handles, node pointers, cookies and the numbers of delivered buffers are the driver's and the test's own, as they are.

Descriptors in messages: number 100 + n is a plain file that the adapter makes when a process first names it; any other number that no message
delivered is a bad one. A received descriptor gets the lowest free number from 3 on.

## A conversation

The answers are those of the specification. The server's read (op 5) is \`pending\` until the client calls: then it appears among the \`completions\` of op 8.
`;

const spoken = (): string =>
  ['```text', ...conversation().map(({ from, text }) => `${from === 'runner' ? '→' : '←'} ${text}`), '```'].join('\n');

const calls = (): string => `## Calls

Every call has an \`id\`, unique in its test, and mostly \`proc\`, \`thread\` and \`fd\`: who makes it, on which open file. The runner only makes calls that can be made: the
process lives, the file is open, the thread is not parked. Exact fields: [schema/protocol/call.json](schema/protocol/call.json).

${table(
  ['op', 'does', 'result shows, beside `status`', 'capability'],
  Object.entries(OPS).map(([name, { does, shows, needs }]) => [
    `\`${name}\``,
    does,
    shows,
    needs === undefined ? '' : `\`${needs}\``,
  ]),
)}

### The write half

\`write\` is a list of commands. \`writeSize\` (instead of the size of the commands), \`writeConsumed\` (mostly 0) and \`writeLimit\` (bytes before an unmapped page) only
matter with the capabilities \`raw\` and \`faults\`. The sizes are those of the real interface (UAPI-08): an adapter whose driver takes structures and not bytes counts them for \`wrote\`.

${table(['command', 'bytes', 'fields'], COMMANDS)}

A message:

${table(
  ['field', ''],
  MESSAGE.map(([field, means]) => [`\`${field}\``, means]),
)}

Objects of a message: \`BINDER\`, \`WEAK_BINDER\` (\`flags\`, \`ptr\`, \`cookie\`), \`HANDLE\`, \`WEAK_HANDLE\` (\`flags\`, \`handle\`, \`cookie\`), \`FD\` (\`flags\`, \`fd\`, \`cookie\`),
\`FDA\` (\`numFds\`, \`parent\`, \`parentOffset\`), \`PTR\` (\`flags\`, \`piece\`, \`length\`, \`parent\`, \`parentOffset\`), \`RAW\` (\`bytes\`).

### The read half

\`read.size\` is read_size, \`read.consumed\` read_consumed as given (mostly 0), \`read.limit\` the bytes that can be written before an unmapped page (capability \`faults\`).
Without \`read\` nothing is read and the result has no \`returns\`.

## Observations

What one call made visible, once everything rests: \`op\` (its id), \`result\`, \`completions\`. \`result\` is \`"pending"\` when the call parked its thread, else the finished
call: \`status\` (\`OK\` or an errno by name) and what its op shows. \`completions\` are calls made earlier that finished because of this one, each \`{"op":…,"done":…}\`, in ascending \`op\`.
Parked calls of a killed process are not told. Exact fields: [schema/protocol/observation.json](schema/protocol/observation.json).

\`returns\` of a read:

${table(['br', 'bytes', 'fields'], RETURNS)}

A delivery:

${table(
  ['field', ''],
  DELIVERY.map(([field, means]) => [`\`${field}\``, means]),
)}

\`out\` of an ioctl:

${table(['command', 'fields'], IOCTL_OUT)}
`;

const REFUSALS = {
  'ioctl-einval': 'the ioctl answers EINVAL',
  'command-einval': 'the write answers EINVAL and stops before the command',
  'failed-reply': 'the sender reads BR_FAILED_REPLY',
  unsupported: 'the adapter answers the error `unsupported`',
  none: 'nothing to probe',
} as const;

const capabilities = (): string => `## Capabilities

Claims of the handshake, checked in both directions. **Declared** (\`true\`): the rules behind it apply and a failure counts; an answer \`unsupported\` is a failure too.
**Not declared**: generated tests do not use it, its rules are NOT-APPLICABLE in the report, and the refusal in the last column is probed, so that a wrong \`false\` is visible.
Always there: \`open\`, \`mmap\`, \`write_read\` with transactions, oneways, replies, objects BINDER and HANDLE, counts and their acknowledgements, buffers, loopers; the ioctls BINDER_VERSION,
BINDER_SET_MAX_THREADS and BINDER_SET_CONTEXT_MGR; two processes and more.

${table(
  ['capability', 'covers', 'not declared'],
  CAPABILITY_NAMES.map(name => {
    const { says, refusal } = CAPABILITIES[name];
    return [`\`${name}\``, says, REFUSALS[refusal]];
  }),
)}

Without \`placement\` a \`do\` request has \`places\`: by the id of a call, for each delivery that it may make, the process, the open file and the \`buffer\` to report. The adapter
reports that offset for the message instead of its own address (the first one of this process and file that it does not report for another buffer in use), and takes it for this buffer in BC_FREE_BUFFER. \`offsetsAt\` follows from it.
`;

const errors = (): string => `## Errors

Instead of \`ok\` an answer may have \`err\`. Errnos of the driver are no errors: they are observations.

${fields(ErrorSchema)}

${table(
  ['code', 'means', 'what becomes of it'],
  Object.entries(ERROR_CODES).map(([code, { means, verdict }]) => [`\`${code}\``, means, verdict]),
)}

When the process ends, or stays silent beyond its budget, the runner starts it again and runs each test that was under way alone. Does it happen again, it is a finding
about the driver; if not, the tests before it are run in front of it, and halved until the guilty one remains: "order-dependent: needs A before B", a finding about the reset. An adapter that does not survive opening
and closing a file has no verdict (exit code 3).

## Events

Lines without a request:

${(Object.keys(EVENTS) as (keyof typeof EVENTS)[]).map(name => `**${name}.** ${EVENT_WORDS[name]}\n\n${fields(EVENTS[name])}`).join('\n\n')}

## Quiescence

"Must block" is an observation: the call is \`pending\` because its thread was seen to rest, not because somebody waited. Therefore the handshake says how the adapter knows.

${table(
  ['guarantee', ''],
  Object.entries(GUARANTEES).map(([name, says]) => [`\`${name}\``, says]),
)}

The report prints method and guarantee. There is no request to settle: an answer is only given when everything rests.

## Budgets

In milliseconds, each multiplied by \`--time-scale\`; \`--no-timeouts\` switches them off for debuggers.

${table(
  ['budget', 'ms', 'for'],
  [
    ['start', String(BUDGETS.start), 'from the start of the process to its first line'],
    ['hello', String(BUDGETS.hello), 'from there to the answer to hello'],
    ['test', String(BUDGETS.test), 'a request without any sign of life: an answer or `alive`'],
    ['busy', String(BUDGETS.busy), 'a request although `alive` keeps coming'],
    ['settle', String(BUDGETS.settle), 'what an adapter should wait for one call to return or to come to rest'],
    [
      'shutdown',
      String(BUDGETS.shutdown),
      'to end after `bye`; then the end of input, then TERM, then KILL, each after as long',
    ],
  ],
)}

## Reset

Every test begins in a world of its own. The runner does not take it on trust: a canary test runs after every so many tests and must show the same as at first; one test in a hundred is run again in a fresh adapter and must show the same;
a failure counts only if a fresh adapter shows it too. What differs is reported as a fault of the reset, not of the driver. \`residue\` in the answers to \`begin\` and \`end\` says what is left, where the adapter can count it.

## Shape of an adapter

Keep the process that talks apart from the process that runs the driver, where the driver can crash: the first answers \`crashed\` with the id of the call and the observations before it, and starts another one. Where the driver is a library of the adapter's own
language, one process that reads a line, performs its calls and writes a line is enough: see \`adapters/impl/\` (TypeScript, everything declared).
`;

/** The page. */
export const protocolPage = (): string =>
  `${[INTRO.trimEnd(), spoken(), calls().trimEnd(), `## Requests\n\n${requests()}`, capabilities().trimEnd(), errors().trimEnd()].join('\n\n')}\n`;
