/** An adapter that does nothing: what is left is the cost of the protocol. */
const HELLO = {
  protocol: 1,
  adapter: { name: 'trivial', version: '1' },
  impl: { id: 'nothing', name: 'Nothing', version: '1' },
  caps: { placement: true },
  limits: { slots: 4 },
  reset: { unit: 'nothing' },
  quiescence: { method: 'nothing runs', guarantee: 'exact' },
};

const answer = line => {
  const { q, id, gen, calls } = JSON.parse(line);
  if (q === 'hello') return { id, ok: HELLO };
  if (q !== 'do') return { id, gen, ok: {} };
  const observations = calls.map(call => ({
    op: call.id,
    result: { status: 'OK', wrote: 8, read: 4, returns: [{ br: 'BR_NOOP' }] },
    completions: [],
  }));
  return { id, gen, ok: { observations } };
};

let rest = '';
process.stdin.setEncoding('utf8');
process.stdin.on('data', text => {
  const lines = (rest + text).split('\n');
  rest = lines.pop();
  for (const line of lines) process.stdout.write(`@b ${JSON.stringify(answer(line))}\n`);
});
