import { hasCode } from '../../../../core/errors/index';
import { schema } from '../postgresql-protocol';
import { fenced } from '../sections';
import type { ItemDialect } from './item-dialect';
import { referencesOfTable, shapeOf } from './postgresql-catalogue';
import { isReferenced, readReferences } from './references';
import { type ChangeGroup, columnsOf, rowsJson } from './row-change';
import type { FenceStatements } from './segment-fence';
import type { Column, TableShape } from './table-shape';

const fenceTable = `${schema}.segment`;

export const postgresqlFence: FenceStatements = {
  table: fenceTable,
  create: [
    `CREATE SCHEMA IF NOT EXISTS ${schema}`,
    `CREATE TABLE IF NOT EXISTS ${fenceTable} (scope text NOT NULL, step text NOT NULL, number integer NOT NULL,
       deployment text NOT NULL, token bigint NOT NULL, PRIMARY KEY (scope, step, number)) WITH (fillfactor = 50)`,
  ],
  raise: `INSERT INTO ${fenceTable} AS f (scope, step, number, deployment, token)
    VALUES (:scope, :step, CAST(:number AS integer), :deployment, :token)
    ON CONFLICT (scope, step, number) DO UPDATE SET token = EXCLUDED.token WHERE f.token <= EXCLUDED.token`,
  isMissing: (error) =>
    hasCode(error, 'STATEMENT_FAILED') &&
    (['3F000', '42P01'].includes(String(error.payload.sqlState)) || /does not exist/.test(error.message)),
};

/** Of a statement, for a row that somebody else has locked meanwhile. */
const lockTimeout = '5000';

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;

const toText = ({ kind }: Column, expression: string) =>
  kind === 'bytes' ? `encode(${expression}, 'hex')` : `CAST(${expression} AS text)`;

const fromText = ({ kind, type }: Column, text: string) =>
  kind === 'bytes' ? `decode(${text}, 'hex')` : `CAST(${text} AS ${type})`;

/** As texts, which every type has: json has no equality, and a collation may take different texts for equal. */
const isSame = (column: Column, expression: string, text: string) => {
  const settled = column.kind === 'bytes' ? text : toText(column, `CAST(${text} AS ${column.declared})`);
  return `${toText(column, expression)} COLLATE "C" IS NOT DISTINCT FROM ${settled} COLLATE "C"`;
};

const rows = (names: readonly string[]) =>
  `json_to_recordset(CAST(:rows AS json)) AS v(${['n integer', ...names.map((name) => `${name} text`)].join(', ')})`;

export const postgresqlItems: ItemDialect = {
  ...{ quote, toText, fromText, isSame, rows },
  isAfter: (columns, values) => `(${columns.join(', ')}) > (${values.join(', ')})`,
  isUpTo: (columns, values) => `(${columns.join(', ')}) <= (${values.join(', ')})`,

  shapeOf: (connection, name) => shapeOf(connection, name, quote),
  references: (connection, { quoted }) => readReferences(connection, referencesOfTable, { name: quoted }),

  async guess(connection, { quoted }) {
    const { rows: found } = await connection.execute(
      'SELECT CAST(sum(c.reltuples) AS bigint) AS rows FROM pg_partition_tree(CAST(to_regclass(:name) AS regclass)) p ' +
        'JOIN pg_class c ON c.oid = p.relid WHERE p.isleaf AND c.reltuples >= 0',
      { name: quoted },
    );
    const counted = found[0]?.['rows'];
    return typeof counted === 'number' ? counted : undefined;
  },

  async bounds(connection, { quoted, key: [first] }) {
    const { rows: found } = await connection.execute(
      `SELECT ${toText(first!, 'b')} AS bound FROM pg_stats s
         CROSS JOIN LATERAL unnest(CAST(CAST(s.histogram_bounds AS text) AS ${first!.type}[])) WITH ORDINALITY AS u(b, at)
        WHERE to_regclass(quote_ident(s.schemaname) || '.' || quote_ident(s.tablename)) = to_regclass(:name)
          AND s.attname = :column AND NOT s.inherited ORDER BY u.at`,
      { name: quoted, column: first!.name },
    );
    return found.length < 3 ? undefined : found.slice(1, -1).map(({ bound }) => String(bound));
  },

  /** One statement, which looks at the fence, locks, writes, and says what it wrote. It waits for no row's lock. */
  async write(api, table, group, fence) {
    const { scope, step, number, token } = fence ?? {};
    const held = fence
      ? `SELECT set_config('lock_timeout', '${lockTimeout}', true) FROM ${fenceTable} f WHERE f.scope = :scope AND f.step = :step ` +
        'AND f.number = CAST(:number AS integer) AND f.token = :token FOR SHARE'
      : `SELECT set_config('lock_timeout', '${lockTimeout}', true)`;
    const { rows: answer } = await api.execute(
      `WITH held AS MATERIALIZED (${held}), ${changing(table, group)}
       SELECT (SELECT count(*) FROM held) AS held, CAST((SELECT json_agg(n) FROM done) AS text) AS done`,
      {
        rows: rowsJson(
          group.changes,
          group,
          table.key.map(({ name }) => name),
        ),
        ...(fence && { scope, step, number, token }),
      },
    );
    if (answer[0]?.['held'] !== 1) throw fenced(token!);
    return new Set(JSON.parse(String(answer[0]['done'] ?? '[]')) as number[]);
  },

  isOfRow: (error) =>
    hasCode(error, 'STATEMENT_FAILED') && /^(22|23|44|P0001)/.test(String(error.payload.sqlState ?? '')),

  isContended: (error) =>
    hasCode(error, 'LOCK_NOT_AVAILABLE') ||
    (hasCode(error, 'STATEMENT_FAILED') && ['40P01', '40001', '55P03'].includes(String(error.payload.sqlState))),
};

