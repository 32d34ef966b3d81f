import { hasCode } from '../../../core/errors/index';
import type { SqlConnection } from '../../../core/ports';

/** As often as others may refuse a statement: each time one of them has got what it made. */
const mostAttempts = 5;

/**
 * Runs a statement that makes what is not there. Others that make the same at the same time, also a process that died and whose
 * statement still runs, may refuse one another (PostgreSQL: 23505 of its catalogue, "tuple concurrently updated"): what counts
 * is that it is there.
 */
export async function createOnce(connection: SqlConnection, statement: string, attempt = 1): Promise<void> {
  try {
    await connection.execute(statement);
  } catch (error) {
    if (!hasCode(error, 'STATEMENT_FAILED') || attempt === mostAttempts) throw error;
    await createOnce(connection, statement, attempt + 1);
  }
}
