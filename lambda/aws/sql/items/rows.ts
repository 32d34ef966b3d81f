import { areEqual } from '../../../../core/data/values';
import { MigrationError } from '../../../../core/errors/index';
import type { Item } from '../../../../core/ports';
import { toPlain, toText } from './column-values';
import type { Column, TableShape, Texts } from './table-shape';

/** Rows of one table as items: what code sees of them, and the texts that are written. */
export class Rows {
  private readonly columns: ReadonlyMap<string, Column>;

  constructor(readonly shape: TableShape) {
    this.columns = new Map(shape.columns.map((column) => [column.name, column]));
  }

  toItem(texts: Texts): Item {
    return Object.fromEntries(this.shape.columns.map((column) => [column.name, toPlain(texts[column.name]!, column)]));
  }

  /** @throws DATA_VALUE for a column that the table does not have, or cannot hold the value */
  text(name: string, value: unknown): string | null {
    return toText(value, this.column(name), this.shape.name);
  }

  texts(item: Item, names: readonly string[] = Object.keys(item)): Texts {
    return Object.fromEntries(names.map((name) => [name, this.text(name, item[name])]));
  }

  /** @throws DATA_KEY */
  keyOf(item: Item): Texts {
    return Object.fromEntries(
      this.shape.key.map((column) => {
        const text = item[column.name] === undefined ? null : this.text(column.name, item[column.name]);
        if (text === null) throw this.keyMissing(column);
        return [column.name, text];
      }),
    );
  }

  /** Equal for equal keys only. */
  nameOf(key: Texts): string {
    const parts = this.shape.key.map(({ name }) => key[name]);
    return parts.length === 1 ? String(parts[0]) : JSON.stringify(parts);
  }

  /**
   * An item as it is read again once it is written over another one. What it lacks is NULL, but for what the database makes.
   * @throws DATA_VALUE
   */
  replaced(was: Item, by: Item): Item {
    this.refuseUnknown(by);
    return Object.fromEntries(
      this.shape.columns.map((column) => {
        const { name, made, isNullable } = column;
        if (areEqual(by[name], was[name])) return [name, was[name]];
        if (by[name] !== undefined) return [name, this.settled(column, by[name])];
        if (made) return [name, was[name]];
        if (!isNullable) throw this.lacking(column);
        return [name, null];
      }),
    );
  }

  /** What it lacks stays as it is, or is as the table gives it to a new row. @throws DATA_VALUE */
  arriving(made: Item, there: Item | undefined): Item {
    this.refuseUnknown(made);
    const given = Object.keys(made).filter((name) => made[name] !== undefined);
    const settled = Object.fromEntries(given.map((name) => [name, this.settled(this.columns.get(name)!, made[name])]));
    return { ...there, ...settled };
  }

  private settled(column: Column, value: unknown): unknown {
    // As it is written and read again: 1.5 is '1.50' in a column with two decimals.
    const text = this.text(column.name, value);
    if (column.kind === 'list') return value;
    return toPlain(text, column);
  }

  column(name: string): Column {
    const column = this.columns.get(name);
    if (column) return column;
    throw this.unknown(name);
  }

  private refuseUnknown(item: Item): void {
    for (const name of Object.keys(item)) if (item[name] !== undefined) this.column(name);
  }

  private unknown(name: string): MigrationError {
    const { name: table, columns } = this.shape;
    return new MigrationError('DATA_VALUE', `The table ${table} has no column "${name}", which the transform gave.`, {
      payload: { table, attribute: name },
      hint: `Its columns: ${columns.map((column) => column.name).join(', ')}. Leave "${name}" out, or add the column in an earlier migration.`,
    });
  }

  private lacking({ name }: Column): MigrationError {
    const { name: table } = this.shape;
    return new MigrationError(
      'DATA_VALUE',
      `What the transform returned lacks the column "${name}" of ${table}, which cannot be NULL.`,
      {
        payload: { table, attribute: name },
        hint: `Return the whole row, such as { ...row, "${name}": ... }: a column that is left out becomes NULL.`,
      },
    );
  }

  private keyMissing({ name, declared }: Column): MigrationError {
    const { name: table } = this.shape;
    return new MigrationError(
      'DATA_KEY',
      `The column "${name}" is missing in an item for table ${table}; it is a part of the primary key, of type ${declared}.`,
      { payload: { table, attribute: name }, hint: `Let the transform return "${name}".` },
    );
  }
}
