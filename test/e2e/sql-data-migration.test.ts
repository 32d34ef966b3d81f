import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type Cluster, physicalDatabase } from '../../packages/sandbox/src/services/rds-data/clusters';
import { StateStore } from '../../packages/sandbox/src/state';
import { expectStatus } from '../support/expect-status';
import { LifecycleWorld } from '../support/lifecycle-world';
import { dropMysqlDatabases, mysqlUrlIfReachableNow } from '../support/real-mysql';

jest.setTimeout(180_000);

const first = {
  'users/1.0.0_people.sql': `-- migrate:up
CREATE TABLE people (id bigint PRIMARY KEY, name text, first text, last text, note text NOT NULL,
  price numeric(10,2) NOT NULL, tags jsonb NOT NULL, seen timestamptz NOT NULL);
CREATE TABLE copies (id bigint PRIMARY KEY, who text NOT NULL, tags jsonb);
INSERT INTO people (id, name, note, price, tags, seen)
  SELECT n, 'First' || n || ' Last' || n, 'as it was', n / 4.0, '{"a": [1, 12345678901234567890]}', '2026-01-01 10:00:00.25+02'
    FROM generate_series(1, 300) n;
-- migrate:down
DELETE FROM people;
DROP TABLE copies;
DROP TABLE people;
`,
  'meals/1.0.0_people.ts': `import { createTable, dynamodb } from 'cdk-migrations/authoring';
export default dynamodb({ up: [createTable({ table: 'people', partitionKey: { name: 'id', type: 'N' } })] });
`,
};
const second = {
  ...first,
  'users/1.1.0_split_names.ts': `import { data } from 'cdk-migrations/authoring';
interface Person {
  readonly id: number;
  readonly name: string | null;
  readonly price: string;
}
export default data({
  dependsOn: ['1.0.0'],
  source: 'people',
  segments: 3,
  transform: ({ name, ...person }: Person) => {
    if (name === null || name === undefined) return person;
    const [first, last] = name.split(' ');
    return { ...person, first, last, price: (Number(person.price) * 2).toFixed(2) };
  },
});
`,
  'meals/1.1.0_people.ts': `import { data } from 'cdk-migrations/authoring';
export default data({
  dependsOn: ['1.0.0', 'users/1.1.0'],
  source: { target: 'users', table: 'people' },
  destination: 'people',
  transform: ({ id, first, last, tags }) => ({ id, who: \`\${first} \${last}\`, tags, even: Number(id) % 2 === 0 }),
});
`,
  'users/1.2.0_copies.ts': `import { data } from 'cdk-migrations/authoring';
export default data({
  dependsOn: ['1.1.0', 'meals/1.1.0'],
  source: { target: 'meals', table: 'people' },
  destination: 'copies',
  existing: 'replace',
  transform: ({ id, who, even }) => (even ? { id, who, tags: { even } } : []),
});
`,
};

/** The database's own history knows nothing of data migrations. */
const third = {
  ...second,
  'users/1.3.0_index.sql': `-- migrate:up
CREATE INDEX by_last ON people (last);
-- migrate:down
DROP INDEX by_last;
`,
};

