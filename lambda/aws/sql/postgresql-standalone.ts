import { MigrationError } from '../../../core/errors/index';
import type { HeldLease, StandaloneEffect, StandaloneStatements } from '../../../core/ports';
import type { DataApi } from './data-api';

/** Statements that PostgreSQL runs only outside a transaction, such as CREATE INDEX CONCURRENTLY and VACUUM. */
export class PostgresqlStandalone implements StandaloneStatements {
  constructor(
    private readonly api: DataApi,
    private readonly lease: HeldLease,
  ) {}

  async look(statement: string): Promise<StandaloneEffect | undefined> {
    const index = createdIndex(statement);
    if (index === undefined) return undefined;
    const { rows } = await this.api.execute(
      `SELECT i.indisvalid AS valid, EXISTS (SELECT 1 FROM pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid) AS building ` +
        'FROM pg_index i WHERE i.indexrelid = to_regclass(:index)',
      { index },
    );
    const row = rows[0];
    if (!row) return 'absent';
    if (row.valid === true) return 'present';
    return row.building === true ? 'building' : 'broken';
  }

  isRepeatable(statement: string): boolean {
    return repeatable.test(statement);
  }

  async run(statement: string): Promise<'done' | 'running' | { readonly missing: MigrationError }> {
    await this.lease.guard();
    try {
      await this.api.execute(statement);
      return 'done';
    } catch (error) {
      if (!(error instanceof MigrationError)) throw error;
      if (error.code === 'STATEMENT_TIMEOUT' && createdIndex(statement) !== undefined) return 'running';
      if (absences.includes(String(error.payload.sqlState))) return { missing: error };
      throw error;
    }
  }

  async discard(statement: string): Promise<void> {
    const index = createdIndex(statement);
    if (index === undefined) return;
    await this.lease.guard();
    await this.api.execute(`DROP INDEX CONCURRENTLY IF EXISTS ${index}`);
  }
}

/** Name of the index that a statement creates, as it is written in the text. */
function createdIndex(text: string): string | undefined {
  const match =
    /^create\s+(?:unique\s+)?index\s+(?:concurrently\s+)?(?:if\s+not\s+exists\s+)?((?:"(?:[^"]|"")+"|[\w$.])+)\s+on\s/i.exec(
      text.trim(),
    );
  const name = match?.[1];
  if (!name || /^(on)$/i.test(name)) return undefined;
  return qualify(name, text);
}

/** An index lives in its table's schema, whatever the search path says. */
function qualify(name: string, text: string): string {
  const table = /\son\s+(?:only\s+)?((?:"(?:[^"]|"")+"|[\w$])+)\.((?:"(?:[^"]|"")+"|[\w$])+)/i.exec(text);
  return table ? `${table[1]}.${name}` : name;
}

const repeatable = /^\s*(vacuum|analyze|reindex|refresh|cluster|checkpoint)\b|\bif\s+(not\s+)?exists\b/i;

/** SQLSTATEs for "does not exist". */
const absences = ['42P01', '42703', '42704', '42883', '3F000'];
