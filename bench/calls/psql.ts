import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { dropDatabases } from '../../test/support/real-postgres';
import { inTemporaryFolder } from '../fresh-process';
import { countTables, smallMigrations } from './migrations';

const run = promisify(execFile);

/** How long one psql takes to apply so many migrations to a new database, each in its own transaction. */
export async function psqlSeconds(server: string, count: number): Promise<number> {
  const name = `bench_calls_psql_${process.pid}`;
  const database = new URL(server);
  database.pathname = `/${name}`;
  await query(server, `CREATE DATABASE ${name}`);
  try {
    const seconds = await inTemporaryFolder((folder) => apply(folder, database.href, count));
    const [row] = await query(database.href, countTables);
    if (row?.['tables'] !== count) throw new Error(`psql made ${row?.['tables']} tables instead of ${count}.`);
    return seconds;
  } finally {
    await dropDatabases([name]);
  }
}

async function apply(folder: string, database: string, count: number): Promise<number> {
  const file = join(folder, 'migrations.sql');
  writeFileSync(
    file,
    smallMigrations(count)
      .map(({ up }) => `BEGIN;\n${up}\nCOMMIT;\n`)
      .join(''),
  );
  const startedAt = performance.now();
  await run('psql', ['--no-psqlrc', '--quiet', '--set', 'ON_ERROR_STOP=1', '--file', file, database]);
  return (performance.now() - startedAt) / 1000;
}

async function query(connectionString: string, statement: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}
