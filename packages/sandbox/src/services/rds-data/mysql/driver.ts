import type * as Mysql from 'mysql2/promise';
import { SandboxError } from '../../../sandbox-error';

/** The driver is the user's to install: only a sandbox with a MySQL server needs it. */
export async function loadDriver(): Promise<typeof Mysql> {
  try {
    return await import('mysql2/promise');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    throw new SandboxError('MYSQL_UNUSABLE', 'A MySQL server needs the package mysql2, which is not installed.', {
      hint: 'npm install --save-dev mysql2',
      cause: error,
    });
  }
}

/** How to connect to a server by its URL, `mysql://USER:PASSWORD@HOST:PORT`. @throws for a text that is none */
export function connectionOptions(url: string): Mysql.ConnectionOptions {
  const { protocol, hostname, port, username, password } = new URL(url);
  if (!['mysql:', 'mariadb:'].includes(protocol))
    throw new Error(`its URL begins with ${protocol} and not with mysql:`);
  return {
    host: hostname,
    port: port === '' ? 3306 : Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    connectTimeout: 10_000,
  };
}
