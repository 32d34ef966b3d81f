import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { buildBundle } from '../../bundler';
import { readConfig } from '../../bundler/config';
import { errorOf, migrationsFolder, placesOf, tableSql, writeFiles } from '../support/migrations-folder';

/** Only MySQL can read it. */
const mysqlSql = '-- migrate:up\ncreate table `a` (id int) engine=InnoDB;\n-- migrate:down\ndrop table `a`;\n';
const code = (sql: string) =>
  `import { sql } from 'cdk-migrations/authoring';\nexport default sql({ irreversible: true, up: async () => {}, verify: ['${sql}'] });\n`;

/** What is wrong with a folder; empty when nothing is. */
async function problems(
  files: Readonly<Record<string, string>>,
  request: Partial<Parameters<typeof buildBundle>[0]> = {},
): Promise<readonly string[]> {
  const folder = migrationsFolder(files);
  try {
    await buildBundle({ folder, ...request });
    return [];
  } catch {
    const { errors } = await errorOf(() => buildBundle({ folder, ...request }));
    return placesOf(errors, folder);
  }
}

describe('the dialect of a target', () => {
  it('is that of the database which the app declares', async () => {
    const files = { 'orders/1.0.0_a.sql': mysqlSql };
    expect(await problems(files, { targets: [{ name: 'orders', databaseKind: 'aurora-mysql' }] })).toEqual([]);
    expect(await problems(files, { targets: [{ name: 'orders', databaseKind: 'aurora-postgresql' }] })).toEqual([
      'SQL_SYNTAX orders/1.0.0_a.sql:2:14',
      'SQL_SYNTAX orders/1.0.0_a.sql:4:12',
    ]);
  });

  it('is what a header of one of its files says, for all of them', async () => {
    const files = {
      'orders/1.0.0_a.sql': mysqlSql,
      'orders/1.1.0_b.sql': `-- depends-on: 1.0.0\n-- dialect: mysql\n${mysqlSql.replaceAll('`a`', '`b`')}`,
      'orders/1.2.0_c.ts': code('select 1 from `a`').replace('irreversible', "dependsOn: ['1.1.0'], irreversible"),
      'users/1.0.0_a.sql': tableSql('users'),
    };
    expect(await problems(files)).toEqual([]);
  });

  it('is PostgreSQL where nothing says it', async () => {
    expect(await problems({ 'orders/1.0.0_a.sql': mysqlSql })).toHaveLength(2);
    expect(await problems({ 'orders/1.0.0_a.sql': `-- dialect: postgresql\n${tableSql('a')}` })).toEqual([]);
  });

  it('has one header', async () => {
    const files = {
      'orders/1.0.0_a.sql': `-- dialect: mysql\n${tableSql('a')}`,
      'orders/1.1.0_b.sql': `-- depends-on: 1.0.0\n-- dialect: postgresql\n${tableSql('b')}`,
    };
    expect(await problems(files)).toEqual(['DIALECT_MISMATCH orders/1.1.0_b.sql:2:13']);
  });

  it('is not contradicted by a header', async () => {
    const files = { 'orders/1.0.0_a.sql': `-- dialect: mysql\n${tableSql('a')}` };
    const place = 'DIALECT_MISMATCH orders/1.0.0_a.sql:1:13';
    expect(await problems(files, { targets: [{ name: 'orders', databaseKind: 'aurora-postgresql' }] })).toEqual([
      place,
    ]);
    const content = { targets: { orders: { databaseKind: 'aurora-postgresql' } } } as const;
    expect(await problems(files, { config: { file: 'migrations.config.ts', content } })).toEqual([place]);
  });

  it.each([
    ['-- dialect: oracle\n', 'INVALID_HEADER orders/1.0.0_a.sql:1:13'],
    ['-- dialect: mysql\n-- dialect: mysql\n', 'INVALID_HEADER orders/1.0.0_a.sql:2:13'],
    ['-- dialects: mysql\n', 'UNKNOWN_HEADER orders/1.0.0_a.sql:1:4'],
  ])('has a header that names one, once: %j', async (header, place) => {
    expect(await problems({ 'orders/1.0.0_a.sql': `${header}${tableSql('a')}` })).toEqual([place]);
  });

  it('is not what a header below the first section says', async () => {
    const source = '-- migrate:up\n-- dialect: mysql\ncreate table a (id int);\n-- migrate:down\ndrop table a;\n';
    expect(await problems({ 'orders/1.0.0_a.sql': source })).toEqual(['MISPLACED_HEADER orders/1.0.0_a.sql:2:1']);
  });

  it('decides which migrations the target may have', async () => {
    const table =
      "import { createTable, dynamodb } from 'cdk-migrations/authoring';\nexport default dynamodb({ up: [createTable({ table: 'meals', partitionKey: { name: 'id', type: 'S' } })] });\n";
    const files = { 'orders/1.0.0_a.sql': `-- dialect: mysql\n${tableSql('a')}`, 'orders/1.1.0_b.ts': table };
    expect(await problems(files)).toContain('WRONG_KIND orders/1.1.0_b.ts:1:1');
  });

  it('is what a configuration says', async () => {
    const content = { targets: { orders: { databaseKind: 'aurora-mysql' } } } as const;
    const config = { file: 'migrations.config.ts', content };
    expect(await problems({ 'orders/1.0.0_a.sql': mysqlSql }, { config })).toEqual([]);
  });
});

