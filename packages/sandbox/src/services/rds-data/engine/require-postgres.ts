import { Client } from 'pg';
import { SandboxError } from '../../../sandbox-error';
import { shownUrl } from './shown-url';

const PATIENCE_MS = 10_000;

/** Refuses a server that does not answer, or whose role may not create databases, before anything is put on it. */
export async function requirePostgres(url: string): Promise<void> {
  const shown = shownUrl(url);
  const client = connectionTo(url, shown);
  // The end of a connection that failed is reported once more.
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ readonly may: boolean }>(
      'SELECT rolcreatedb OR rolsuper AS may FROM pg_roles WHERE rolname = current_user',
    );
    if (!rows[0]?.may) throw unusable(shown, 'its role may not create databases');
  } catch (error) {
    throw error instanceof SandboxError ? error : unusable(shown, reasonOf(error), error);
  } finally {
    await client.end().catch(() => {});
  }
}

function connectionTo(url: string, shown: string): Client {
  try {
    return new Client({ connectionString: url, connectionTimeoutMillis: PATIENCE_MS });
  } catch (error) {
    throw unusable(shown, reasonOf(error), error);
  }
}

function unusable(shown: string, reason: string, cause?: unknown): SandboxError {
  return new SandboxError('POSTGRES_UNUSABLE', `The PostgreSQL server at ${shown} cannot be used: ${reason}.`, {
    payload: { server: shown },
    hint: 'Write it as --postgres postgresql://USER:PASSWORD@HOST:PORT/postgres, for a role with CREATEDB.',
    cause,
  });
}

/** Node reports one error for each address of a host that it tried. */
function reasonOf(error: unknown): string {
  const errors = error instanceof AggregateError ? error.errors : [error];
  return errors.map((one) => (one instanceof Error ? one.message : String(one)).replace(/\.$/, '')).join('; ');
}
