import type { HeldLease, Item, ItemTable } from '../../../core/ports';
import { AuroraPostgresql } from '../../../lambda/aws/sql/aurora-postgresql';
import type { DataApi } from '../../../lambda/aws/sql/data-api';
import {
  type EngineUnderTest,
  enginesUnderTest,
  mysqlUnderTest,
} from '../../../packages/sandbox/test/services/rds-data/engines';
import type { ItemStore } from './item-store';
import { openApi, openMysql } from './sql-databases';

/** A store whose database takes statements. */
export interface SqlItemStore extends ItemStore {
  readonly kind: 'aurora-postgresql' | 'aurora-mysql';
  /** As the application or another person would. */
  sql(
    statement: string,
    parameters?: Readonly<Record<string, unknown>>,
  ): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** The table of fences, and a question of how many sessions wait for a lock. */
  readonly fence: readonly [table: string, waiting: string];
  /** Runs work while another transaction, with these statements, is open; it is committed by `end`. */
  holding<T>(statements: readonly string[], work: (end: () => Promise<void>) => Promise<T>): Promise<T>;
}

/** The attributes of all items of the suite; lists and objects are JSON. */
const columns = {
  ...{ name: 'text', text: 'text', note: 'text', first: 'text', last: 'text', new: 'text' },
  ...{ age: 'integer', n: 'integer', old: 'boolean', x: 'json', y: 'json', more: 'json' },
};

/** A server where there is one: the suites of the Data API compare it with PGlite. */
export const sqlItemStores: readonly { readonly name: string; open(): Promise<SqlItemStore> }[] = [
  ...enginesUnderTest()
    .slice(-1)
    .map((engine) => ({ name: 'PostgreSQL', open: () => openPostgresqlItems(engine) })),
  ...mysqlUnderTest().map((engine) => ({ name: 'MySQL', open: () => openMysqlItems(engine) })),
];

/** What its columns are in MySQL. */
const mysqlTypes: Readonly<Record<string, string>> = { text: 'varchar(100)', integer: 'int', boolean: 'tinyint(1)' };

async function openMysqlItems(engine: EngineUnderTest): Promise<SqlItemStore> {
  const { api, target, close } = await openMysql(engine);
  const sql: SqlItemStore['sql'] = async (statement, parameters) => (await api.execute(statement, parameters)).rows;
  return {
    sql,
    kind: 'aurora-mysql',
    fence: [
      'cdk_migrations_segment',
      "SELECT count(*) AS waiting FROM information_schema.processlist WHERE info LIKE 'UPDATE cdk_migrations_segment%'",
    ],
    holding: (statements, work) => holding(api, statements, work),
    open: (table, lease) => target(lease).items!.table(table),
    create: async (table) => {
      const list = Object.entries(columns).map(([name, type]) => `\`${name}\` ${mysqlTypes[type] ?? type}`);
      await sql(`CREATE TABLE ${table} (id varchar(100) PRIMARY KEY, ${list.join(', ')})`);
    },
    put: async (table, ...items) => {
      for (const item of items) {
        const names = Object.keys(item);
        await sql(`DELETE FROM ${table} WHERE id = :id`, { id: item['id'] });
        await sql(
          `INSERT INTO ${table} (${names.map((name) => `\`${name}\``).join()}) VALUES (${names.map((name) => `:${name}`).join()})`,
          item,
        );
      }
    },
    get: async (table, id) => {
      const [row] = await sql(`SELECT * FROM ${table} WHERE id = :id`, { id });
      if (!row) return undefined;
      const present = Object.entries(row).filter(([, value]) => value !== null);
      return Object.fromEntries(present.map(([name, value]) => [name, plain(name, value)]));
    },
    delete: async (table, id) => void (await sql(`DELETE FROM ${table} WHERE id = :id`, { id })),
    close,
  };
}

function plain(name: string, value: unknown): unknown {
  return ['x', 'y', 'more'].includes(name) ? JSON.parse(String(value)) : value;
}

async function openPostgresqlItems(engine: EngineUnderTest): Promise<SqlItemStore> {
  const { api, close } = await openApi(engine, 'aurora-postgresql');
  const sql: SqlItemStore['sql'] = async (statement, parameters) => (await api.execute(statement, parameters)).rows;
  return {
    sql,
    kind: 'aurora-postgresql',
    fence: [
      'cdk_migrations.segment',
      "SELECT count(*) AS waiting FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
    ],
    holding: (statements, work) => holding(api, statements, work),
    open: (table: string, lease: HeldLease): Promise<ItemTable> => new AuroraPostgresql(api, lease).items.table(table),
    create: async (table) => {
      const list = Object.entries(columns).map(([name, type]) => `"${name}" ${type}`);
      await sql(`CREATE TABLE ${table} (id text PRIMARY KEY, ${list.join(', ')})`);
    },
    put: async (table, ...items) => {
      for (const item of items) {
        await sql(`DELETE FROM ${table} WHERE id = :id`, { id: item['id'] });
        await sql(`INSERT INTO ${table} SELECT * FROM json_populate_record(CAST(NULL AS ${table}), :row)`, {
          row: item,
        });
      }
    },
    get: async (table, id) => {
      const [row] = await sql(
        `SELECT CAST(json_strip_nulls(row_to_json(t)) AS text) AS item FROM ${table} t WHERE id = :id`,
        { id },
      );
      return row && (JSON.parse(String(row['item'])) as Item);
    },
    delete: async (table, id) => void (await sql(`DELETE FROM ${table} WHERE id = :id`, { id })),
    close,
  };
}

async function holding<T>(
  api: DataApi,
  statements: readonly string[],
  work: (end: () => Promise<void>) => Promise<T>,
): Promise<T> {
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  let held = (): void => {};
  const holds = new Promise<void>((resolve) => {
    held = resolve;
  });
  const transaction = api.transaction(async (connection) => {
    for (const statement of statements) await connection.execute(statement);
    held();
    await ended;
  });
  await Promise.race([holds, transaction]);
  const finish = async () => {
    end();
    await transaction;
  };
  try {
    return await work(finish);
  } finally {
    await finish();
  }
}
