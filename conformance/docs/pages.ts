/** The generated files of docs/: path in the repository and text. `npm run docs` writes them; a test holds them fresh. */
import { z } from 'zod';
import { CertificateSchema } from '../../abi/certificate.ts';
import { JournalSchema } from '../../abi/journal-schema.ts';
import { PUBLISHED } from '../../abi/schema.ts';
import { RunEventSchema, RunHeadSchema } from '../run-log/events.ts';
import { ErrorSchema, EVENTS, REQUESTS, RESULTS, WireCallSchema, WireObservationSchema } from '../protocol/messages.ts';
import { faultsText } from './faults.ts';
import { profilesPage } from './profiles.ts';
import { protocolPage } from './protocol.ts';
import { TraceHeadSchema, TraceSequenceSchema } from '../../abi/trace.ts';

/** One generated file. */
export interface Page {
  /** Path from the root of the repository. */
  readonly path: string;
  readonly text: string;
}

const SCHEMAS = {
  ...PUBLISHED,
  journal: { schema: JournalSchema, title: 'What a driver tells of its history in its debugfs files' },
  certificate: { schema: CertificateSchema, title: 'What is proved about a shrunk op log' },
  'trace-head': { schema: TraceHeadSchema, title: 'The first line of a recorded trace' },
  'trace-sequence': { schema: TraceSequenceSchema, title: 'Every further line of a recorded trace: one sequence' },
  'run-head': { schema: RunHeadSchema, title: 'The first line of the event log of a run' },
  'run-event': { schema: RunEventSchema, title: 'Every further line of the event log of a run' },
} as const;

/** What the lines of a run have in common is said once: they hold ops, observations and snapshots in many places. */
const reusedIn = (name: string): { readonly reused: 'ref' | 'inline' } => ({
  reused: name === 'run-event' ? 'ref' : 'inline',
});

const schemaPages = (): Page[] =>
  Object.entries(SCHEMAS).map(([name, { schema, title }]) => ({
    path: `docs/schema/${name}.json`,
    text: `${JSON.stringify({ title, ...z.toJSONSchema(schema, reusedIn(name)) }, null, 2)}\n`,
  }));

const MESSAGES = {
  call: { schema: WireCallSchema, title: 'A call, as an adapter is asked to perform it' },
  observation: { schema: WireObservationSchema, title: 'What a call made visible, as an adapter answers' },
  error: { schema: ErrorSchema, title: 'What is under err in an answer' },
} as const;

const protocolPages = (): Page[] => {
  const of = (name: string, schema: z.ZodType, title: string): Page => ({
    path: `docs/schema/protocol/${name}.json`,
    text: `${JSON.stringify({ title, ...z.toJSONSchema(schema) }, null, 2)}\n`,
  });
  return [
    ...Object.entries(MESSAGES).map(([name, { schema, title }]) => of(name, schema, title)),
    ...Object.entries(REQUESTS).map(([q, schema]) => of(`request-${q}`, schema, `The request ${q}`)),
    ...Object.entries(RESULTS).map(([q, schema]) =>
      of(`result-${q}`, schema, `What is under ok in the answer to ${q}`),
    ),
    ...Object.entries(EVENTS).map(([ev, schema]) => of(`event-${ev}`, schema, `The event ${ev}`)),
    { path: 'docs/protocol.md', text: protocolPage() },
  ];
};

/** Every generated file. */
export const pages = (): Page[] => [
  ...schemaPages(),
  ...protocolPages(),
  { path: 'docs/faults.md', text: faultsText() },
  { path: 'docs/profiles.md', text: profilesPage() },
];
