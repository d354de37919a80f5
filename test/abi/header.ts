/** What the system's own `linux/android/binder.h` says: asked by compiling and running a small C program. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** One question to the header: a name for the answer and a C expression of an integer. */
export interface Question {
  readonly name: string;
  readonly expression: string;
}

/** Why the header cannot be asked on this machine; `undefined` when it can. */
export const whyNoHeader = (): string | undefined => {
  const compiler = spawnSync('gcc', ['--version'], { encoding: 'utf8' });
  if (compiler.status !== 0) return 'gcc is not installed';
  const header = spawnSync('gcc', ['-E', '-x', 'c', '-'], {
    input: '#include <linux/android/binder.h>\n',
    encoding: 'utf8',
  });
  return header.status === 0 ? undefined : 'the header linux/android/binder.h is not installed';
};

/** True when the header knows the macro, structure or enumerator that an expression needs. */
const compiles = (expression: string): boolean =>
  spawnSync('gcc', ['-fsyntax-only', '-x', 'c', '-'], {
    input: programOf([{ name: 'x', expression }]),
    encoding: 'utf8',
  }).status === 0;

const programOf = (questions: readonly Question[]): string =>
  [
    '#include <stdio.h>',
    '#include <stddef.h>',
    '#include <linux/types.h>',
    '#include <linux/android/binder.h>',
    '#define WIDTH(type, field) sizeof(((type *)0)->field)',
    '#define SIGNED(type, field) ((__typeof__(((type *)0)->field))-1 < 0)',
    'int main(void) {',
    ...questions.map(({ name, expression }) => `  printf("${name} %llu\\n", (unsigned long long)(${expression}));`),
    '  return 0;',
    '}',
    '',
  ].join('\n');

/** The answers by name. A question that this header is too old to understand is in `unknown`. */
export const askHeader = (
  questions: readonly Question[],
): { readonly answers: ReadonlyMap<string, number>; readonly unknown: readonly string[] } => {
  const known = compiles(questions.map(({ expression }) => `(${expression})`).join(' + '))
    ? questions
    : questions.filter(({ expression }) => compiles(expression));
  const folder = mkdtempSync(path.join(tmpdir(), 'binder-spec-uapi-'));
  try {
    const source = path.join(folder, 'uapi.c');
    const program = path.join(folder, 'uapi');
    writeFileSync(source, programOf(known));
    execFileSync('gcc', ['-o', program, source]);
    const lines = execFileSync(program, { encoding: 'utf8' }).trim().split('\n');
    return {
      answers: new Map(
        lines.map(line => {
          const [name, value] = line.split(' ') as [string, string];
          return [name, Number(value)];
        }),
      ),
      unknown: questions.filter(question => !known.includes(question)).map(({ name }) => name),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
