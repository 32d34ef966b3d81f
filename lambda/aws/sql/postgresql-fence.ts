import { MigrationError } from '../../../core/errors/index';
import type { HeldLease } from '../../../core/ports';

/**
 * A process that died leaves its transaction open until the Data API ends it, three minutes after its last call
 * (aws-facts RDS-2), and a section that outlives its call holds the fence until it ends. Until then the only thing to
 * do is to come back later.
 */
export async function unlessBusy<T>(execute: () => Promise<T>): Promise<T> {
  try {
    return await execute();
  } catch (error) {
    if (!(error instanceof MigrationError) || !isLocked(error)) throw error;
    throw busy(error);
  }
}

export function busy(cause?: unknown): MigrationError {
  return new MigrationError('DATABASE_BUSY', 'A transaction of an earlier call is still open in the database.', {
    hint: 'It ends by itself: the RDS Data API ends a transaction three minutes after its last statement.',
    cause,
  });
}

/** PostgreSQL's lock_not_available; and a Data API that waited in vain. */
function isLocked({ code, payload, message }: MigrationError): boolean {
  return payload.sqlState === '55P03' || /could not obtain lock/.test(message) || code === 'STATEMENT_TIMEOUT';
}

/** A later holder has raised the fence. */
export function fenced({ token }: HeldLease): MigrationError {
  return new MigrationError('LEASE_LOST', `A later holder than token ${token} writes to this database now.`);
}
