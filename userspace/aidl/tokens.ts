/** The words of AIDL, as far as they are read here. */
import { createToken, Lexer, type TokenType } from 'chevrotain';

const skipped = { group: Lexer.SKIPPED };

export const Identifier = createToken({ name: 'Identifier', pattern: /[A-Za-z_]\w*/ });
const keyword = (name: string, text: string): TokenType => createToken({ name, pattern: text, longer_alt: Identifier });

export const Package = keyword('Package', 'package');
export const Import = keyword('Import', 'import');
export const Interface = keyword('Interface', 'interface');
export const Oneway = keyword('Oneway', 'oneway');
export const Const = keyword('Const', 'const');
export const Void = keyword('Void', 'void');
export const InOut = keyword('InOut', 'inout');
export const In = keyword('In', 'in');
export const Out = keyword('Out', 'out');

/** Numbers: decimal or hexadecimal. */
export const Integer = createToken({ name: 'Integer', pattern: /0[xX][0-9a-fA-F]+|\d+/ });
export const Text = createToken({ name: 'Text', pattern: /"[^"\n]*"/ });
export const Annotation = createToken({ name: 'Annotation', pattern: /@[A-Za-z_]\w*/ });

export const Semicolon = createToken({ name: 'Semicolon', pattern: ';', label: "';'" });
export const Comma = createToken({ name: 'Comma', pattern: ',', label: "','" });
export const Dot = createToken({ name: 'Dot', pattern: '.', label: "'.'" });
export const Equals = createToken({ name: 'Equals', pattern: '=', label: "'='" });
export const Minus = createToken({ name: 'Minus', pattern: '-', label: "'-'" });
export const ShiftLeft = createToken({ name: 'ShiftLeft', pattern: '<<', label: "'<<'" });
export const OpenBrace = createToken({ name: 'OpenBrace', pattern: '{', label: "'{'" });
export const CloseBrace = createToken({ name: 'CloseBrace', pattern: '}', label: "'}'" });
export const OpenParenthesis = createToken({ name: 'OpenParenthesis', pattern: '(', label: "'('" });
export const CloseParenthesis = createToken({ name: 'CloseParenthesis', pattern: ')', label: "')'" });
export const OpenBracket = createToken({ name: 'OpenBracket', pattern: '[', label: "'['" });
export const CloseBracket = createToken({ name: 'CloseBracket', pattern: ']', label: "']'" });

/** In the order of matching: keywords before names. */
export const TOKENS: TokenType[] = [
  createToken({ name: 'WhiteSpace', pattern: /\s+/, line_breaks: true, ...skipped }),
  createToken({ name: 'LineComment', pattern: /\/\/[^\n]*/, ...skipped }),
  createToken({ name: 'BlockComment', pattern: /\/\*[\s\S]*?\*\//, line_breaks: true, ...skipped }),
  Package,
  Import,
  Interface,
  Oneway,
  Const,
  Void,
  InOut,
  In,
  Out,
  Annotation,
  Identifier,
  Integer,
  Text,
  ShiftLeft,
  Semicolon,
  Comma,
  Dot,
  Equals,
  Minus,
  OpenBrace,
  CloseBrace,
  OpenParenthesis,
  CloseParenthesis,
  OpenBracket,
  CloseBracket,
];
