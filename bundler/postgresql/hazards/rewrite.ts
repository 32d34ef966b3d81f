import { type ColumnType, typeText } from '../types';

/** Above statements that PostgreSQL runs only outside of a transaction. */
const aloneLine = '-- in a section with transaction:false:';
/** Between two migrations. */
const laterLine = '-- then, in a later migration:';

/** Statements for a section with `transaction:false`. */
export function alone(...statements: readonly string[]): string {
  return [aloneLine, ...statements.map((statement) => `${statement};`)].join('\n');
}

/** Statements for a section that is a transaction. */
export function together(...statements: readonly string[]): string {
  return statements.map((statement) => `${statement};`).join('\n');
}

/** Migrations one after the other: what the first one leaves undone, the next one does. */
export function oneByOne(...migrations: readonly string[]): string {
  return migrations.join(`\n${laterLine}\n`);
}

/** Adds a constraint without checking the rows, and checks them without keeping anybody waiting. */
export function addThenValidate(table: string, add: string, constraint: string): string {
  return oneByOne(together(add), together(`ALTER TABLE ${quote(table)} VALIDATE CONSTRAINT ${quoteOne(constraint)}`));
}

/** Makes a column NOT NULL by a constraint that is validated before. */
export function notNullByCheck(table: string, column: string): readonly string[] {
  const check = nameFor(table, column, 'not_null');
  const alter = `ALTER TABLE ${quote(table)}`;
  return [
    together(`${alter} ADD CONSTRAINT ${quoteOne(check)} CHECK (${quoteOne(column)} IS NOT NULL) NOT VALID`),
    together(`${alter} VALIDATE CONSTRAINT ${quoteOne(check)}`),
    together(`${alter} ALTER COLUMN ${quoteOne(column)} SET NOT NULL`, `${alter} DROP CONSTRAINT ${quoteOne(check)}`),
  ];
}

/** `ALTER TABLE users ADD COLUMN diet text` */
export function addColumn(table: string, column: string, type: ColumnType): string {
  return `ALTER TABLE ${quote(table)} ADD COLUMN ${quoteOne(column)} ${typeText(type)}`;
}

/** A name as PostgreSQL makes one when a statement gives none. */
export function nameFor(table: string, ...parts: readonly string[]): string {
  return [table.slice(table.lastIndexOf('.') + 1), ...parts].join('_');
}

/** A name with its schema, quoted where that is needed. */
export function quote(name: string): string {
  return name.split('.').map(quoteOne).join('.');
}

export function quoteOne(name: string): string {
  const isPlain = /^[a-z_][a-z0-9_$]*$/.test(name) && !reserved.has(name);
  return isPlain ? name : `"${name.replaceAll('"', '""')}"`;
}

/** PostgreSQL's reserved words, which are no names without quotes (its documentation, appendix C). */
const reserved = new Set(
  `all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create current_date
   current_role current_time current_timestamp current_user default deferrable desc distinct do else end except false
   fetch for foreign from grant group having in initially intersect into lateral leading limit localtime localtimestamp
   not null offset on only or order placing primary references returning select session_user some symmetric table then
   to trailing true union unique user using variadic when where window with`.split(/\s+/),
);
