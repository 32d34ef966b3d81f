import type { Release } from './lifecycle-app';

/** First release: a table in each database. */
export const releaseA: Release = {
  'users/1.0.0_create_users.sql': `-- migrate:up
CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL);
-- migrate:down
DROP TABLE users;
`,
  'meals/1.0.0_create_plans.ts': `import { createTable, dynamodb } from 'cdk-migrations/authoring';
export default dynamodb({ up: [createTable({ table: 'plans', partitionKey: { name: 'id', type: 'S' } })] });
`,
};

/** Second release: SQL, an index outside a transaction, TypeScript, an index and a table, and contract phases. */
export const releaseB: Release = {
  ...releaseA,
  'users/1.1.0_add_email.sql': `-- depends-on: 1.0.0
-- migrate:up
ALTER TABLE users ADD COLUMN email text;
CREATE TABLE events (id int PRIMARY KEY, user_id int REFERENCES users (id));
-- migrate:down
DROP TABLE events;
ALTER TABLE users DROP COLUMN email;
-- migrate:contract
CREATE TABLE contracted (id int);
-- migrate:verify
SELECT count(*) = 0 FROM events;
`,
  'users/1.2.0_index_email.sql': `-- depends-on: 1.1.0
-- migrate:up transaction:false
CREATE INDEX CONCURRENTLY users_by_email ON users (email);
-- migrate:down transaction:false
DROP INDEX CONCURRENTLY users_by_email;
`,
  'users/1.3.0_fill_email.ts': `import { sql } from 'cdk-migrations/authoring';
export default sql({
  dependsOn: ['1.2.0'],
  async up(db) {
    const { rows } = await db.execute('SELECT id, name FROM users WHERE email IS NULL');
    for (const row of rows) {
      await db.execute('UPDATE users SET email = :email WHERE id = :id', { email: row.name + '@example.com', id: row.id });
    }
  },
  async down(db) {
    await db.execute('UPDATE users SET email = NULL');
  },
});
`,
  'meals/1.1.0_find_by_week.ts': `import { addGlobalIndex, createTable, dynamodb } from 'cdk-migrations/authoring';
export default dynamodb({
  dependsOn: ['1.0.0', 'users/1.1.0'],
  up: [
    addGlobalIndex({ table: 'plans', name: 'byWeek', partitionKey: { name: 'week', type: 'S' } }),
    createTable({ table: 'lists', partitionKey: { name: 'id', type: 'S' } }),
  ],
});
`,
};

/** A small second release: one SQL migration with a contract phase. */
export const releaseNext: Release = {
  ...releaseA,
  'users/1.1.0_add_age.sql': `-- depends-on: 1.0.0
-- migrate:up
ALTER TABLE users ADD COLUMN age int;
-- migrate:down
ALTER TABLE users DROP COLUMN age;
-- migrate:contract
CREATE TABLE contracted (id int);
`,
};
