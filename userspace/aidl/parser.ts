/** From the text of an .aidl file to its tree. */
import { EmbeddedActionsParser, Lexer, tokenLabel, type IParserErrorMessageProvider, type IToken } from 'chevrotain';
import {
  AidlError,
  type ArgumentSyntax,
  type At,
  type ConstantSyntax,
  type FileSyntax,
  type InterfaceSyntax,
  type MethodSyntax,
  type TypeSyntax,
} from './syntax.ts';
import * as token from './tokens.ts';

const lexer = new Lexer(token.TOKENS, { positionTracking: 'full' });

/** Where a word begins. The end of an empty file has no place of its own: it is the beginning. */
const placeOf = ({ startLine, startColumn }: Pick<IToken, 'startLine' | 'startColumn'>): At => ({
  line: startLine || 1,
  column: startColumn || 1,
});

const found = (actual: readonly IToken[]): string => {
  const image = actual[0]?.image ?? '';
  return image === '' ? 'the end of the file' : JSON.stringify(image);
};

/** What is wrong, in words. */
const messages: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected, actual }) => `expected ${tokenLabel(expected)}, found ${found([actual])}`,
  buildNotAllInputParsedMessage: ({ firstRedundant }) => `expected nothing more, found ${found([firstRedundant])}`,
  buildNoViableAltMessage: ({ actual, ruleName }) => `this is no ${ruleName}: found ${found(actual)}`,
  buildEarlyExitMessage: ({ actual }) => `expected an interface, found ${found(actual)}`,
};

const numberOf = (text: string): number =>
  Number.parseInt(text, text.startsWith('0x') || text.startsWith('0X') ? 16 : 10);

/** The grammar. Each rule answers its part of the tree. */
class AidlParser extends EmbeddedActionsParser {
  constructor() {
    super(token.TOKENS, { recoveryEnabled: false, errorMessageProvider: messages });
    this.performSelfAnalysis();
  }

  readonly file = this.RULE('file', (): FileSyntax => {
    let name = '';
    const imports: string[] = [];
    const interfaces: InterfaceSyntax[] = [];
    this.OPTION(() => {
      this.CONSUME(token.Package);
      name = this.SUBRULE(this.dotted).name;
      this.CONSUME(token.Semicolon);
    });
    this.MANY(() => {
      this.CONSUME(token.Import);
      imports.push(this.SUBRULE2(this.dotted).name);
      this.CONSUME2(token.Semicolon);
    });
    this.AT_LEAST_ONE(() => interfaces.push(this.SUBRULE(this.interface)));
    return { package: name, imports, interfaces };
  });

  readonly dotted = this.RULE('dotted', (): { readonly name: string; readonly at: At } => {
    const first = this.CONSUME(token.Identifier);
    let name = first.image;
    this.MANY(() => {
      this.CONSUME(token.Dot);
      name += `.${this.CONSUME2(token.Identifier).image}`;
    });
    return { name, at: placeOf(first) };
  });

  readonly annotations = this.RULE('annotations', (): readonly string[] => {
    const names: string[] = [];
    this.MANY(() => {
      names.push(this.CONSUME(token.Annotation).image);
      this.OPTION(() => {
        this.CONSUME(token.OpenParenthesis);
        this.MANY_SEP({
          SEP: token.Comma,
          DEF: () => {
            this.CONSUME(token.Identifier);
            this.CONSUME(token.Equals);
            this.SUBRULE(this.constantValue);
          },
        });
        this.CONSUME(token.CloseParenthesis);
      });
    });
    return names;
  });

  readonly interface = this.RULE('interface', (): InterfaceSyntax => {
    const methods: MethodSyntax[] = [];
    const constants: ConstantSyntax[] = [];
    let oneway = false;
    this.SUBRULE(this.annotations);
    this.OPTION(() => {
      this.CONSUME(token.Oneway);
      oneway = true;
    });
    this.CONSUME(token.Interface);
    const name = this.CONSUME(token.Identifier);
    this.CONSUME(token.OpenBrace);
    this.MANY(() =>
      this.OR([
        { ALT: () => constants.push(this.SUBRULE(this.constant)) },
        { ALT: () => methods.push(this.SUBRULE(this.method)) },
      ]),
    );
    this.CONSUME(token.CloseBrace);
    return { name: name.image, at: placeOf(name), oneway, methods, constants };
  });

