/** An .aidl file as a tree: what was written, with the place of everything that may turn out to be wrong. */

/** Line and column, from 1. */
export interface At {
  readonly line: number;
  readonly column: number;
}

/** A type as written: a name, annotations, and how many pairs of brackets. */
export interface TypeSyntax {
  readonly name: string;
  readonly at: At;
  readonly nullable: boolean;
  readonly arrays: number;
}
export interface ArgumentSyntax {
  readonly direction: 'in' | 'out' | 'inout' | undefined;
  readonly type: TypeSyntax;
  readonly name: string;
  readonly at: At;
}
export interface MethodSyntax {
  readonly name: string;
  readonly at: At;
  readonly oneway: boolean;
  /** `undefined`: void. */
  readonly returns: TypeSyntax | undefined;
  readonly args: readonly ArgumentSyntax[];
  readonly code: number | undefined;
}
export interface ConstantSyntax {
  readonly name: string;
  readonly value: number | string;
}
export interface InterfaceSyntax {
  readonly name: string;
  readonly at: At;
  readonly oneway: boolean;
  readonly methods: readonly MethodSyntax[];
  readonly constants: readonly ConstantSyntax[];
}
export interface FileSyntax {
  /** Dotted; the empty text for none. */
  readonly package: string;
  /** Full names that other files define. */
  readonly imports: readonly string[];
  readonly interfaces: readonly InterfaceSyntax[];
}

/** Something in an .aidl file is wrong, or outside of what is read here. */
export class AidlError extends Error {
  override readonly name = 'AidlError';
  readonly at: At;

  constructor(file: string, at: At, message: string) {
    super(`${file}:${at.line}:${at.column}: ${message}`);
    this.at = at;
  }
}
