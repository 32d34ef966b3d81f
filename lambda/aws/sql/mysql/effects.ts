import type { QualifiedName } from './tokens';

/** Something that a statement makes or removes, and that the database can be asked about by its name. */
export interface Effect {
  readonly what: ObjectKind | 'column' | 'index' | 'constraint';
  readonly name: string;
  /** Of an object its own database; of what is in a table the table. */
  readonly database?: string;
  readonly table?: string;
  readonly becomes: 'there' | 'gone';
}

export type ObjectKind = 'table' | 'view' | 'procedure' | 'function' | 'trigger' | 'event';

/** A part of a statement that takes effect by itself: a clause of ALTER TABLE, a table of DROP TABLE. */
export interface Clause {
  /** None when it makes nothing that has a name. */
  readonly effects: readonly Effect[];
  /** Doing it twice is the same as doing it once. */
  readonly isRepeatable: boolean;
  /** Says how, not what: ALGORITHM and LOCK. */
  readonly isOption?: boolean;
  /** InnoDB may do it without touching a row. */
  readonly mayBeInstant?: boolean;
  /** How the database describes the table is the same before and after. */
  readonly isHidden?: boolean;
  readonly text: string;
}

/** What a statement is about. */
export interface Parsed {
  readonly clauses: readonly Clause[];
  /** What the statement changes, as a whole: the database describes these. */
  readonly objects: readonly DescribedObject[];
  /** The text before the clauses, for a statement that can be written with some of them only. */
  readonly head?: string;
}

export interface DescribedObject extends QualifiedName {
  readonly what: ObjectKind;
}

export const unknownStatement: Parsed = { clauses: [], objects: [] };

export function objectEffect(what: ObjectKind, name: QualifiedName, becomes: Effect['becomes']): Effect {
  return { what, ...name, becomes };
}

/** Whether two effects are on the same thing. Names of columns and indexes are the same in large and small letters. */
export function isSameObject(one: Effect, other: Effect): boolean {
  const plain = ({ what, database, table, name }: Effect) => [what, database, table, name].join('\n').toLowerCase();
  return plain(one) === plain(other);
}
