/**
 * Adapters that are wrong on purpose, without a driver: `node plain.mjs KIND`. Each greets (or not), and then does the
 * one thing that its name says.
 */
import { createInterface } from 'node:readline';

const kind = process.argv[2] ?? '';
const say = message => process.stdout.write(`@b ${JSON.stringify(message)}\n`);
const HELLO = {
  protocol: 1,
  adapter: { name: `mock-${kind}`, version: '1' },
  impl: { id: 'mock', name: 'No driver at all', version: '1' },
  caps: {},
  reset: { unit: 'context' },
  quiescence: { method: 'none', guarantee: 'exact' },
};
const OK = op => ({ op, result: { status: 'OK' }, completions: [] });

if (kind === 'dies-at-once') process.exit(7);
if (kind === 'random') {
  const { randomBytes } = await import('node:crypto');
  for (let turn = 0; turn < 20; turn++) process.stdout.write(Buffer.concat([Buffer.from('@b '), randomBytes(500)]));
  process.exit(0);
}
if (kind === 'closes-output') process.stdout.end();

/** What each kind does with calls. */
const DO = {
  hangs: () => {},
  'says-alive-for-ever': ({ gen }) => setInterval(() => say({ ev: 'alive', gen }), 20),
  late: ({ id, gen, calls }) =>
    setTimeout(() => say({ id, gen, ok: { observations: calls.map(call => OK(call.id)) } }), 1500),
  malformed: ({ id, gen }) => process.stdout.write(`@b {"id":${id},"gen":${gen},"ok":{"observations":[}\n`),
  'wrong-shape': ({ id, gen, calls }) =>
    say({ id, gen, ok: { observations: calls.map(call => ({ ...OK(call.id), colour: 'red' })) } }),
  'wrong-count': ({ id, gen }) => say({ id, gen, ok: { observations: [] } }),
  'wrong-op': ({ id, gen, calls }) => say({ id, gen, ok: { observations: calls.map(() => OK(999)) } }),
  'wrong-generation': ({ id, gen, calls }) =>
    say({ id, gen: gen + 5, ok: { observations: calls.map(call => OK(call.id)) } }),
  'answers-twice': ({ id, gen, calls }) => {
    const answer = { id, gen, ok: { observations: calls.map(call => OK(call.id)) } };
    say(answer);
    say(answer);
  },
  'huge-line': () => {
    process.stdout.write('@b ');
    const part = 'x'.repeat(1 << 20);
    const more = () => {
      while (process.stdout.write(part));
      process.stdout.once('drain', more);
    };
    more();
  },
  'late-completion': ({ id, gen, calls }) => {
    say({ id, gen, ok: { observations: calls.map(call => ({ ...OK(call.id), result: 'pending' })) } });
    say({ ev: 'done', gen, op: calls[0].id, done: { status: 'OK' } });
  },
  'says-adapter-error': ({ id, gen }) =>
    say({ id, gen, err: { code: 'adapter', definite: true, msg: 'KeyError: no such thing' } }),
  'says-env-error': ({ id, gen }) =>
    say({ id, gen, err: { code: 'env', definite: true, msg: 'no device /dev/binder' } }),
  'says-bad-request': ({ id, gen }) => say({ id, gen, err: { code: 'bad_request', definite: true, msg: 'what?' } }),
};

createInterface({ input: process.stdin }).on('line', line => {
  const request = JSON.parse(line);
  const { q, id, gen } = request;
  if (q === 'hello') {
    if (kind === 'hangs-at-hello') return;
    if (kind === 'wrong-version') say({ id, err: { code: 'version', definite: true, msg: 'I speak protocol 7' } });
    else if (kind === 'lies-about-version') say({ id, ok: { ...HELLO, protocol: 7 } });
    else if (kind === 'hello-without-caps') say({ id, ok: { ...HELLO, caps: undefined } });
    else say({ id, ok: HELLO });
  } else if (q === 'do') (DO[kind] ?? (() => {}))(request);
  else if (q === 'bye') say({ id, ok: {} });
  else say({ id, gen, ok: kind === 'leaves-residue' ? { residue: { nodes: 3 } } : {} });
});
