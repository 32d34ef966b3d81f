import { SandboxError } from '../../../sandbox-error';
import { shownUrl } from '../engine/shown-url';
import { connectionOptions, loadDriver } from './driver';

/** Refuses a server that does not answer, or whose user may not create databases, before anything is put on it. */
export async function requireMysql(url: string): Promise<void> {
  const shown = shownUrl(url);
  const { createConnection } = await loadDriver();
  try {
    const connection = await createConnection(connectionOptions(url));
    try {
      const [rows] = await connection.query('SHOW GRANTS');
      const grants = (rows as readonly Readonly<Record<string, unknown>>[]).flatMap((row) => Object.values(row));
      if (!grants.some((grant) => MAY_CREATE.test(String(grant)))) {
        throw unusable(shown, 'its user may not create databases');
      }
    } finally {
      connection.destroy();
    }
  } catch (error) {
    throw error instanceof SandboxError ? error : unusable(shown, reasonOf(error), error);
  }
}

const MAY_CREATE = /^GRANT (ALL PRIVILEGES|.*\bCREATE\b).* ON (\*\.\*|`sandbox\\?_.*`\.\*)/i;

function unusable(shown: string, reason: string, cause?: unknown): SandboxError {
  return new SandboxError('MYSQL_UNUSABLE', `The MySQL server at ${shown} cannot be used: ${reason}.`, {
    payload: { server: shown },
    hint: 'Write it as --mysql mysql://USER:PASSWORD@HOST:PORT, for a user that may create databases.',
    cause,
  });
}

function reasonOf(error: unknown): string {
  const { message, code } = error as { readonly message?: string; readonly code?: string };
  return (message || code || String(error)).replace(/\.$/, '');
}
