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
    if (process.env.REQUIRE_SERVERS === '1')
      throw new Error(`PostgreSQL is required and cannot be reached: ${String(error)}`);
    console.log(`No PostgreSQL server (${String(error)}): what needs one is skipped, the rest runs on PGlite.`);
    return undefined;
  }
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
