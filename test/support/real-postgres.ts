import { spawnSync } from 'node:child_process';
import { Client } from 'pg';

const url = process.env.TEST_POSTGRES_URL ?? 'postgresql://postgres@127.0.0.1:5432/test';

/**
 * The PostgreSQL server that tests may use, or undefined when there is none: then they run on PGlite, or are skipped.
 * With REQUIRE_SERVERS=1 a missing server is a failure.
 */
export async function postgresUrlIfReachable(): Promise<string | undefined> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  try {
    await client.connect();
    await client.end();
    return url;
  } catch (error) {
    return unreachable(String(error));
  }
}

/** The same for what decides which tests a file has: tests are declared without waiting for anything. */
export function postgresUrlIfReachableNow(): string | undefined {
  const connect = `const { Client } = require('pg');
    const client = new Client({ connectionString: process.argv[1], connectionTimeoutMillis: 2000 });
    client.connect().then(() => client.end());`;
  const { status, stderr } = spawnSync(process.execPath, ['-e', connect, url], { cwd: __dirname, encoding: 'utf8' });
  return status === 0 ? url : unreachable(stderr);
}

function unreachable(reason: string): undefined {
  if (process.env.REQUIRE_SERVERS === '1') throw new Error(`PostgreSQL is required and cannot be reached: ${reason}`);
  console.log(`No PostgreSQL server (${reason}): what needs one is skipped, the rest runs on PGlite.`);
}

/** Drops databases that a test left on the server, if it used one. */
export async function dropDatabases(names: readonly string[]): Promise<void> {
  const connectionString = await postgresUrlIfReachable();
  if (connectionString === undefined || names.length === 0) return;
  const client = new Client({ connectionString });
  await client.connect();
  for (const name of names) await client.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
  await client.end();
}
