/** The generated files of docs/: path in the repository and text. `npm run docs` writes them; a test holds them fresh. */
import { z } from 'zod';
import { CertificateSchema } from '../../abi/certificate.ts';
import { PUBLISHED } from '../../abi/schema.ts';
import { RunEventSchema, RunHeadSchema } from '../run-log/events.ts';
import { TraceHeadSchema, TraceSequenceSchema } from '../../abi/trace.ts';

/** One generated file. */
export interface Page {
  /** Path from the root of the repository. */
  readonly path: string;
  readonly text: string;
}

const SCHEMAS = {
  ...PUBLISHED,
  certificate: { schema: CertificateSchema, title: 'What is proved about a shrunk op log' },
  'trace-head': { schema: TraceHeadSchema, title: 'The first line of a recorded trace' },
  'trace-sequence': { schema: TraceSequenceSchema, title: 'Every further line of a recorded trace: one sequence' },
  'run-head': { schema: RunHeadSchema, title: 'The first line of the event log of a run' },
  'run-event': { schema: RunEventSchema, title: 'Every further line of the event log of a run' },
} as const;

const schemaPages = (): Page[] =>
  Object.entries(SCHEMAS).map(([name, { schema, title }]) => ({
    path: `docs/schema/${name}.json`,
    text: `${JSON.stringify({ title, ...z.toJSONSchema(schema) }, null, 2)}\n`,
  }));

/** Every generated file. */
export const pages = (): Page[] => schemaPages();
