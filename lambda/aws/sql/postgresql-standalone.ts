import { sha256 } from '../../../core/bundle/checksum';
import { MigrationError } from '../../../core/errors/index';
import type {
  ErrorNumbers,
  HeldLease,
  StandaloneEffect,
  StandaloneStatements,
  StatementConflict,
} from '../../../core/ports';
import type { DataApi } from './data-api';
import { findConflict } from './postgresql/conflict';

/** Statements that PostgreSQL runs only outside a transaction, such as CREATE INDEX CONCURRENTLY and VACUUM. */
export class PostgresqlStandalone implements StandaloneStatements {
  constructor(
    private readonly api: DataApi,
    private readonly lease: HeldLease,
  ) {}

  runsAlone(statement: string): 'yes' | 'no' | 'maybe' {
    if (alone.test(statement)) return 'yes';
    return mayEndTransactions.test(statement) ? 'maybe' : 'no';
  }

  mustRunAlone(sqlState: string | undefined): boolean {
    return sqlState === '25001' || sqlState === '2D000';
  }

  saysMissing({ sqlState }: ErrorNumbers): boolean {
    return absences.includes(String(sqlState));
  }

  async look(statement: string): Promise<StandaloneEffect | undefined> {
    const dropped = droppedIndex.exec(statement.trim())?.[1];
    if (dropped !== undefined) return (await this.exists(dropped)) ? 'absent' : 'present';
    const index = createdIndex(statement);
    if (index === undefined) return undefined;
    const { rows } = await this.api.execute(
      `SELECT i.indisvalid AS valid, i.indisunique AS is_unique, i.indrelid = to_regclass(:table) AS on_table,
         pg_get_indexdef(i.indexrelid) AS definition,
         EXISTS (SELECT 1 FROM pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid) AS building
       FROM pg_index i WHERE i.indexrelid = to_regclass(:index)`,
      { index: index.name, table: index.table },
    );
    const row = rows[0];
    if (!row) return 'absent';
    if (row.valid !== true) return row.building === true ? 'building' : 'broken';
    const isSame =
      row.on_table === true &&
      row.is_unique === index.isUnique &&
      methodOf(String(row.definition)) === (await this.definitionOf(index));
    return isSame ? 'present' : 'different';
  }

  private async exists(relation: string): Promise<boolean> {
    const { rows } = await this.api.execute('SELECT to_regclass(:relation) IS NOT NULL AS found', { relation });
    return rows[0]?.found === true;
  }

  /**
   * How PostgreSQL would write down the index that a statement makes: made on an empty table of the same columns, and
   * rolled back. Undefined when it cannot be made.
   */
  private async definitionOf({ table, isUnique, rest }: CreatedIndex): Promise<string | undefined> {
    try {
      return await this.api.transaction(async (connection) => {
        await connection.execute(`CREATE TEMPORARY TABLE cdk_migrations_like (LIKE ${table})`);
        await connection.execute(
          `CREATE ${isUnique ? 'UNIQUE ' : ''}INDEX cdk_migrations_index ON pg_temp.cdk_migrations_like ${rest}`,
        );
        const { rows } = await connection.execute(
          "SELECT pg_get_indexdef('pg_temp.cdk_migrations_index'::regclass) AS definition",
        );
        throw new Found(methodOf(String(rows[0]?.definition)));
      });
    } catch (error) {
      if (error instanceof Found) return error.message;
      if (error instanceof MigrationError && error.code === 'STATEMENT_FAILED') return undefined;
      throw error;
    }
  }

  conflict(statements: readonly string[]): Promise<StatementConflict | undefined> {
    return findConflict(this.api, statements);
  }

  /** What these statements make is looked up by its definition. */
  async fingerprint(): Promise<undefined> {
    return undefined;
  }

  async remainder(statement: string): Promise<string> {
    return statement;
  }

  isRepeatable(statement: string): boolean {
    return repeatable.test(statement);
  }