it('a configuration that names a target without migrations is warned of', async () => {
  const content = { targets: { order: { databaseKind: 'aurora-mysql' } } } as const;
  const folder = migrationsFolder({ 'orders/1.0.0_a.sql': tableSql('a') });
  const { warnings } = await buildBundle({ folder, config: { file: 'migrations.config.ts', content } });
  expect(warnings).toMatchObject([
    { code: 'UNKNOWN_TARGET', location: { file: 'migrations.config.ts' }, hint: expect.stringContaining('orders') },
  ]);
});

describe('a configuration file', () => {
  const read = (name: string, text: string) => {
    const folder = migrationsFolder({});
    writeFiles(folder, { [name]: text });
    return readConfig(join(folder, name));
  };
  const content = { targets: { orders: { databaseKind: 'aurora-mysql' } } };

  it.each([
    ['migrations.config.json', JSON.stringify(content)],
    ['migrations.config.mjs', `export default ${JSON.stringify(content)};`],
    [
      'migrations.config.ts',
      `const kind = 'aurora-mysql' as const;\nexport default { targets: { orders: { databaseKind: kind } } };`,
    ],
  ])('may be %s', async (name, text) => {
    expect(await read(name, text)).toEqual(content);
  });

  it.each([
    ['a.json', '{ targets', 'not JSON'],
    ['a.json', '[]', 'A configuration must be an object'],
    ['a.json', '{}', 'targets must be an object'],
    ['a.json', '{ "targts": {} }', 'unknown property "targts". Allowed: targets'],
    ['a.json', '{ "targets": { "orders": "mysql" } }', 'targets.orders must be an object'],
    [
      'a.json',
      '{ "targets": { "orders": { "databaseKind": "mysql" } } }',
      'cannot be "mysql". Allowed: aurora-postgresql',
    ],
    ['a.json', '{ "targets": { "orders": {} } }', 'cannot be "nothing"'],
    ['a.json', '{ "targets": { "orders": { "databaseKind": "dynamodb", "x": 1 } } }', 'unknown property "x"'],
    ['a.ts', 'export const targets = {};', 'no default export'],
    ['a.yaml', '', 'Allowed: .ts, .mjs or .json'],
  ])('is refused: %s with %s', async (name, text, message) => {
    const error = await errorOf(() => read(name, text));
    expect(error).toMatchObject({ code: 'INVALID_CONFIG', message: expect.stringContaining(message) });
  });

  it.each([
    ['export default { targets: process.env.X };', 'LOAD_FAILED'],
    ['export default {', 'COMPILE_FAILED'],
  ])('that does not run is refused: %s', async (text, code) => {
    expect((await errorOf(() => read('a.ts', text))).code).toBe(code);
  });

  it('that is missing is refused', async () => {
    expect((await errorOf(() => readConfig('/nowhere/a.json'))).code).toBe('MISSING_CONFIG');
  });
});
