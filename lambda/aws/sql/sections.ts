import { hasCode, MigrationError } from '../../../core/errors/index';
import type { Section, SectionResult, SqlConnection, SqlResult } from '../../../core/ports';

/**
 * Runs a section with a call for each statement, in one transaction.
 *
 * @param transact runs work in a transaction with the section's change of the history; perhaps more than once
 */
export async function runInCalls(
  { statements, verify }: Section,
  transact: (work: (connection: SqlConnection) => Promise<void>) => Promise<SectionResult>,
  isTrue: (value: unknown) => boolean,
): Promise<SectionResult> {
  let statement = -1;
  try {
    const result = await transact(async (connection) => {
      statement = -1;
      for (const text of statements) {
        statement += 1;
        await connection.execute(text);
      }
      for (const text of verify) {
        statement += 1;
        checkVerified(await connection.execute(text), isTrue);
      }
    });
    return result.outcome === 'locked' ? { ...result, statement } : result;
  } catch (error) {
    if (error instanceof Unverified) return { outcome: 'unverified', statement, returned: error.message };
    if (!hasCode(error, 'STATEMENT_FAILED')) throw error;
    const { sqlState, errorNumber } = error.payload;
    return { outcome: 'failed', statement, message: error.message, sqlState, errorNumber };
  }
}

/** Ends a transaction whose verification did not return true; the message says what it returned. */
class Unverified extends Error {}

function checkVerified({ rows }: SqlResult, isTrue: (value: unknown) => boolean): void {
  const values = rows.map((row) => Object.values(row)[0]);
  if (values.length === 1 && isTrue(values[0])) return;
  throw new Unverified(values.length === 1 ? JSON.stringify(values[0]) : `${values.length} rows`);
}

/**
 * A process that died leaves its transaction open until the Data API ends it, three minutes after its last call
 * (aws-facts RDS-2), and a section that outlives its call holds the fence until it ends. Until then the only thing to
 * do is to come back later.
 */
export async function unlessBusy<T>(
  execute: () => Promise<T>,
  isLocked: (error: MigrationError) => boolean,
): Promise<T> {
  try {
    return await execute();
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error;
    // Also a Data API that waited in vain.
    if (error.code !== 'STATEMENT_TIMEOUT' && !isLocked(error)) throw error;
    throw busy(error);
  }
}

export function busy(cause?: unknown): MigrationError {
  return new MigrationError('DATABASE_BUSY', 'A transaction of an earlier call is still open in the database.', {
    hint: 'It ends by itself: the RDS Data API ends a transaction three minutes after its last statement.',
    cause,
  });
}

export function fenced(token: number): MigrationError {
  return new MigrationError('LEASE_LOST', `A later holder than token ${token} writes to this database now.`);
}

/** The transaction was ended without an error of ours (aws-facts RDS-2). */
export function isLostTransaction(error: unknown): boolean {
  return error instanceof Error && error.name === 'TransactionNotFoundException';
}