  async run(statement: string, tag: string): Promise<'done' | 'running' | { readonly missing: MigrationError }> {
    await this.lease.guard();
    try {
      // The tag comes first: the list of sessions shows the beginning of long statements only.
      const result = await this.api.executeOnce(`/* ${markerOf(tag)} */ ${statement}`);
      return result === 'lost' ? 'running' : 'done';
    } catch (error) {
      if (!(error instanceof MigrationError)) throw error;
      if (error.code === 'STATEMENT_TIMEOUT') return 'running';
      if (this.saysMissing(error.payload)) return { missing: error };
      throw error;
    }
  }

  async isRunning(tag: string): Promise<boolean> {
    const { rows } = await this.api.execute(`SELECT count(*) AS sessions ${sessionsOf}`, {
      marker: `%${markerOf(tag)}%`,
    });
    return Number(rows[0]?.sessions) > 0;
  }

  async stop(tag: string): Promise<void> {
    await this.lease.guard();
    await this.api.execute(`SELECT pg_cancel_backend(pid) AS stopped ${sessionsOf}`, { marker: `%${markerOf(tag)}%` });
  }

  /** Dropping waits for every transaction that uses the table, and so may outlive its call too. */
  async discard(statement: string, tag: string): Promise<'done' | 'running'> {
    const index = createdIndex(statement);
    if (index === undefined) return 'done';
    const discarding = `${tag} discard`;
    if (await this.isRunning(discarding)) return 'running';
    const result = await this.run(`DROP INDEX CONCURRENTLY IF EXISTS ${index.name}`, discarding);
    return result === 'running' ? 'running' : 'done';
  }
}

/** Ends the transaction of a question whose answer must leave nothing behind. */
class Found extends Error {}

/** Sessions that run a statement with a marker. The one that asks has the marker among its parameters only. */
const sessionsOf = "FROM pg_stat_activity WHERE state <> 'idle' AND pid <> pg_backend_pid() AND query LIKE :marker";

function markerOf(tag: string): string {
  return `cdk_migrations ${sha256(tag).slice(0, 24)}`;
}

/** Of a definition as PostgreSQL writes it, what does not name the index or its table. */
function methodOf(definition: string): string {
  return definition.slice(definition.indexOf(' USING '));
}

interface CreatedIndex {
  /** As it is written in the text, in its table's schema. */
  readonly name: string;
  readonly table: string;
  readonly isUnique: boolean;
  /** What follows the table. */
  readonly rest: string;
}

const identifier = '(?:"(?:[^"]|"")+"|[\\w$]+)';

const createIndex = new RegExp(
  `^create\\s+(unique\\s+)?index\\s+(?:concurrently\\s+)?(?:if\\s+not\\s+exists\\s+)?(${identifier})\\s+` +
    `on\\s+(?:only\\s+)?((?:(${identifier})\\.)?${identifier})\\s*([\\s\\S]*)$`,
  'i',
);

const droppedIndex = new RegExp(
  `^drop\\s+index\\s+concurrently\\s+(?:if\\s+exists\\s+)?((?:${identifier}\\.)?${identifier})\\s*(?:restrict|cascade)?\\s*;?\\s*$`,
  'i',
);

/** An index lives in its table's schema, whatever the search path says. */
function createdIndex(text: string): CreatedIndex | undefined {
  const match = createIndex.exec(text.trim());
  if (!match || /^on$/i.test(match[2]!)) return undefined;
  const [, unique, name, table, schema, rest] = match;
  return { name: schema ? `${schema}.${name}` : name!, table: table!, isUnique: unique !== undefined, rest: rest! };
}

/** Statements that PostgreSQL runs neither in a function nor in a transaction (its documentation of each says so). */
const alone =
  /^\s*(vacuum\b|cluster\s*;?\s*$|cluster\s+\(?verbose|checkpoint\b|alter\s+system\b|(create|drop|alter)\s+(database|tablespace|subscription)\b|reindex\s+(\([^)]*\)\s*)?(database|schema|system)\b|(create|drop|reindex|alter)\b[\s\S]*\bconcurrently\b)/i;

/** Procedures and blocks may end transactions; only running them shows whether they do. */
const mayEndTransactions = /^\s*(call|do)\b/i;

const repeatable = /^\s*(vacuum|analyze|reindex|refresh|cluster|checkpoint)\b|\bif\s+(not\s+)?exists\b/i;

/** SQLSTATEs for "does not exist". */
const absences = ['42P01', '42703', '42704', '42883', '3F000'];
