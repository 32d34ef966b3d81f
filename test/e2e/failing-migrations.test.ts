import { AwsError } from '@cdk-migrations/sandbox';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { atReleaseA } from '../support/lifecycle-steps';
import { LifecycleWorld, reasonOf, statuses } from '../support/lifecycle-world';
import { releaseA } from '../support/releases';

jest.setTimeout(120_000);

/** A migration that fails halfway leaves the databases as before, and says where and why. */
describe('a migration that fails', () => {
  let world: LifecycleWorld;
  let before: unknown;

  beforeAll(async () => {
    world = await LifecycleWorld.open();
    before = await atReleaseA(world, 'Fails');
  });

  afterAll(async () => {
    await world.close();
  });

  /** Deploys release A with more files, which must fail and leave everything as it was. Returns the reason that people see. */
  async function failingRelease(files: Readonly<Record<string, string>>, sibling: string): Promise<string> {
    const result = await world.deploy({ stack: 'Fails', release: { ...releaseA, ...files }, sibling });
    expect(statuses(result).at(-1)).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await world.snapshot('Fails')).toEqual(before);
    const state = await world.quietLedger('Fails');
    expect(state.open).toEqual([]);
    expect(state.migrations.map(({ id }) => id)).toEqual(['meals/1.0.0', 'users/1.0.0']);
    return reasonOf(result, /^Migrations[0-9A-F]{8}$/);
  }

  it('a failure at the second of three statements leaves nothing of the migration, and the reason names file, line and statement', async () => {
    const reason = await failingRelease(
      {
        'users/1.1.0_three_statements.sql': `-- depends-on: 1.0.0
-- migrate:up
ALTER TABLE users ADD COLUMN first_of_three text;
ALTER TABLE no_such_table ADD COLUMN second_of_three text;
ALTER TABLE users ADD COLUMN third_of_three text;
-- migrate:down
ALTER TABLE users DROP COLUMN first_of_three, DROP COLUMN third_of_three;
`,
      },
      '2',
    );

    expect(reason).toContain('Migration users/1.1.0 failed at users/1.1.0_three_statements.sql:4');
    expect(reason).toContain('no_such_table');
    expect(reason).toContain('Statement: ALTER TABLE no_such_table ADD COLUMN second_of_three text');
    expect(reason).toContain('The databases are as they were before this deployment.');
  });

  it('a failure of a later migration undoes the earlier ones of the deployment, and names them', async () => {
    const reason = await failingRelease(
      {
        'users/1.1.0_good.sql':
          '-- depends-on: 1.0.0\n-- migrate:up\nCREATE TABLE good (id int);\n-- migrate:down\nDROP TABLE good;\n',
        'users/1.2.0_index.sql':
          '-- depends-on: 1.1.0\n-- migrate:up transaction:false\nCREATE INDEX CONCURRENTLY by_id ON good (id);\nCREATE INDEX CONCURRENTLY lost ON no_such_table (id);\n-- migrate:down transaction:false\nDROP INDEX CONCURRENTLY lost;\nDROP INDEX CONCURRENTLY by_id;\n',
      },
      '3',
    );

    expect(reason).toContain('Migration users/1.2.0 failed at users/1.2.0_index.sql:4');
    expect(reason).toContain('CREATE INDEX CONCURRENTLY lost ON no_such_table (id)');
    expect(reason).toContain('Undone: users/1.1.0');
  });

  const lists = (second: string) => ({
    'meals/1.1.0_index.ts': `import { addGlobalIndex, createTable, dynamodb } from 'cdk-migrations/authoring';
export default dynamodb({
  dependsOn: ['1.0.0'],
  up: [
    createTable({ table: 'lists', partitionKey: { name: 'id', type: 'S' } }),
    addGlobalIndex({ table: '${second}', name: 'byWeek', partitionKey: { name: 'week', type: 'S' } }),
  ],
});
`,
  });

  it('a failure at an index that DynamoDB refuses undoes the first operation of the migration', async () => {
    const stop = world.sandbox.intercept({
      before({ operation, body }) {
        if (operation === 'UpdateTable' && body.includes('byWeek')) {
          throw new AwsError('ValidationException', 'No index today.');
        }
      },
    });
    const reason = await failingRelease(lists('lists'), '4');
    stop();

    expect(reason).toContain('Migration meals/1.1.0 failed at meals/1.1.0_index.ts');
    expect(reason).toContain('refused to change fails-lists: ValidationException: No index today.');
  });

  it('a migration with an operation on a table that does not exist does nothing at all', async () => {
    const created: string[] = [];
    const stop = world.sandbox.intercept({
      before({ operation, body }) {
        if (operation === 'CreateTable') created.push(body);
      },
    });
    const reason = await failingRelease(lists('nowhere'), '5');
    stop();

    expect(reason).toContain('addGlobalIndex byWeek: the table fails-nowhere does not exist');
    expect(created).toEqual([]);
  });

  it('a TypeScript migration that throws is undone, and the reason names the line', async () => {
    const reason = await failingRelease(
      {
        'users/1.1.0_throws.ts': `import { sql } from 'cdk-migrations/authoring';

export default sql({
  dependsOn: ['1.0.0'],
  async up(db) {
    await db.execute("UPDATE users SET name = 'gone'");
    throw new Error('the third user is missing');
  },
  async down() {},
});
`,
      },
      '5',
    );

    expect(reason).toContain('Migration users/1.1.0 failed at users/1.1.0_throws.ts:7');
    expect(reason).toContain('the third user is missing');
    expect(reason).toContain("UPDATE users SET name = '…'");
  });

  it('a migration whose verification fails is undone, and the reason names the check', async () => {
    const reason = await failingRelease(
      {
        'users/1.1.0_checked.sql':
          '-- depends-on: 1.0.0\n-- migrate:up\nCREATE TABLE checked (id int);\n-- migrate:down\nDROP TABLE checked;\n-- migrate:verify\nSELECT count(*) = 1 FROM checked;\n',
      },
      '6',
    );

    expect(reason).toContain('Migration users/1.1.0 failed at users/1.1.0_checked.sql:7');
    expect(reason).toContain('SELECT count(*) = 1 FROM checked');
  });
});
