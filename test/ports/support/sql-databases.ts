import type { HeldLease, SqlDatabase, Target } from '../../../core/ports';
import type { AuroraTargetProperties } from '../../../core/wire';
import { AuroraMysql } from '../../../lambda/aws/sql/aurora-mysql';
import { AuroraPostgresql } from '../../../lambda/aws/sql/aurora-postgresql';
import { DataApi } from '../../../lambda/aws/sql/data-api';
import type { Clock } from '../../../packages/sandbox/src/services/clock';
import {
  type EngineUnderTest,
  enginesUnderTest,
  mysqlUnderTest,
  openDataApi,
} from '../../../packages/sandbox/test/services/rds-data/engines';
import { MemorySqlDatabase } from '../../support/memory/sql-database';

/** A SQL database, and what one must know to look at it from outside. */
export interface SqlUnderTest {
  /** @param lockTimeout milliseconds; only where a database has locks */
  target(lease: HeldLease, lockTimeout?: number): Target & { readonly sql: SqlDatabase };
  /** A statement that leaves an effect of this name. */
  effect(name: string): string;
  /** The names of the effects that are there. */
  effects(): Promise<readonly string[]>;
  /** A statement that the database refuses. */
  readonly failing: string;
  /** False, as a result shows what a verify statement returned. */
  readonly falsehood: string;
  close(): Promise<void>;
}

export interface SqlKind {
  readonly name: string;
  open(): Promise<SqlUnderTest>;
}

/** The adapter of Aurora, on the sandbox's RDS Data API. */
export const auroraKinds: readonly SqlKind[] = enginesUnderTest().map((engine) => ({
  name: `Aurora's adapter on ${engine.name === 'pglite' ? 'PGlite' : 'PostgreSQL'}`,
  open: () => openAurora(engine),
}));

/** Its adapter for MySQL, on the same with a MySQL or MariaDB server behind it. */
const mysqlKinds: readonly SqlKind[] = mysqlUnderTest().map((engine) => ({
  name: "Aurora's adapter on MySQL",
  open: () => openMysql(engine),
}));

export const sqlKinds: readonly SqlKind[] = [{ name: 'memory', open: openMemory }, ...auroraKinds, ...mysqlKinds];

async function openMemory(): Promise<SqlUnderTest> {
  const database = new MemorySqlDatabase();
  return {
    target: (by) => database.open(by),
    effect: (name) => name,
    effects: async () => database.statements,
    failing: 'fail',
    falsehood: 'false',
    close: async () => undefined,
  };
}

/** Our adapter of the Data API, on a database of its own. */
export async function openApi(
  engine: EngineUnderTest,
  kind: AuroraTargetProperties['DatabaseKind'],
  assumptions: Readonly<Record<string, string>> = {},
  clock?: Clock,
): Promise<{ readonly api: DataApi; close(): Promise<void> }> {
  const { client, base, close } = await openDataApi(engine, assumptions, { clock });
  const { resourceArn: ClusterArn, secretArn: SecretArn, database: DatabaseName } = base;
  const properties = { DatabaseKind: kind, Identity: 'db-1', ClusterArn, SecretArn, DatabaseName };
  return { api: new DataApi(client, properties, async () => false), close };
}

export async function openAurora(
  engine: EngineUnderTest,
  clock?: Clock,
  assumptions: Readonly<Record<string, string>> = {},
): Promise<SqlUnderTest> {
  const { api, close } = await openApi(engine, 'aurora-postgresql', assumptions, clock);
  return {
    target: (by, lockTimeout) => new AuroraPostgresql(api, by, lockTimeout),
    effect: (name) => `CREATE TABLE effect_${name} (id int)`,
    async effects() {
      const { rows } = await api.execute(
        "SELECT substr(tablename, 8) AS name FROM pg_tables WHERE tablename LIKE 'effect\\_%' ORDER BY 1",
      );
      return rows.map(({ name }) => String(name));
    },
    failing: 'SELECT * FROM nowhere',
    falsehood: 'false',
    close,
  };
}

/** Of MySQL, rows are what a transaction can undo, so effects are rows there. */
export async function openMysql(engine: EngineUnderTest, clock?: Clock): Promise<MysqlUnderTest> {
  const { api, close } = await openApi(engine, 'aurora-mysql', {}, clock);
  await api.execute('CREATE TABLE effects (name varchar(50) PRIMARY KEY)');
  return {
    api,
    target: (by, lockTimeout) => new AuroraMysql(api, by, lockTimeout),
    effect: (name) => `INSERT INTO effects VALUES ('${name}')`,
    async effects() {
      const { rows } = await api.execute('SELECT name FROM effects ORDER BY name');
      return rows.map(({ name }) => String(name));
    },
    failing: 'SELECT * FROM nowhere',
    // MySQL's booleans are numbers.
    falsehood: '0',
    close,
  };
}

export interface MysqlUnderTest extends SqlUnderTest {
  readonly api: DataApi;
}
