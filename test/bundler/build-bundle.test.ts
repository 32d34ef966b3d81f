import { execFileSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { buildBundle } from '../../bundler';
import { checkSize } from '../../bundler/build-bundle';
import { parseBundle } from '../../core/bundle/bundle-file';
import { sha256, sourceChecksum } from '../../core/bundle/checksum';
import { errorOf, migrationsFolder, placesOf, tableSql } from '../support/migrations-folder';

const dynamo = (body = "up: [createTable({ table: 'meals', partitionKey: { name: 'id', type: 'S' } })]") =>
  `import { createTable, dynamodb } from 'cdk-migrations/authoring';\nexport default dynamodb({ ${body} });\n`;
const code =
  "import { sql } from 'cdk-migrations/authoring';\nexport default sql({ dependsOn: ['1.0.0', 'meals/1.0.0'], irreversible: true, up: async (db) => { await db.execute('select 1'); } });\n";

const good = {
  'users/1.0.0_create_users.sql': tableSql('users'),
  'users/1.10.0_more.sql': tableSql('more', '-- depends-on: 1.2.0\n'),
  'users/1.2.0_code.ts': code,
  'meals/1.0.0_create_meals.ts': dynamo(),
};

async function failures(
  files: Readonly<Record<string, string>>,
  targets?: Parameters<typeof buildBundle>[0]['targets'],
) {
  const folder = migrationsFolder(files);
  const error = await errorOf(() => buildBundle({ folder, targets }));
  expect(error.code).toBe('INVALID_MIGRATIONS');
  return { error, errors: error.errors, places: placesOf(error.errors, folder) };
}

describe('buildBundle', () => {
  it('builds one document from a folder', async () => {
    const folder = migrationsFolder({
      ...good,
      'README.md': '',
      'migrations.lock.json': '{}',
      '.gitkeep': '',
      'users/README': '',
    });
    const { bundle, bytes, revision } = await buildBundle({ folder });
    expect(bundle.migrations.map(({ id }) => id)).toEqual([
      'meals/1.0.0',
      'users/1.0.0',
      'users/1.2.0',
      'users/1.10.0',
    ]);
    expect(bundle.migrations[1]).toMatchObject({
      name: 'create users',
      file: 'users/1.0.0_create_users.sql',
      kind: 'sql',
      checksum: sourceChecksum(tableSql('users')),
      dependsOn: [],
      irreversible: false,
    });
    expect(revision).toBe(sha256(bytes));
    expect(parseBundle(bytes, revision)).toEqual(JSON.parse(JSON.stringify(bundle)));
  });

  it('gives the same bytes in any folder, with any line endings of SQL, from a relative path', async () => {
    const windows = Object.fromEntries(
      Object.entries(good).map(([name, text]) => [name, text.replaceAll('\n', '\r\n')]),
    );
    const folders = [migrationsFolder(good), migrationsFolder(good, 'another place'), migrationsFolder(windows)];
    const [first, second, third] = await Promise.all(folders.map((folder) => buildBundle({ folder })));
    expect(second!.bytes.equals(first!.bytes)).toBe(true);
    expect(third!.revision).toBe(first!.revision);
    expect((await buildBundle({ folder: relative(process.cwd(), folders[0]!) })).revision).toBe(first!.revision);
  });

  it('gives another revision for any change of a file', async () => {
    const folder = migrationsFolder(good);
    const before = await buildBundle({ folder });
    writeFileSync(join(folder, 'users/1.0.0_create_users.sql'), `${tableSql('users')}-- a comment\n`);
    expect((await buildBundle({ folder })).revision).not.toBe(before.revision);
  });

  it('accepts an empty folder', async () => {
    const { bundle, bytes } = await buildBundle({ folder: migrationsFolder({ 'users/.gitkeep': '' }), targets: [] });
    expect(bundle).toEqual({ format: 1, migrations: [] });
    expect(bytes.toString()).toBe('{"format":1,"migrations":[]}');
  });

  it('ignores declarations, tests and readmes', async () => {
    const files = { 'users/1.0.0_a.d.ts': '', 'users/a.test.ts': '', 'users/README.md': '', 'users/.DS_Store': '' };
    expect((await buildBundle({ folder: migrationsFolder(files) })).bundle.migrations).toEqual([]);
  });

  it('ignores what the TypeScript compiler has made of the sources beside it', async () => {
    const made = ['.js', '.js.map', '.d.ts', '.d.ts.map'];
    const files = ['users/1.2.0_code', 'users/code.test'].flatMap((base) => made.map((end) => [`${base}${end}`, 'x']));
    const folder = migrationsFolder({ ...good, 'users/code.test.ts': '', ...Object.fromEntries(files) });
    expect((await buildBundle({ folder })).bundle.migrations).toHaveLength(4);
  });

  it('reads a thousand SQL files', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 1_000 }, (_, index) => [
        `users/1.${index}.0_a.sql`,
        tableSql(`t${index}`, index ? `-- depends-on: 1.${index - 1}.0\n` : ''),
      ]),
    );
    const folder = migrationsFolder(files);
    expect((await buildBundle({ folder })).bundle.migrations).toHaveLength(1_000);
  });
});