  readonly constant = this.RULE('constant', (): ConstantSyntax => {
    this.CONSUME(token.Const);
    this.SUBRULE(this.type);
    const name = this.CONSUME(token.Identifier).image;
    this.CONSUME(token.Equals);
    const value = this.SUBRULE(this.constantValue);
    this.CONSUME(token.Semicolon);
    return { name, value };
  });

  readonly constantValue = this.RULE('constantValue', (): number | string =>
    this.OR([
      { ALT: () => this.CONSUME(token.Text).image.slice(1, -1) },
      {
        ALT: () => {
          let sign = 1;
          this.OPTION(() => {
            this.CONSUME(token.Minus);
            sign = -1;
          });
          let value = sign * numberOf(this.CONSUME(token.Integer).image);
          this.MANY(() => {
            this.CONSUME(token.ShiftLeft);
            value <<= numberOf(this.CONSUME2(token.Integer).image);
          });
          return value;
        },
      },
    ]),
  );

  readonly method = this.RULE('method', (): MethodSyntax => {
    const args: ArgumentSyntax[] = [];
    let oneway = false;
    let returns: TypeSyntax | undefined;
    let code: number | undefined;
    const marks = this.SUBRULE(this.annotations);
    this.OPTION(() => {
      this.CONSUME(token.Oneway);
      oneway = true;
    });
    this.OR([
      { ALT: () => void this.CONSUME(token.Void) },
      {
        ALT: () => {
          const type = this.SUBRULE(this.type);
          returns = this.ACTION(() => ({ ...type, nullable: marks.includes('@nullable') }));
        },
      },
    ]);
    const name = this.CONSUME(token.Identifier);
    this.CONSUME(token.OpenParenthesis);
    this.MANY_SEP({ SEP: token.Comma, DEF: () => void args.push(this.SUBRULE(this.argument)) });
    this.CONSUME(token.CloseParenthesis);
    this.OPTION2(() => {
      this.CONSUME(token.Equals);
      code = numberOf(this.CONSUME(token.Integer).image);
    });
    this.CONSUME(token.Semicolon);
    return { name: name.image, at: placeOf(name), oneway, returns, args, code };
  });

  readonly argument = this.RULE('argument', (): ArgumentSyntax => {
    let direction: ArgumentSyntax['direction'];
    this.OPTION(() => {
      direction = this.OR([
        { ALT: () => this.CONSUME(token.In) },
        { ALT: () => this.CONSUME(token.Out) },
        { ALT: () => this.CONSUME(token.InOut) },
      ]).image as ArgumentSyntax['direction'];
    });
    const marks = this.SUBRULE(this.annotations);
    const type = this.SUBRULE(this.type);
    const name = this.CONSUME(token.Identifier);
    return this.ACTION(() => ({
      direction,
      type: { ...type, nullable: marks.includes('@nullable') },
      name: name.image,
      at: placeOf(name),
    }));
  });

  readonly type = this.RULE('type', (): TypeSyntax => {
    const { name, at } = this.SUBRULE(this.dotted);
    let arrays = 0;
    this.MANY(() => {
      this.CONSUME(token.OpenBracket);
      this.CONSUME(token.CloseBracket);
      arrays++;
    });
    return { name, at, nullable: false, arrays };
  });
}

const parser = new AidlParser();

/** The tree of a text. Throws `AidlError` with the first place where the text is no AIDL, or none that is read here. */
export const parseAidl = (text: string, file: string): FileSyntax => {
  const { tokens, errors } = lexer.tokenize(text);
  const [unreadable] = errors;
  if (unreadable !== undefined) {
    const at = { line: unreadable.line ?? 1, column: unreadable.column ?? 1 };
    throw new AidlError(file, at, `unexpected character ${JSON.stringify(text[unreadable.offset] ?? '')}`);
  }
  parser.input = tokens;
  const tree = parser.file();
  const [wrong] = parser.errors;
  if (wrong === undefined) return tree;
  // What is missing at the end is missing behind the last word.
  const last = tokens.at(-1);
  const isAtEnd = wrong.token.image === '';
  const at =
    isAtEnd && last !== undefined
      ? { line: last.endLine ?? 1, column: (last.endColumn ?? 0) + 1 }
      : placeOf(wrong.token);
  throw new AidlError(file, at, wrong.message);
};
