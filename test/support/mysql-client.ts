import { spawnSync } from 'node:child_process';

/** A MySQL or MariaDB server, and the client that is installed with it. */
export interface MysqlClient {
  /**
   * The statements that the client makes of a text: as it sends them, without comments. The server refuses all of them,
   * since the user may do nothing.
   */
  statements(text: string): readonly string[];
  close(): void;
}

const [host, port] = ['127.0.0.1', '3306'];
const user = 'cdk_migrations_reader';

/**
 * The client at 127.0.0.1:3306, with a user that has no privilege; undefined when there is none. With REQUIRE_SERVERS=1 a
 * missing one is a failure.
 */
export function mysqlClient(): MysqlClient | undefined {
  // A password, so that no account without one shadows it.
  const made = run(['-uroot', '-e', `CREATE OR REPLACE USER ${user}@'%' IDENTIFIED BY '${user}'`]);
  if (made.status !== 0) {
    const reason = made.error?.message ?? made.stderr;
    if (process.env.REQUIRE_SERVERS === '1') throw new Error(`MariaDB is required and cannot be reached: ${reason}`);
    console.warn(`Suites on a real MariaDB are skipped: ${reason}`);
    return undefined;
  }
  return {
    statements: (text) => sent(run([`-u${user}`, `-p${user}`, '--verbose', '--force'], text).stdout),
    close: () => void run(['-uroot', '-e', `DROP USER IF EXISTS ${user}@'%'`]),
  };
}

function run(args: readonly string[], input = '') {
  const options = { input, encoding: 'utf8', maxBuffer: 1 << 28 } as const;
  return spawnSync(
    'mariadb',
    ['--no-defaults', `-h${host}`, `-P${port}`, '--default-character-set=utf8mb4', ...args],
    options,
  );
}

/** --verbose prints each statement between two lines of dashes, and what a SELECT without a table answers after it. */
function sent(output: string): readonly string[] {
  return [...output.matchAll(/^-{14}\n([\s\S]*?)\n-{14}\n$/gm)].map(([, statement]) => statement!);
}