describe('a migrations folder', () => {
  it.each(['/nowhere/migrations', __filename])('is refused when %s is not a folder', async (folder) => {
    expect(await errorOf(() => buildBundle({ folder }))).toMatchObject({
      code: 'MISSING_FOLDER',
      hint: expect.any(String),
    });
  });

  it('has all its problems reported together, in the order of files and lines', async () => {
    const { error, places } = await failures({
      'users/1.0.0_a.sql': '-- migrate:up\ncreate tabel a;\n',
      'users/1.0.0_b.sql': tableSql('b', '-- depends-on: 0.9.0\n'),
      'meals/1.0.0_a.ts': 'export default 1;',
      'stray.sql': '',
    });
    expect(places).toEqual([
      'INVALID_EXPORT meals/1.0.0_a.ts:1:1',
      'UNEXPECTED_FILE stray.sql',
      'SQL_SYNTAX users/1.0.0_a.sql:2:8',
      'DUPLICATE_VERSION users/1.0.0_b.sql:1:1',
      'UNKNOWN_DEPENDENCY users/1.0.0_b.sql:1:16',
    ]);
    expect(error.message).toMatch(
      /^5 problems in the migrations folder .*:\n {2}\S+meals\/1\.0\.0_a\.ts:1:1 INVALID_EXPORT: /,
    );
  });

  it.each<[string, Record<string, string>, string[], RegExp]>([
    [
      'has a file next to the targets',
      { 'notes.txt': '' },
      ['UNEXPECTED_FILE notes.txt'],
      /This file is not in the folder of a target/,
    ],
    [
      'has a folder in a target',
      { 'users/old/1.0.0_a.sql': '' },
      ['UNEXPECTED_FILE users/old'],
      /must not contain another folder/,
    ],
    ['has an invalid target name', { 'My_Users/1.0.0_a.sql': '' }, ['INVALID_TARGET_NAME My_Users'], /"My_Users"/],
    [
      'has a file with another extension',
      { 'users/1.0.0_a.sqll': '' },
      ['INVALID_FILE_NAME users/1.0.0_a.sqll'],
      /"1.0.0_a.sqll"/,
    ],
    [
      'has a file without a name',
      { 'users/1.0.0.sql': '' },
      ['INVALID_FILE_NAME users/1.0.0.sql'],
      /<version>_<snake_name>/,
    ],
    [
      'has a file with an invalid name',
      { 'users/1.0.0_Add-it.sql': '' },
      ['INVALID_FILE_NAME users/1.0.0_Add-it.sql'],
      /Add-it/,
    ],
    ['has a file with an invalid version', { 'users/1.0_a.sql': '' }, ['INVALID_VERSION users/1.0_a.sql'], /"1.0"/],
    [
      'has a helper among the migrations',
      { 'users/helper.ts': '' },
      ['INVALID_FILE_NAME users/helper.ts'],
      /helper.ts/,
    ],
    [
      'has a file with a NUL character',
      { 'users/1.0.0_a.sql': `${tableSql('a')}\0` },
      ['UNREADABLE_FILE users/1.0.0_a.sql'],
      /NUL/,
    ],
    [
      'has migrations that depend on each other',
      {
        'users/1.0.0_a.sql': tableSql('a', '-- depends-on: 1.1.0\n'),
        'users/1.1.0_b.sql': tableSql('b', '\n-- depends-on: 1.0.0\n'),
      },
      ['DEPENDENCY_CYCLE users/1.0.0_a.sql:1:16'],
      /users\/1.0.0 -> users\/1.1.0 -> users\/1.0.0/,
    ],
    [
      'has both kinds of migrations in one target',
      { 'users/1.0.0_a.sql': tableSql('a'), 'users/1.1.0_b.ts': dynamo() },
      ['WRONG_KIND users/1.1.0_b.ts:1:1'],
      /dynamodb migration cannot run on target users, which is aurora-postgresql/,
    ],
  ])('is refused when it %s', async (_, files, expected, message) => {
    const { errors, places } = await failures(files);
    expect(places).toEqual(expected);
    expect(errors[0]!.message).toMatch(message);
    expect(errors[0]!.hint).toBeTruthy();
  });

  it('is told how to rename the files of another tool, each to another name', async () => {
    const names = [
      '1_a.up.sql',
      '1_a.down.sql',
      '01_b.sql',
      '0.0.2_kept.sql',
      '2019-02-26-002946_c/up.sql',
      'helper.js',
    ];
    const { errors } = await failures(Object.fromEntries(names.map((name) => [`users/${name}`, tableSql('t')])));
    expect(errors.map(({ code, hint, payload }) => [code, payload.rename, hint])).toEqual([
      ['INVALID_VERSION', '0.0.3_b.sql', 'Rename the file to 0.0.3_b.sql.'],
      ['INVALID_FILE_NAME', '0.0.1_a.sql', expect.stringContaining('-- migrate:down in 0.0.1_a.sql')],
      ['INVALID_FILE_NAME', '0.0.1_a.sql', expect.stringContaining('Rename the file to 0.0.1_a.sql')],
      ['UNEXPECTED_FILE', '0.0.20190226002946_c.sql', expect.stringContaining('Make one file')],
      ['INVALID_FILE_NAME', undefined, expect.stringContaining('move it out')],
    ]);
  });

  it('is told how to rename a file whose version is a timestamp', async () => {
    const { errors } = await failures({ 'users/20240102030405_create_users.sql': tableSql('users') });
    expect(errors).toMatchObject([
      { code: 'INVALID_VERSION', hint: 'Rename the file to 0.0.20240102030405_create_users.sql.' },
    ]);
  });

  it('is refused when a file is not UTF-8', async () => {
    const folder = migrationsFolder({ 'users/1.0.0_a.sql': '' });
    writeFileSync(join(folder, 'users/1.0.0_a.sql'), Buffer.from([0x2d, 0x2d, 0xe4]));
    const { errors } = await errorOf(() => buildBundle({ folder }));
    expect(errors).toMatchObject([{ code: 'UNREADABLE_FILE' }]);
  });

  it('is not waited for when a file in it never ends, and a link that leads nowhere is named', async () => {
    const folder = migrationsFolder({ 'users/1.0.0_a.sql': tableSql('a') });
    execFileSync('mkfifo', [join(folder, 'users/1.1.0_pipe.sql')]);
    symlinkSync('1.2.0_loop.sql', join(folder, 'users/1.2.0_loop.sql'));
    symlinkSync('nowhere', join(folder, 'users/1.3.0_gone.ts'));
    symlinkSync('/dev/zero', join(folder, 'users/1.4.0_zero.sql'));
    symlinkSync('loop', join(folder, 'loop'));
    const { errors } = await errorOf(() => buildBundle({ folder }));
    expect(placesOf(errors, folder)).toEqual([
      'UNEXPECTED_FILE loop',
      'UNREADABLE_FILE users/1.1.0_pipe.sql',
      'UNREADABLE_FILE users/1.2.0_loop.sql',
      'UNREADABLE_FILE users/1.3.0_gone.ts',
      'UNREADABLE_FILE users/1.4.0_zero.sql',
    ]);
    expect(errors.map(({ message }) => message).join()).toMatch(/pipe.*ELOOP.*ENOENT.*pipe/);
  });

  it('that is a link to itself is no folder', async () => {
    const folder = join(migrationsFolder({}), 'loop');
    symlinkSync('loop', folder);
    expect(await errorOf(() => buildBundle({ folder }))).toMatchObject({ code: 'MISSING_FOLDER' });
  });

  it('is refused when its bundle is more than an engine can load', async () => {
    expect((await errorOf(() => checkSize(50_000_001, 'migrations'))).code).toBe('BUNDLE_TOO_LARGE');
    expect(() => checkSize(50_000_000, 'migrations')).not.toThrow();
  });

  it('has no unknown dependency where a file cannot be read', async () => {
    const files = {
      'users/1.0.0_a.ts': 'export default 1;',
      'users/1.1.0_b.sql': tableSql('b', '-- depends-on: 1.0.0\n'),
    };
    expect((await failures(files)).places).toEqual(['INVALID_EXPORT users/1.0.0_a.ts:1:1']);
  });
});