/** Ends in `done(n)`: the numbers of the rows that were changed. */
function changing(table: TableShape, group: ChangeGroup): string {
  const { quoted, key } = table;
  const column = new Map(table.columns.map((one) => [one.name, one]));
  const keys = columnsOf(
    key.map(({ name }) => name),
    'k',
  );
  const sets = columnsOf(group.sets, 's');
  const conditions = columnsOf(group.when, 'w');
  const names = [...keys, ...sets, ...conditions].map(([, as]) => as);
  const given = `v AS MATERIALIZED (SELECT v.* FROM held, ${rows(names)})`;
  const isRow = (alias: string) =>
    keys.map(([name, as]) => `${alias}.${quote(name)} = ${fromText(column.get(name)!, `v.${as}`)}`).join(' AND ');
  const value = ([name, as]: readonly [string, string]) => fromText(column.get(name)!, `v.${as}`);
  if (group.change === 'insert' || group.change === 'put') {
    const put = table.columns
      .filter(({ made }) => !made)
      .map(({ name }) => `${quote(name)} = ${group.sets.includes(name) ? `EXCLUDED.${quote(name)}` : 'DEFAULT'}`)
      .join(', ');
    const isIdentity = group.sets.some((name) => column.get(name)!.made === 'identity');
    return `${given}, made AS (INSERT INTO ${quoted} (${sets.map(([name]) => quote(name)).join(', ')})
      ${isIdentity ? 'OVERRIDING SYSTEM VALUE ' : ''}SELECT ${sets.map(value).join(', ')} FROM v ORDER BY ${keys.map(value).join(', ')}
      ON CONFLICT (${keys.map(([name]) => quote(name)).join(', ')}) DO ${group.change === 'put' ? `UPDATE SET ${put}` : 'NOTHING'}
      RETURNING ${keys.map(([name]) => quote(name)).join(', ')}),
      done AS (SELECT v.n FROM v JOIN made ON ${isRow('made')})`;
  }
  const isAsRead = conditions
    .map(([name, as]) => ` AND ${isSame(column.get(name)!, `t.${quote(name)}`, `v.${as}`)}`)
    .join('');
  const isAlone = (table.references ?? []).map((one) => ` AND NOT ${isReferenced(one, quote)}`).join('');
  // Whoever waits for a lock while it holds others may wait for ever: what is locked is left out, and tried again.
  const locked = `locked AS MATERIALIZED (SELECT v.n FROM v JOIN ${quoted} t ON ${isRow('t')}${isAsRead}${group.change === 'delete' ? isAlone : ''}
    ORDER BY ${keys.map(([name]) => `t.${quote(name)}`).join(', ')} FOR UPDATE OF t SKIP LOCKED)`;
  const from = `locked JOIN v ON v.n = locked.n WHERE ${isRow('t')} RETURNING v.n`;
  return group.change === 'delete'
    ? `${given}, ${locked}, done AS (DELETE FROM ${quoted} t USING ${from})`
    : `${given}, ${locked}, done AS (UPDATE ${quoted} t SET ${sets.map((one) => `${quote(one[0])} = ${value(one)}`).join(', ')} FROM ${from})`;
}
