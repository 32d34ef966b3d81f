import type { Reference } from './references';

/** What a column holds, as far as the values differ that code sees of it. */
export type ColumnKind =
  | 'integer'
  | 'float'
  | 'decimal'
  | 'boolean'
  /** A boolean that the database keeps as a number. */
  | 'flag'
  | 'text'
  /** Of a fixed length, which is filled with spaces. */
  | 'padded-text'
  | 'bytes'
  | 'json'
  | 'uuid'
  | 'timestamp'
  /** With a time zone: as it is shown in UTC. */
  | 'instant'
  | 'list'
  /** Shown as the database's text for it. */
  | 'other';

export interface Column {
  readonly name: string;
  readonly kind: ColumnKind;
  /** Of the elements of a list. */
  readonly element?: ColumnKind;
  /** How many decimals it has, of a number or of a second, when that is fixed. */
  readonly scale?: number;
  /** Of integers, where the database would make others of those outside. */
  readonly range?: readonly [least: bigint, most: bigint];
  /** The database has no NaN and no infinity. */
  readonly isAlwaysFinite?: boolean;
  /** The words of an `enum` or `set`, in the order in which they are declared. */
  readonly words?: readonly string[];
  /** Characters, or bytes where they are filled up with zeros. */
  readonly length?: number;
  /** The type of its values, without a length: a cast to one with a length would cut values without a word. */
  readonly type: string;
  /** The type with all that was declared. */
  readonly declared: string;
  readonly collation?: string;
  /** A number of 32 bits: whether its text has all of its digits, or no more than tell it from its neighbours. */
  readonly single?: 'exact' | 'shortest';
  /** The database sets it at every update that does not. */
  readonly followsUpdates?: boolean;
  readonly isNullable: boolean;
  readonly hasDefault: boolean;
  /** The database makes its values: from other columns, or numbers that nobody may give. */
  readonly made?: 'generated' | 'identity';
}

/** A table as the catalogue describes it. */
export interface TableShape {
  /** As the migration names it. */
  readonly name: string;
  /** As it stands in a statement. */
  readonly quoted: string;
  readonly columns: readonly Column[];
  /** Columns of the primary key, in its order. */
  readonly key: readonly Column[];
  /** Rows that others refer to so are not deleted. */
  readonly references?: readonly Reference[];
}

/** The text of a column's value that gives it back exactly; null for NULL. */
export type Texts = Readonly<Record<string, string | null>>;
