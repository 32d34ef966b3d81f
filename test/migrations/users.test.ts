import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SqlConnection, SqlMigration } from 'cdk-migrations/authoring';
import type { Client } from 'pg';
import { buildBundle } from '../../bundler';
import { type Action, actionsOf, type BundledMigration } from '../../core/bundle/bundle';
import guessDiet from '../../migrations/users/1.2.1_guess_diet_from_events';
import { type PgliteServer, startPglite } from '../../packages/sandbox/src/services/rds-data/engine/pglite-server';

const CODE: Readonly<Record<string, SqlMigration>> = { 'users/1.2.1': guessDiet };

describe('the migrations of the example app', () => {
  let migrations: readonly BundledMigration[];
  const folder = mkdtempSync(join(tmpdir(), 'users-migrations-'));
  let server: PgliteServer;
  let db: Client;
  const connection: SqlConnection = {
    async execute(statement, parameters = {}) {
      const names = Object.keys(parameters);
      const text = statement.replace(/:(\w+)/g, (_, name: string) => `$${names.indexOf(name) + 1}`);
      const { rows, rowCount } = await db.query<Record<string, unknown>>(text, Object.values(parameters));
      return { rows, rowCount: rowCount ?? 0 };
    },
  };

  beforeAll(async () => {
    server = await startPglite(folder);
    db = server.client;
    const { bundle } = await buildBundle({ folder: join(__dirname, '../../migrations') });
    migrations = bundle.migrations.filter(({ target }) => target === 'users');
  });
  afterAll(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function run(migration: BundledMigration, phase: 'up' | 'down' | 'contract'): Promise<void> {
    for (const action of actionsOf(migration, phase)) await perform(migration, action);
    if (phase !== 'up') return;
    const verifications = actionsOf(migration, 'verify');
    for (const { text } of verifications.flatMap((action) => (action.type === 'verify' ? action.statements : []))) {
      const { rows } = await db.query<object>(text);
      expect({ text, answer: Object.values(rows[0]!) }).toEqual({ text, answer: [true] });
    }
  }

  async function perform({ id }: BundledMigration, action: Action): Promise<void> {
    if (action.type === 'code') await CODE[id]![action.function]!(connection);
    if (action.type === 'sql') for (const { text } of action.statements) await db.query(text);
  }

  const from = (version: string) =>
    migrations.slice(migrations.findIndex((migration) => migration.version === version));

  it('the SQL migrations can be applied, undone and applied again, and the rows of users are kept', async () => {
    for (const migration of migrations.slice(0, 2)) await run(migration, 'up');
    await db.query("INSERT INTO users (email, name) VALUES ('ada@example.com', 'Ada'), ('bob@example.com', 'Bob')");
    for (let meal = 0; meal < 3; meal++) {
      await db.query("INSERT INTO user_events (user_id, event, tag) VALUES (1, 'meal_logged', 'vegan')");
    }
    const before = await describeUsers(db);

    for (const migration of from('1.2.0')) await run(migration, 'up');
    const between = await db.query('SELECT name, diet, diet_source FROM users ORDER BY id');
    expect(between.rows).toEqual([
      { name: 'Ada', diet: 'vegan', diet_source: 'guess' },
      { name: 'Bob', diet: null, diet_source: null },
    ]);
    for (const migration of from('1.2.0').reverse()) await run(migration, 'down');
    expect(await describeUsers(db)).toEqual(before);

    for (const migration of from('1.2.0')) await run(migration, 'up');
  });

  it('the SQL migrations can be undone completely after they were contracted', async () => {
    for (const migration of migrations) await run(migration, 'contract');
    await db.query("INSERT INTO users (email, name) VALUES ('eve@example.com', 'Eve')");
    const { rows } = await db.query('SELECT diet FROM users ORDER BY id');
    expect(rows).toEqual([{ diet: 'vegan' }, { diet: 'any' }, { diet: 'any' }]);

    for (const migration of [...migrations].reverse()) await run(migration, 'down');
    expect((await describeUsers(db)).columns).toEqual([]);
  });
});

async function describeUsers(db: Client) {
  const columns = await db.query(
    "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2",
  );
  const indexes = await db.query("SELECT indexname FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1");
  const constraints = await db.query(
    "SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1",
  );
  return { columns: columns.rows, indexes: indexes.rows, constraints: constraints.rows };
}
