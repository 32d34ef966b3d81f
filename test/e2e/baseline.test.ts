import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { expectStatus } from '../support/expect-status';
import type { Release } from '../support/lifecycle-app';
import { writeMigrations } from '../support/lifecycle-app';
import { historyOf } from '../support/lifecycle-steps';
import { LifecycleWorld, reasonOf } from '../support/lifecycle-world';
import { releaseNext } from '../support/releases';
import { type JsonError, runJson } from '../support/run-cli';

jest.setTimeout(120_000);

const users = Object.fromEntries(Object.entries(releaseNext).filter(([file]) => file.startsWith('users/')));
const release: Release = {
  ...users,
  'users/1.2.0_index_name.sql': `-- depends-on: 1.1.0
-- migrate:up
CREATE INDEX users_by_name ON users (name);
-- migrate:down
DROP INDEX users_by_name;
`,
};

/** A team had this database before it had migrations. */
describe('a database with a schema that was made by hand', () => {
  let world: LifecycleWorld;

  beforeAll(async () => {
    world = await LifecycleWorld.open();
  });

  afterAll(async () => {
    await world.close();
  });

  async function madeByHand(stack: string, typeOfAge: string): Promise<void> {
    const make = (statement: string) => world.sql(stack, statement);
    await make(`CREATE TABLE users (name text NOT NULL, age ${typeOfAge}, id int PRIMARY KEY)`);
    await make('CREATE TABLE contracted (id int)');
    await make(`INSERT INTO users (id, name) VALUES (1, 'ada')`);
  }

  const schemas = (stack: string) =>
    world.sql(stack, `SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_|^information_schema$' ORDER BY 1`);

  it('is adopted once it is what the migrations up to its baseline make', async () => {
    await world.deploy({ stack: 'Hand', release: {}, sibling: '1', without: true });
    await madeByHand('Hand', 'bigint');
    const found = await schemas('Hand');
    const app = { stack: 'Hand', release, props: { baseline: '1.1.0' } };

    const refused = await world.deploy({ ...app, sibling: '2' });
    expect(refused.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(reasonOf(refused, /^Migrations[0-9A-F]{8}$/)).toMatch(
      /not what its migrations up to the baseline 1\.1\.0 make of an empty one\. One difference: column [a-z."]*users[."]+age"? is "bigint", and by the migrations "integer"/,
    );

    await world.sql('Hand', 'ALTER TABLE users ALTER COLUMN age TYPE int');
    const before = await world.snapshot('Hand');
    expect(await schemas('Hand')).toEqual(found);
    const failed = await world.deploy({ ...app, sibling: '3' }, { fail: [{ logicalId: 'Sibling' }] });
    expect(failed.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await world.snapshot('Hand')).toEqual(before);
    expect(await schemas('Hand')).toEqual(found);

    const result = await world.deploy({ ...app, sibling: '4' });
    expectStatus(result, 'UPDATE_COMPLETE');
    expect(reasonOf(result, /^Migrations[0-9A-F]{8}$/)).toMatch(
      /Applied 1 migration: users\/1\.2\.0 .* Baselined 2 migrations: users\/1\.0\.0, users\/1\.1\.0\./,
    );
    expect(await world.sql('Hand', `SELECT name FROM users WHERE age IS NULL`)).toEqual([{ name: 'ada' }]);
    expect(await world.sql('Hand', `SELECT indexname FROM pg_indexes WHERE indexname = 'users_by_name'`)).toHaveLength(
      1,
    );
    const { migrations, open } = await world.quietLedger('Hand');
    expect(open).toEqual([]);
    expect(migrations.map(({ id, baselined, contract }) => [id, baselined, contract])).toEqual([
      ['users/1.0.0', true, 'none'],
      ['users/1.1.0', true, 'done'],
      ['users/1.2.0', undefined, 'none'],
    ]);
    expect(await historyOf(world, 'Hand')).toContain('migration-baselined');
    expect((await runJson(['drift', '--stack', 'Hand', '--target', 'users'])).exitCode).toBe(0);
  });

  it('is adopted by the command after a deployment without migrations', async () => {
    expectStatus(await world.deploy({ stack: 'Command', release: {}, sibling: '1' }), 'CREATE_COMPLETE');
    await madeByHand('Command', 'int');
    const folder = writeMigrations(world.folder, release);
    const baseline = (...more: readonly string[]) =>
      runJson<Record<string, unknown> & JsonError>([
        'baseline',
        '--stack',
        'Command',
        '--target',
        'users',
        '--migrations',
        folder,
        ...more,
      ]);

    expect(await baseline('1.2.0')).toMatchObject({
      exitCode: 1,
      json: { recorded: false, differences: [{ kind: 'index', difference: 'missing' }] },
    });
    expect(await baseline('1.1.0', '--dry-run')).toMatchObject({
      exitCode: 0,
      json: { recorded: false, differences: [] },
    });
    expect(await baseline('1.1.0')).toMatchObject({
      exitCode: 0,
      json: { scope: 'Command/Migrations', recorded: true, migrations: ['users/1.0.0', 'users/1.1.0'] },
    });

    const result = await world.deploy({ stack: 'Command', release, sibling: '2' });
    expectStatus(result, 'UPDATE_COMPLETE');
    expect(reasonOf(result, /^Migrations[0-9A-F]{8}$/)).toContain('Applied 1 migration: users/1.2.0');
    expect((await world.quietLedger('Command')).migrations).toHaveLength(3);
  });
});