/** With the built engine, its real permissions, and a PostgreSQL behind the Data API where there is one. */
describe('a data migration of SQL tables', () => {
  let world: LifecycleWorld;
  beforeAll(async () => {
    world = await LifecycleWorld.open({ assumptions: { 'dynamodb-table-create-ms': '0' } });
  });
  afterAll(() => world.close());

  const rows = (table: string) => world.sql('Shop', `SELECT * FROM ${table} ORDER BY id`);

  it('comes back row by row when a sibling fails, and never overwrites what the application writes', async () => {
    expectStatus(await world.deploy({ stack: 'Shop', release: first, sibling: '1' }), 'CREATE_COMPLETE');
    const before = await rows('people');
    const tables = await world.snapshot('Shop');
    let written = 0;
    const stop = world.sandbox.intercept({
      async before(call) {
        if (!call.functionName?.includes('EngineWork') || call.operation !== 'POST /Execute') return;
        written += 1;
        // The application, between a page that was read and its writing, and while it is taken back.
        await world.sql('Shop', `UPDATE people SET note = 'of the application' WHERE id % 50 = ${written % 50}`);
      },
    });
    const failed = await world.deploy(
      { stack: 'Shop', release: second, sibling: '2' },
      { fail: [{ logicalId: 'Sibling' }] },
    );
    stop();

    expectStatus(failed, 'UPDATE_ROLLBACK_COMPLETE');
    expect(written).toBeGreaterThan(10);
    const after = await rows('people');
    const isWritten = ({ note }: Readonly<Record<string, unknown>>) => note === 'of the application';
    expect(after.filter(isWritten).length).toBeGreaterThan(20);
    expect(after.map((row) => ({ ...row, note: 'as it was' }))).toEqual(before);
    expect((await world.snapshot('Shop')).tables).toEqual(tables.tables);
    expect(await rows('copies')).toEqual([]);
  });

  it('writes rows in place, from rows to items, and from items to rows', async () => {
    expectStatus(await world.deploy({ stack: 'Shop', release: second, sibling: '3' }), 'UPDATE_COMPLETE');
    const people = await rows('people');

    expect(people).toHaveLength(300);
    expect(people[6]).toMatchObject({
      ...{ id: 7, name: null, first: 'First7', last: 'Last7', price: '3.50' },
      tags: '{"a": [1, 12345678901234567890]}',
    });
    const copies = await rows('copies');
    expect(copies).toHaveLength(150);
    expect(copies[2]).toEqual({ id: 6, who: 'First6 Last6', tags: '{"even": true}' });
    await world.quietLedger('Shop');
    expectStatus(await world.deploy({ stack: 'Shop', release: third, sibling: '4' }), 'UPDATE_COMPLETE');
  });
});

const mysqlUrl = mysqlUrlIfReachableNow();
const describeIf = mysqlUrl === undefined ? describe.skip : describe;

describeIf('a data migration of a MySQL table', () => {
  const release = {
    'users/1.0.0_people.sql': `-- migrate:up
CREATE TABLE people (id bigint PRIMARY KEY, name varchar(50), first varchar(50), last varchar(50));
INSERT INTO people (id, name) VALUES ${Array.from({ length: 100 }, (_, id) => `(${id}, 'First${id} Last${id}')`).join()};
-- migrate:down
DELETE FROM people;
DROP TABLE people;
`,
  };
  const name = 'users/1.1.0_split_names.ts' as const;

  it('comes back row by row when a sibling fails', async () => {
    const world = await LifecycleWorld.open({ mysqlUrl });
    const app = { stack: 'Shop', engine: 'aurora-mysql' } as const;
    expectStatus(await world.deploy({ ...app, release, sibling: '1' }), 'CREATE_COMPLETE');
    const rows = () => world.sql('Shop', 'SELECT * FROM people ORDER BY id');
    const before = await rows();
    const source = second[name].replace('price: (Number(person.price) * 2).toFixed(2)', '');
    const next = { ...app, release: { ...release, [name]: source }, sibling: '2' };
    expectStatus(await world.deploy(next, { fail: [{ logicalId: 'Sibling' }] }), 'UPDATE_ROLLBACK_COMPLETE');

    const { events } = await world.ledger('Shop');
    expect(events.filter(({ type }) => type === 'items-restored').map(({ detail }) => detail)).toMatchObject([
      { restored: 100 },
    ]);
    expect(before).toHaveLength(100);
    expect(await rows()).toEqual(before);
    const clusters = new StateStore(world.stateFolder).read<readonly Cluster[]>('rds-clusters.json', []);
    await world.close();
    await dropMysqlDatabases(
      clusters.flatMap((one) => one.databases.map((database) => physicalDatabase(one, database))),
    );
  });
});
