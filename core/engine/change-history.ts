import { MigrationError } from '../errors/index';
import type { HistoryChange, HistoryMark, SqlDatabase } from '../ports';
import { lockError } from './kinds/lock-error';

/** Changes what a database's history knows, and nothing else. What is so already stays so. */
export async function changeHistory(
  sql: SqlDatabase,
  change: HistoryChange,
  mark: HistoryMark,
  attempt: string,
): Promise<void> {
  const result = await sql.runSection({ change, mark, statements: [], verify: [], attempt });
  switch (result.outcome) {
    case 'edited':
      throw new MigrationError('CHECKSUM_MISMATCH', `The database has a record of ${mark.id} with another checksum.`, {
        payload: { migrations: [mark.id] },
        hint: 'An applied migration must never change. Restore the file as it was, and add a new migration for the change.',
      });
    case 'failed': {
      const { message, sqlState, errorNumber } = result;
      throw new MigrationError('STATEMENT_FAILED', message, { payload: { sqlState, errorNumber } });
    }
    case 'locked':
      throw lockError(result.wait);
  }
}
