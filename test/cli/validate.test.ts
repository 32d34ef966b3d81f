import { describe, expect, it } from '@jest/globals';
import { migrationsFolder, tableSql } from '../support/migrations-folder';
import { type JsonError, runCli, runJson } from '../support/run-cli';

it('validate shows the migrations in the order in which they are applied', async () => {
  const folder = migrationsFolder({
    'users/1.0.0_create_users.sql': tableSql('users'),
    'users/1.1.0_create_events.sql': tableSql('events', '-- depends-on: 1.0.0\n'),
  });
  const { exitCode, json } = await runJson<Record<string, unknown>>(['validate', '--migrations', folder]);
  expect(exitCode).toBe(0);
  expect(json).toMatchObject({
    valid: true,
    revision: expect.stringMatching(/^[0-9a-f]{64}$/),
    heads: ['users/1.1.0'],
    migrations: [{ id: 'users/1.0.0' }, { id: 'users/1.1.0', kind: 'sql', dependsOn: ['users/1.0.0'] }],
  });
  const { stdout } = await runCli(['validate', '--migrations', folder]);
  expect(stdout).toMatch(/2 migrations are valid/);
});

it('validate reports every problem with its line', async () => {
  const folder = migrationsFolder({
    'users/1.0.0_create_users.sql': '-- migrate:up\ncreate tabel users (id int);\n-- migrate:down\ndrop table users;\n',
    'users/1.1.0_more.sql': tableSql('more', '-- depends-on: 0.9.0\n'),
  });
  const args = ['validate', '--migrations', folder];
  const { exitCode, json } = await runJson<JsonError>(args);
  expect(exitCode).toBe(2);
  expect(json.error.code).toBe('INVALID_MIGRATIONS');
  const errors = json.error.errors ?? [];
  expect(errors.map(({ code }) => code).sort()).toEqual(['SQL_SYNTAX', 'UNKNOWN_DEPENDENCY']);
  expect(errors.find(({ code }) => code === 'SQL_SYNTAX')?.location).toMatchObject({ line: 2, column: 8 });
  const { stderr } = await runCli(args);
  expect(stderr).toMatch(/2 \| create tabel users/);
});

it('validate ends with 2 for a missing folder', async () => {
  const { exitCode, json } = await runJson<JsonError>(['validate', '--migrations', '/nowhere/migrations']);
  expect([exitCode, json.error.code]).toEqual([2, 'MISSING_FOLDER']);
});

it('validate does not take an empty folder for a valid one', async () => {
  const folder = migrationsFolder({ 'users/.gitkeep': '' });
  const { exitCode, json } = await runJson<JsonError>(['validate', '--migrations', folder]);
  expect([exitCode, json.error.code]).toEqual([2, 'NO_MIGRATIONS']);
  expect(json.error.hint).toContain('--migrations');
});

it('validate names a folder that is no target, such as one with a capital letter', async () => {
  const folder = migrationsFolder({ 'Users/1.0.0_create_users.sql': tableSql('users') });
  const args = ['validate', '--migrations', folder];
  const { exitCode, json } = await runJson<JsonError>(args);
  expect(exitCode).toBe(2);
  expect(json.error.errors).toMatchObject([{ code: 'INVALID_TARGET_NAME', location: { file: `${folder}/Users` } }]);
  const { stderr } = await runCli(args);
  expect(stderr).toMatch(/INVALID_TARGET_NAME: Invalid target name "Users"\. Allowed: /);
  expect(stderr).toContain('hint: Rename the folder to users, or to the name of its target in the CDK app.');
});

it('validate shows warnings with their line, and ends with 0 all the same', async () => {
  const folder = migrationsFolder({
    'users/1.0.0_index.sql': '-- migrate:up\ncreate index i on users (email);\n-- migrate:down\ndrop index i;\n',
  });
  const args = ['validate', '--migrations', folder];
  const { exitCode, json } = await runJson<Record<string, unknown>>(args);
  expect(exitCode).toBe(0);
  expect(json).toMatchObject({ valid: true, warnings: [{ code: 'SLOW_STATEMENT', location: { line: 2, column: 1 } }] });
  const { stdout } = await runCli(args);
  expect(stdout).toMatch(/1 warning:\n\nSLOW_STATEMENT: .*\[create-index\]/);
  expect(stdout).toMatch(/2 \| create index i on users/);
});

it('validate does not end with a migration that ends the process', async () => {
  const folder = migrationsFolder({
    'users/1.0.0_quit.ts': "import process from 'node:process';\nprocess.exit(0);\nexport default 1;\n",
  });
  const { exitCode, json } = await runJson<JsonError>(['validate', '--migrations', folder]);
  expect(exitCode).toBe(2);
  expect(json.error.errors).toMatchObject([{ code: 'LOAD_FAILED', location: { line: 2 } }]);
});

describe('what a target is', () => {
  const mysql = '-- migrate:up\ncreate table `a` (id int);\n-- migrate:down\ndrop table `a`;\n';
  const config = 'export default { targets: { orders: { databaseKind: "aurora-mysql" } } };\n';

  it('validate reads from migrations.config.ts in the working directory', async () => {
    const cwd = migrationsFolder({ 'migrations/orders/1.0.0_a.sql': mysql, 'migrations.config.ts': config }, 'app');
    const { exitCode, json } = await runJson<Record<string, unknown>>(['validate'], { cwd });
    expect([exitCode, json.valid]).toEqual([0, true]);
  });

  it('validate reads from the file that --config names', async () => {
    const cwd = migrationsFolder({ 'migrations/orders/1.0.0_a.sql': mysql, 'db.mjs': config }, 'app');
    expect((await runJson(['validate', '--config', 'db.mjs'], { cwd })).exitCode).toBe(0);
    const { exitCode, json } = await runJson<JsonError>(['validate', '--config', 'none.mjs'], { cwd });
    expect([exitCode, json.error.code]).toEqual([2, 'MISSING_CONFIG']);
  });

  it('validate does not choose between two configurations', async () => {
    const files = { 'migrations/orders/1.0.0_a.sql': mysql, 'migrations.config.ts': config };
    const cwd = migrationsFolder({ ...files, 'migrations.config.json': '{}' }, 'app');
    const { exitCode, json } = await runJson<JsonError>(['validate'], { cwd });
    expect([exitCode, json.error.code]).toEqual([2, 'INVALID_CONFIG']);
  });
});
