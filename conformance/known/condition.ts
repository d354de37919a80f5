/**
 * Conditions of known failures: `impl.id == 'linux-rust' && impl.version < '6.19'`. Names, texts, comparisons, `&&`,
 * `||` and brackets; nothing in them is ever executed.
 */
import { createToken, EmbeddedActionsParser, Lexer, type IToken } from 'chevrotain';

/** What a condition may ask about. */
export interface Facts {
  readonly id: string;
  readonly kind: string;
  readonly version: string;
  readonly profile: string;
}

export type Condition = (facts: Facts) => boolean;

/** Why a condition cannot be read; `column` counts from 1. */
export class ConditionError extends Error {
  override readonly name = 'ConditionError';
  readonly column: number;

  constructor(message: string, column: number) {
    super(message);
    this.column = column;
  }
}

const NAMES: Readonly<Record<string, keyof Facts>> = {
  'target.id': 'id',
  'target.kind': 'kind',
  'target.version': 'version',
  'impl.id': 'id',
  'impl.version': 'version',
  profile: 'profile',
};

/** The dotted number in a version: `linux-image-6.1.0-56-amd64` is 6.1.0. */
const numbersOf = (version: string): readonly number[] =>
  (/\d+(?:\.\d+)*/.exec(/\d+(?:\.\d+)+/.exec(version)?.[0] ?? version)?.[0] ?? '').split('.').map(Number);

/** Negative where version `a` is before `b`, by the dotted numbers in them; what is missing is 0. */
export const compareVersions = (a: string, b: string): number => {
  const [left, right] = [numbersOf(a), numbersOf(b)];
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
};

const COMPARISONS: Readonly<Record<string, (a: string, b: string) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => compareVersions(a, b) < 0,
  '<=': (a, b) => compareVersions(a, b) <= 0,
  '>': (a, b) => compareVersions(a, b) > 0,
  '>=': (a, b) => compareVersions(a, b) >= 0,
};

const Space = createToken({ name: 'space', pattern: /\s+/, group: Lexer.SKIPPED });
const And = createToken({ name: 'And', label: '&&', pattern: /&&/ });
const Or = createToken({ name: 'Or', label: '||', pattern: /\|\|/ });
const Compare = createToken({ name: 'Compare', label: 'a comparison (== != < <= > >=)', pattern: /==|!=|<=|>=|<|>/ });
const Open = createToken({ name: 'Open', label: '(', pattern: /\(/ });
const Close = createToken({ name: 'Close', label: ')', pattern: /\)/ });
const Text = createToken({ name: 'Text', label: 'a text in quotes', pattern: /'[^']*'|"[^"]*"/ });
const Name = createToken({ name: 'Name', label: 'a name such as impl.version', pattern: /[A-Za-z][\w.]*/ });
const TOKENS = [Space, And, Or, Compare, Open, Close, Text, Name];

const lexer = new Lexer(TOKENS);

interface Operand {
  readonly token: IToken;
  /** The fact that it names; `undefined` for a text. */
  readonly fact: keyof Facts | undefined;
  readonly value: (facts: Facts) => string;
}

const comparison = (left: Operand, how: IToken, right: Operand): Condition => {
  const column = how.startColumn ?? 1;
  if (left.fact === undefined && right.fact === undefined) {
    throw new ConditionError('two texts are compared, and no fact of the target', column);
  }
  const ordered = how.image !== '==' && how.image !== '!=';
  for (const { fact, token } of [left, right]) {
    if (ordered && fact !== undefined && fact !== 'version') {
      throw new ConditionError(`${token.image} has no order: ${how.image} is for versions`, column);
    }
  }
  const test = COMPARISONS[how.image] as (a: string, b: string) => boolean;
  return facts => test(left.value(facts), right.value(facts));
};

class ConditionParser extends EmbeddedActionsParser {
  constructor() {
    super(TOKENS);
    this.performSelfAnalysis();
  }

  readonly whole = this.RULE('whole', (): Condition => {
    const first = this.SUBRULE(this.both);
    const parts = [first];
    this.MANY(() => {
      this.CONSUME(Or);
      parts.push(this.SUBRULE2(this.both));
    });
    return facts => parts.some(part => part(facts));
  });

  readonly both = this.RULE('both', (): Condition => {
    const parts = [this.SUBRULE(this.unit)];
    this.MANY(() => {
      this.CONSUME(And);
      parts.push(this.SUBRULE2(this.unit));
    });
    return facts => parts.every(part => part(facts));
  });

  readonly unit = this.RULE('unit', (): Condition =>
    this.OR([
      {
        ALT: () => {
          this.CONSUME(Open);
          const inner = this.SUBRULE(this.whole);
          this.CONSUME(Close);
          return inner;
        },
      },
      {
        ALT: () => {
          const left = this.SUBRULE(this.operand);
          const how = this.CONSUME(Compare);
          const right = this.SUBRULE2(this.operand);
          return this.ACTION(() => comparison(left, how, right));
        },
      },
    ]),
  );

  readonly operand = this.RULE('operand', (): Operand =>
    this.OR([
      {
        ALT: () => {
          const token = this.CONSUME(Text);
          return { token, fact: undefined, value: () => token.image.slice(1, -1) };
        },
      },
      {
        ALT: () => {
          const token = this.CONSUME(Name);
          return this.ACTION(() => {
            const fact = Object.hasOwn(NAMES, token.image) ? NAMES[token.image] : undefined;
            if (fact !== undefined) return { token, fact, value: (facts: Facts) => facts[fact] };
            const known = Object.keys(NAMES).join(', ');
            throw new ConditionError(`nothing has the name ${token.image}: there are ${known}`, token.startColumn ?? 1);
          });
        },
      },
    ]),
  );
}

let parser: ConditionParser | undefined;

/** Reads a condition. Throws `ConditionError`. */
export const parseCondition = (text: string): Condition => {
  const { tokens, errors } = lexer.tokenize(text);
  const [strange] = errors;
  if (strange !== undefined) {
    throw new ConditionError(`${JSON.stringify(text.charAt(strange.offset))} means nothing here`, strange.offset + 1);
  }
  parser ??= new ConditionParser();
  parser.input = tokens;
  const condition = parser.whole();
  const [error] = parser.errors;
  if (error !== undefined) {
    const column = Number.isInteger(error.token.startColumn) ? (error.token.startColumn as number) : text.length + 1;
    const message =
      error.name === 'NoViableAltException'
        ? 'expected a name such as impl.version, a text in quotes, or a bracket'
        : error.message.replaceAll(/\s+/g, ' ');
    throw new ConditionError(message, column);
  }
  return condition;
};
