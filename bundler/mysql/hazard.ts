import type { KnownTables } from './known-tables';

/** Names of the rules: stable, because people search for them and programs compare them. */
export type SlowRule =
  | 'copy-table'
  | 'rebuild-table'
  | 'enum-order'
  | 'primary-key'
  | 'add-foreign-key'
  | 'create-index'
  | 'unique-index'
  | 'fulltext-index'
  | 'spatial-index'
  | 'update-every-row'
  | 'many-rows';

type OtherRule = 'required-column' | 'foreign-key-cascade' | 'foreign-key-index' | 'utf8mb3';

/** What is worth knowing about a statement before it runs, and what to write instead. */
export type Hazard =
  | { readonly code: 'SLOW_STATEMENT'; readonly rule: SlowRule; readonly what: string; readonly hint: string }
  | { readonly code: 'HAZARDOUS_STATEMENT'; readonly rule: OtherRule; readonly what: string; readonly hint: string };

/** An index without which MySQL keeps no foreign key: error 1553. */
export function foreignKeyIndex(table: string, index: string, tables: KnownTables): readonly Hazard[] {
  const key = tables.foreignKeyOn(table, index);
  if (!key) return [];
  const name = key.name ?? `on ${key.columns.join(', ')}`;
  return [
    {
      code: 'HAZARDOUS_STATEMENT',
      rule: 'foreign-key-index',
      what: `MySQL refuses to drop index ${index} of ${table}: the foreign key ${name} needs it`,
      hint: `Create the index that takes its place before, or drop the foreign key in the same ALTER TABLE.`,
    },
  ];
}
