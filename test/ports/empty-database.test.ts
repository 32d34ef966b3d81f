import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isEmpty } from '../../core/engine/is-empty';
import type { Target } from '../../core/ports';
import { session } from './support/records';
import { auroraKinds, type SqlUnderTest } from './support/sql-databases';

/** A new database gets all migrations, whatever its baseline. */
describe.each(auroraKinds)('a database of $name', ({ open }) => {
  let database: SqlUnderTest;
  let target: Target;

  beforeAll(async () => {
    database = await open();
    target = database.target(session(1, 'App/Migrations'));
  }, 60_000);
  afterAll(() => database.close());

  it('is empty with what the protocol and an administrator make in it, and not with a table or a function', async () => {
    const run = (statement: string) => target.sql!.query(statement);
    await target.prepare();
    expect(await isEmpty(target, [])).toBe(true);

    await run('CREATE SCHEMA app');
    await run('ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO PUBLIC');
    await run(`COMMENT ON SCHEMA app IS 'of the application'`);
    expect(await isEmpty(target, [])).toBe(true);

    await run('CREATE TABLE app.schema_migrations (version varchar PRIMARY KEY)');
    expect(await isEmpty(target, [])).toBe(true);

    await run('CREATE TABLE app.users (id int)');
    expect(await isEmpty(target, [], ['table app.user?'])).toBe(false);
    expect(await isEmpty(target, [], ['table app.user*'])).toBe(true);
    expect(await isEmpty(target, [])).toBe(false);
    await run('DROP TABLE app.users');
    await run(`CREATE FUNCTION app.one() RETURNS int LANGUAGE sql AS 'SELECT 1'`);
    expect(await isEmpty(target, [])).toBe(false);
  });
});
