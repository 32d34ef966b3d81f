import { spawnSync } from 'node:child_process';
import mysql from 'mysql2/promise';

const url = process.env.TEST_MYSQL_URL ?? 'mysql://root@127.0.0.1:3306';

/**
 * The MySQL or MariaDB server that tests may use, or undefined when there is none: then they are skipped. With REQUIRE_SERVERS=1 a
 * missing server is a failure. Tests are declared without waiting for anything.
 */
export function mysqlUrlIfReachableNow(): string | undefined {
  const connect = `require('mysql2/promise').createConnection({ uri: process.argv[1], connectTimeout: 2000 })
    .then((connection) => connection.end());`;
  const { status, stderr } = spawnSync(process.execPath, ['-e', connect, url], { cwd: __dirname, encoding: 'utf8' });
  if (status === 0) return url;
  if (process.env.REQUIRE_SERVERS === '1') throw new Error(`MySQL is required and cannot be reached: ${stderr}`);
  console.log(`No MySQL server (${stderr}): what needs one is skipped.`);
  return undefined;
}

/** Drops databases that a test left on the server. */
export async function dropMysqlDatabases(names: readonly string[]): Promise<void> {
  const connection = await mysql.createConnection({ uri: url });
  for (const name of names) await connection.query(`DROP DATABASE IF EXISTS \`${name}\``);
  await connection.end();
}
