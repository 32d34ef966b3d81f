import type { ErrorLocation } from '../../core/errors/index';

/** A statement of a migration, as its dialect cuts it from the text. */
export interface SqlStatement {
  /** From its first token up to what ends it. Comments inside are kept, those before it are not. */
  readonly text: string;
  /** Where its first token is. */
  readonly location: Required<ErrorLocation>;
  /** Where its text begins and where it ends, in UTF-16 units of the section. */
  readonly start: number;
  readonly end: number;
}

/** A `--` comment. */
export interface SqlComment {
  readonly text: string;
  /** Where it begins, in UTF-16 units of the section. */
  readonly index: number;
}
