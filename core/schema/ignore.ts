import type { SchemaObject } from '../ports';
import type { SchemaDifference } from './differences';
import { identifiers, ownerOf, partsOfTables } from './object-names';

/** Tables in which other tools note what they have applied: no migration makes them, and whoever changes tools keeps them for a while. */
const historyTables: readonly string[] = [
  // dbmate, golang-migrate, Rails and Ecto
  ...['schema_migrations', 'ar_internal_metadata'],
  ...['flyway_schema_history', 'databasechangelog', 'databasechangeloglock'],
  ...['_prisma_migrations', 'knex_migrations', 'knex_migrations_lock', 'sequelizemeta', '__drizzle_migrations'],
  ...['pgmigrations', 'kysely_migration', 'kysely_migration_lock', 'mikro_orm_migrations'],
  ...['alembic_version', 'django_migrations', 'goose_db_version', '_sqlx_migrations', '__diesel_schema_migrations'],
  ...['__efmigrationshistory', 'doctrine_migration_versions', 'phinxlog'],
];

/** An object by its kind and name, where `*` stands for any characters: `table audit.*`, `extension pg_stat_statements`. */
export function isPattern(text: string): boolean {
  return /^\S+ .*\S$/.test(text);
}

/**
 * Differences without those that nobody wants to hear of: what is ignored, and the tables of other tools that migrations do not make.
 */
export function withoutIgnored(
  differences: readonly SchemaDifference[],
  ignore: readonly string[] = [],
): readonly SchemaDifference[] {
  const unexpected = new Set(
    differences.filter(({ difference }) => difference === 'unexpected').map(({ kind, name }) => `${kind} ${name}`),
  );
  return differences.filter((one) => {
    const object = { kind: one.kind, name: one.name, definition: one.actual ?? one.expected ?? '' };
    if (isIgnored(object, ignore)) return false;
    const history = historyTableOf(object);
    return history === undefined || !unexpected.has(history);
  });
}

/** Whether an object of a live schema is no business of the migrations. */
export function isForeign(object: SchemaObject, ignore: readonly string[] = []): boolean {
  return isIgnored(object, ignore) || historyTableOf(object) !== undefined;
}

function isIgnored(object: SchemaObject, ignore: readonly string[]): boolean {
  if (ignore.length === 0) return false;
  const all = holders(object);
  return ignore.some((pattern) => {
    const expression = new RegExp(`^${pattern.split('*').map(escaped).join('[\\s\\S]*')}$`);
    return all.some((one) => expression.test(one));
  });
}

function escaped(text: string): string {
  return text.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&');
}

/** The table of another tool that an object is, or belongs to. */
function historyTableOf(object: SchemaObject): string | undefined {
  return holders(object).find((holder) => {
    const [, table] = /^table (.*)$/s.exec(holder) ?? [];
    const name = table === undefined ? '' : (identifiers(table).at(-1) ?? '');
    return historyTables.includes(name.replaceAll(/["`]/g, '').toLowerCase());
  });
}

/** The object itself, and all that it goes with: its table, its schema, what a grant or a comment is about. */
function holders({ kind, name, definition }: SchemaObject): readonly string[] {
  const about = aboutWhat(kind, name);
  const [, owned] = (kind === 'sequence' && /\bOWNED BY (.+)$/.exec(definition)) || [];
  const owner = partsOfTables.includes(kind) ? ownerOf(name) : owned === undefined ? '' : ownerOf(owned);
  const parts = identifiers(name);
  return [
    `${kind} ${name}`,
    ...(owner === '' ? [] : [`table ${owner}`, `view ${owner}`]),
    ...(parts.length > 1 && about === undefined ? [`schema ${parts[0]}`] : []),
    ...(about === undefined ? [] : holders({ ...about, definition: '' })),
  ];
}

/** The object of a grant (`table public.users to reader`), of default privileges, of a comment, or of a parameter. */
function aboutWhat(kind: string, name: string): Pick<SchemaObject, 'kind' | 'name'> | undefined {
  if (kind === 'default privileges') {
    const [, schema] = /^\S+ in (.+) to /.exec(name) ?? [];
    return schema === undefined ? undefined : { kind: 'schema', name: schema };
  }
  if (!['grant', 'revoked', 'comment', 'parameter'].includes(kind)) return undefined;
  const [, object = name] = (kind !== 'comment' && /^(.*) to (?:"(?:[^"]|"")*"|\S+)$/s.exec(name)) || [];
  // A comment says `table column public.users.age`, and `table constraint "c" on public.users`.
  const [, what, ofWhat] =
    /^(foreign server|materialized view|(?:table|view) column|\S+)(?: constraint)? (.*)$/s.exec(object) ?? [];
  if (what === undefined || ofWhat === undefined) return undefined;
  const [, on] = / on (.+)$/s.exec(ofWhat) ?? [];
  if (kind === 'comment' && on !== undefined) return { kind: 'table', name: on };
  if (kind === 'parameter') return { kind: what, name: ownerOf(ofWhat) };
  return { kind: what.endsWith(' column') ? 'column' : what, name: ofWhat };
}