describe('declared targets', () => {
  const targets = [
    { name: 'users', databaseKind: 'aurora-postgresql' },
    { name: 'meals', databaseKind: 'dynamodb' },
  ] as const;

  it('may lack a folder', async () => {
    const more = [...targets, { name: 'later', databaseKind: 'dynamodb' } as const];
    expect((await buildBundle({ folder: migrationsFolder(good), targets: more })).bundle.migrations).toHaveLength(4);
  });

  it('are listed once for a folder that belongs to none of them', async () => {
    const { errors, places } = await failures(
      { 'user/1.0.0_a.sql': tableSql('a'), 'user/1.1.0_b.sql': tableSql('b') },
      targets,
    );
    expect(places).toEqual(['UNKNOWN_TARGET user']);
    expect(errors[0]).toMatchObject({
      message: expect.stringContaining('"user". Allowed: users, meals.'),
      hint: 'Did you mean users?',
    });
  });

  it('must have a database kind that can run their migrations', async () => {
    const { errors, places } = await failures(
      { 'meals/1.0.0_a.sql': tableSql('a'), 'users/1.0.0_b.ts': dynamo() },
      targets,
    );
    expect(places).toEqual(['WRONG_KIND meals/1.0.0_a.sql:1:1', 'WRONG_KIND users/1.0.0_b.ts:1:1']);
    expect(errors.map(({ hint }) => hint)).toEqual([
      expect.stringContaining('dynamodb('),
      expect.stringContaining('sql('),
    ]);
  });
});
