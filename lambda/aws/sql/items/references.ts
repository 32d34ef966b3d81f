import type { SqlConnection } from '../../../../core/ports';

/** A foreign key by which the database changes rows of another table when a row of this one is deleted. */
export interface Reference {
  /** The other table. */
  readonly table: string;
  readonly schema: string;
  /** Its columns, and those of this table that they refer to. */
  readonly columns: readonly (readonly [from: string, to: string])[];
}

/**
 * Reads them.
 * @param query one row for each column of a key, in order, with `constraint_name`, `schema_name`, `table_name`, `from_column`
 * and `to_column`
 */
export async function readReferences(
  connection: SqlConnection,
  query: string,
  parameters: Readonly<Record<string, unknown>>,
): Promise<readonly Reference[]> {
  const { rows } = await connection.execute(query, parameters);
  const keys = new Map<string, typeof rows>();
  for (const row of rows) {
    const name = JSON.stringify([row['schema_name'], row['table_name'], row['constraint_name']]);
    keys.set(name, [...(keys.get(name) ?? []), row]);
  }
  return [...keys.values()].map((columns) => ({
    schema: String(columns[0]!['schema_name']),
    table: String(columns[0]!['table_name']),
    columns: columns.map((column) => [String(column['from_column']), String(column['to_column'])]),
  }));
}

/** That a row `t` has rows that refer to it so. */
export function isReferenced({ schema, table, columns }: Reference, quote: (name: string) => string): string {
  const isOf = columns.map(([from, to]) => `r.${quote(from)} = t.${quote(to)}`).join(' AND ');
  return `EXISTS (SELECT 1 FROM ${quote(schema)}.${quote(table)} r WHERE ${isOf})`;
}
