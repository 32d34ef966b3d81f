import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import * as authoring from '../../authoring';
import { buildBundle } from '../../bundler';
import { runtimeAuthoring } from '../../bundler/compile';
import { actionsOf } from '../../core/bundle/bundle';
import { sourceLineOf } from '../../core/bundle/code-lines';
import { errorOf, migrationsFolder, placesOf } from '../support/migrations-folder';

const imports =
  "import { addGlobalIndex, createTable, deleteTable, dynamodb, removeGlobalIndex, sql } from 'cdk-migrations/authoring';\n";
const meals = "createTable({ table: 'meals', partitionKey: { name: 'id', type: 'S' } })";

/** Builds a folder with one TypeScript migration in it; line 1 is the import. */
async function build(content: string, others: Readonly<Record<string, string>> = {}, folderName?: string) {
  const folder = migrationsFolder({ 'app/1.1.0_change.ts': imports + content, ...others }, folderName);
  const { bundle, revision } = await buildBundle({ folder });
  return { migration: bundle.migrations.find(({ id }) => id === 'app/1.1.0')!, revision };
}

async function failures(content: string) {
  const folder = migrationsFolder({ 'app/1.1.0_change.ts': imports + content });
  const { errors } = await errorOf(() => buildBundle({ folder }));
  return { errors, places: placesOf(errors, folder) };
}

/** Loads compiled code as an engine does: nothing at hand but node's modules and the SDK. */
function load(code: string, filename = 'bundle.js') {
  const module = { exports: {} as Record<string, Record<string, (db: unknown) => Promise<void>>> };
  runInNewContext(code, { module, exports: module.exports, require }, { filename });
  return module.exports['default']!;
}

describe('a dynamodb() migration', () => {
  it('becomes table actions without code', async () => {
    const { migration } = await build(`
      export default dynamodb({
        name: 'change',
        up: [${meals}, addGlobalIndex({ table: 'meals', name: 'byDay', partitionKey: { name: 'day', type: 'S' } })],
        contract: [deleteTable('meals-old')],
      });`);
    expect(migration).toMatchObject({ kind: 'dynamodb', name: 'change', irreversible: false });
    expect(actionsOf(migration, 'up').map((action) => action.type === 'table' && action.operation.kind)).toEqual([
      'createTable',
      'addGlobalIndex',
    ]);
    expect(actionsOf(migration, 'contract')).toEqual([
      { type: 'table', operation: { kind: 'deleteTable', table: 'meals-old' } },
    ]);
    expect(actionsOf(migration, 'down')).toEqual([]);
    expect(migration.code).toBeUndefined();
  });

  it('may compute what it declares, with helpers from outside the folder', async () => {
    const helper = 'export const names: readonly string[] = ["one", "two"];';
    const { migration } = await build(
      "import { names } from '../../shared/names';\nexport default dynamodb({ up: names.map((table) => createTable({ table, partitionKey: { name: 'id', type: 'S' } })) });",
      { '../shared/names.ts': helper },
    );
    expect(actionsOf(migration, 'up')).toHaveLength(2);
  });

  it.each([
    "up: [removeGlobalIndex({ table: 'meals', index: 'byDay', allowDestructive: 'unused' })]",
    "irreversible: true, up: [deleteTable('meals', { allowDestructive: 'unused' })]",
  ])('may be destructive with a reason for the operation: %s', async (props) => {
    const { migration } = await build(`export default dynamodb({ ${props} });`);
    expect(actionsOf(migration, 'up')).toMatchObject([{ operation: { allowDestructive: 'unused' } }]);
  });

  it('is said to be what is wrong when a builder refuses it, and not its imports', async () => {
    const { errors } = await failures("export default dynamodb({ up: [deleteTable('x')] });");

    expect(errors).toMatchObject([{ hint: 'Correct what the file declares.', location: { line: 2 } }]);
  });

  it('may not rebuild a table, which needs what is not there yet', async () => {
    const rebuild = "import { rebuildTable } from 'cdk-migrations/authoring';\n";
    const operation = "rebuildTable({ table: 'meals', partitionKey: { name: 'day', type: 'S' } })";
    const { errors } = await failures(`${rebuild}export default dynamodb({ up: [${operation}] });`);

    expect(errors).toMatchObject([
      {
        code: 'SWITCHING_NOT_AVAILABLE',
        message: expect.stringContaining('rebuildTable meals'),
        location: { line: 3 },
      },
    ]);
  });

  it('may let items expire before the commit only with a reason', async () => {
    const expire = "import { setTimeToLive } from 'cdk-migrations/authoring';\n";
    const operation = (reason: string) => `setTimeToLive({ table: 'meals', attribute: 'expires'${reason} })`;
    const { errors } = await failures(`${expire}export default dynamodb({ up: [${operation('')}] });`);

    expect(errors).toMatchObject([
      { code: 'DESTRUCTIVE_CHANGE', message: expect.stringContaining('begins to delete') },
    ]);
    const allowed = operation(", allowDestructive: 'it expired long ago'");
    expect((await build(`${expire}export default dynamodb({ up: [${allowed}] });`)).migration.phases).toHaveLength(1);
  });

  it('may have nothing but a contract phase', async () => {
    const { migration } = await build("export default dynamodb({ up: [], contract: [deleteTable('old')] });");
    expect(migration.phases).toMatchObject([{ name: 'contract', actions: [{ type: 'table' }] }]);
  });
});

describe('a sql() migration', () => {
  const source = `
import { createHash } from 'node:crypto';
import { SSMClient } from '@aws-sdk/client-ssm';

const text: string = 'héllo';
export const client = () => new SSMClient({});
export default sql({
  dependsOn: ['1.0.0'],
  up: async (db) => {
    const { rows } = await db.execute('select :id', { id: createHash('md5').update(text).digest('hex') });
    if (rows.length === 0) {
      throw new Error('empty');
    }
  },
  down: async () => {},
  contract: async () => {},
  verify: ['select true', "select count(*) = 0 from meals"],
});
`;
  const others = { 'app/1.0.0_first.ts': `${imports}export default sql({ irreversible: true, up: async () => {} });` };

  it('becomes code actions, and code that needs nothing else', async () => {
    const { migration } = await build(source, others);
    const call = (name: string) => [{ type: 'code', function: name }];
    expect(migration).toMatchObject({ kind: 'sql', dependsOn: ['app/1.0.0'] });
    expect(migration.phases.map(({ name }) => name)).toEqual(['up', 'verify', 'contract', 'down']);
    for (const phase of ['up', 'contract', 'down'] as const) expect(actionsOf(migration, phase)).toEqual(call(phase));
    expect(actionsOf(migration, 'verify')).toEqual([
      {
        type: 'verify',
        statements: [
          { text: 'select true', line: 18, column: 13 },
          { text: 'select count(*) = 0 from meals', line: 18, column: 28 },
        ],
      },
    ]);
    expect(migration.code).not.toContain('cdk-migrations');
    expect(migration.code).not.toContain('sourceMappingURL');
    const calls: unknown[] = [];
    await load(migration.code!)['up']!({
      execute: async (...args: unknown[]) => {
        calls.push(args);
        return { rows: [{}], rowCount: 1 };
      },
    });
    expect(calls).toEqual([['select :id', { id: expect.stringMatching(/^[0-9a-f]{32}$/) }]]);
  });

  it('maps each line of its code to a line of the file', async () => {
    const { migration } = await build(source, others);
    const run = load(migration.code!, '/bundle.js')['up']!({ execute: async () => ({ rows: [] }) });
    const error = await run.then(
      () => new Error('did not throw'),
      (thrown: Error) => thrown,
    );
    const line = Number(/\/bundle\.js:(\d+):/.exec(error.stack!)![1]);
    expect(sourceLineOf(migration.codeLines!, line)).toBe(13);
  });

  it('includes its dependencies, and names no path of this machine in its code', async () => {
    const files = {
      '../node_modules/slug/package.json': '{ "name": "slug", "main": "index.js" }',
      '../node_modules/slug/index.js': 'module.exports = (text) => text.toLowerCase();',
      '../shared/clean.ts':
        "export const clean = (text: string) => text.trim(); export const note = '// ../shared/clean.ts';",
    };
    const content =
      "import slug from 'slug';\nimport { clean, note } from '../../shared/clean';\nexport default sql({ irreversible: true, up: async (db) => { await db.execute(slug(clean(note))); } });";
    const first = await build(content, files);
    const second = await build(content, files);
    const { code } = first.migration;
    expect(second.migration.code).toBe(code);
    expect(code).not.toMatch(/node_modules|\/tmp|1\.1\.0_change/);
    const calls: unknown[] = [];
    await load(code!)['up']!({ execute: async (text: string) => calls.push(text) });
    expect(calls).toEqual(['// ../shared/clean.ts']);
  });
});

describe('a TypeScript file', () => {
  it.each<[string, string, string[], RegExp]>([
    [
      'it does not parse',
      'export default sql({ up: async (db) => {\n  let = ;\n} });',
      ['COMPILE_FAILED app/1.1.0_change.ts:3:9'],
      /Unexpected ";"/,
    ],
    [
      'an import is missing',
      "import { x } from './nowhere';\nexport default sql({ up: x });",
      ['COMPILE_FAILED app/1.1.0_change.ts:2:19'],
      /nowhere/,
    ],
    [
      'a package is missing',
      "import x from 'no-such-package';\nexport default sql({ up: x });",
      ['COMPILE_FAILED app/1.1.0_change.ts:2:15'],
      /no-such-package/,
    ],
    [
      'it has two mistakes, which are two errors',
      "import 'no-a';\nimport 'no-b';\nexport default 1;",
      ['COMPILE_FAILED app/1.1.0_change.ts:2:8', 'COMPILE_FAILED app/1.1.0_change.ts:3:8'],
      /no-a/,
    ],
    [
      'it throws',
      "\nconst f = (): never => {\n  throw new Error('boom');\n};\nexport default f();",
      ['LOAD_FAILED app/1.1.0_change.ts:4:9'],
      /cannot be loaded: boom/,
    ],
    ['it throws a text', "throw 'boom';\nexport default 1;", ['LOAD_FAILED app/1.1.0_change.ts'], /boom/],
    [
      'it reads the environment',
      'export default dynamodb({ up: process.env.X ? [] : [] });',
      ['LOAD_FAILED app/1.1.0_change.ts:2:31'],
      /process is not defined/,
    ],
    [
      'a builder refuses',
      "export default dynamodb({\n  up: [\n    deleteTable('x'),\n  ],\n});",
      ['LOAD_FAILED app/1.1.0_change.ts:4:5'],
      /The name of a table must be .*, got "x"\./,
    ],
    [
      'a declaration refuses',
      'export default sql({ up: async () => {}, verfy: [] } as never);',
      ['LOAD_FAILED app/1.1.0_change.ts:2:16'],
      /must not have a property "verfy"/,
    ],
    [
      'there is no default export',
      'export const migration = sql({ up: async () => {} });',
      ['INVALID_EXPORT app/1.1.0_change.ts:1:1'],
      /no default export/,
    ],
    [
      'the default export is something else',
      '\nexport default { up: [] };',
      ['INVALID_EXPORT app/1.1.0_change.ts:3:1'],
      /not a migration/,
    ],
    [
      'the default export is null',
      'export default null;',
      ['INVALID_EXPORT app/1.1.0_change.ts:2:1'],
      /not a migration/,
    ],
    [
      'it was made by hand, wrongly',
      "export default { kind: 'dynamodb', up: 1 };",
      ['INVALID_EXPORT app/1.1.0_change.ts:2:1'],
      /^Property up must be a list of operations, got 1\.$/,
    ],
    [
      'it changes nothing',
      'export default dynamodb({ up: [] });',
      ['EMPTY_MIGRATION app/1.1.0_change.ts:2:1'],
      /no operation/,
    ],
    [
      'it has no down',
      'export default sql({ up: async () => {} });',
      ['MISSING_DOWN app/1.1.0_change.ts:2:1'],
      /no down function/,
    ],
    [
      'it has a down that never runs',
      'export default sql({ up: async () => {}, down: async () => {}, irreversible: true });',
      ['INVALID_EXPORT app/1.1.0_change.ts:2:1'],
      /irreversible, but has a down function/,
    ],
    [
      'it says another name than the file',
      "export default dynamodb({ name: 'make meals', up: [deleteTable('own', { allowDestructive: 'x' })], irreversible: true });",
      ['HEADER_MISMATCH app/1.1.0_change.ts:2:34'],
      /"make meals"\. Allowed: change/,
    ],
    [
      'its dependencies do not exist',
      "export default dynamodb({ dependsOn: ['v1', 'app/2.0.0'], up: [" + meals + '] });',
      ['INVALID_DEPENDENCY app/1.1.0_change.ts:2:40', 'UNKNOWN_DEPENDENCY app/1.1.0_change.ts:2:46'],
      /"v1"/,
    ],
    [
      'it removes an index in up',
      "export default dynamodb({ up: [removeGlobalIndex({ table: 'meals', index: 'byDay' })] });",
      ['DESTRUCTIVE_CHANGE app/1.1.0_change.ts:2:1'],
      /meals.byDay/,
    ],
    [
      'it deletes a table in up with a reason alone',
      "export default dynamodb({ up: [deleteTable('meals', { allowDestructive: 'unused' })] });",
      ['DESTRUCTIVE_CHANGE app/1.1.0_change.ts:2:1'],
      /drops table meals/,
    ],
    [
      'it permits what needs no permission',
      "export default dynamodb({ up: [], contract: [deleteTable('meals', { allowDestructive: 'unused' })] });",
      ['UNUSED_PERMISSION app/1.1.0_change.ts:2:88'],
      /allowDestructive applies to nothing: deleteTable/,
    ],
    [
      'its verification writes',
      "export default sql({ irreversible: true, up: async () => {},\n  verify: ['select true', 'delete from a', 'select from where', ''] });",
      [
        'VERIFY_NOT_SELECT app/1.1.0_change.ts:3:28',
        'SQL_SYNTAX app/1.1.0_change.ts:3:45',
        'VERIFY_NOT_SELECT app/1.1.0_change.ts:3:66',
      ],
      /plain SELECT/,
    ],
  ])('is refused with its line when %s', async (_, content, expected, message) => {
    const { errors, places } = await failures(content);
    expect(places).toEqual(expected);
    expect(errors[0]!.message).toMatch(message);
    expect(errors.every(({ hint }) => hint)).toBe(true);
  });

  it('is stopped when it loops endlessly', async () => {
    const { errors } = await failures('for (;;) {}\nexport default 1;');
    expect(errors).toMatchObject([{ code: 'LOAD_FAILED', message: expect.stringContaining('timed out') }]);
  });

  it.each([
    ["import process from 'node:process';\nprocess.exit(0);\nexport default 1;", 'process.exit()'],
    ["import { abort } from 'process';\nabort();\nexport default 1;", 'process.abort()'],
    ["import { env, exit } from 'node:process';\nif (env) exit();\nexport default 1;", 'process.exit()'],
  ])('does not end the process: %j', async (content, what) => {
    const { errors } = await failures(content);
    expect(errors).toMatchObject([
      { code: 'LOAD_FAILED', message: expect.stringContaining(what), location: { line: 3 } },
    ]);
  });

  it('leaves no timer behind', async () => {
    const timers =
      "import * as timers from 'node:timers';\nimport { setTimeout as wait } from 'node:timers/promises';\n";
    const fire = "() => { throw new Error('fired'); }";
    const calls = `setTimeout(${fire}, 0); timers.setImmediate(${fire}); void wait(0).then(${fire});`;
    const { migration } = await build(`${timers}${calls}\nexport default dynamodb({ up: [${meals}] });`);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(actionsOf(migration, 'up')).toHaveLength(1);
  });
});

it('the builders that are compiled into a migration return what the real ones return', () => {
  const module = runInNewContext(
    `${runtimeAuthoring.replaceAll('export const', 'this.')}; this`.replaceAll('this. ', 'this.'),
  );
  const key = { name: 'id', type: 'S' } as const;
  const calls = {
    sql: { up: () => {} },
    data: { source: 'meals', transform: String },
    dynamodb: { up: [] },
    createTable: { table: 'meals', partitionKey: key },
    deleteTable: 'meals',
    addGlobalIndex: { table: 'meals', name: 'byDay', partitionKey: key, waitForBuild: 'background' },
    removeGlobalIndex: { table: 'meals', index: 'byDay' },
    setBillingMode: { table: 'meals', billingMode: 'on-demand' },
    setCapacity: { table: 'meals', throughput: { read: 1, write: 1 } },
    setAutoScaling: { table: 'meals', autoScaling: null },
    setStream: { table: 'meals', view: 'NEW_IMAGE' },
    setTimeToLive: { table: 'meals', attribute: 'expires' },
    setPointInTimeRecovery: { table: 'meals', enabled: true },
    setTableClass: { table: 'meals', tableClass: 'STANDARD' },
    setDeletionProtection: { table: 'meals', enabled: true },
    tag: { table: 'meals', tags: { team: 'meals' } },
    untag: { table: 'meals', keys: ['team'] },
    rebuildTable: { table: 'meals', partitionKey: key },
  };
  expect(Object.keys(calls).sort()).toEqual(Object.keys(authoring).sort());
  for (const [name, argument] of Object.entries(calls)) {
    const real = (authoring as unknown as Record<string, (argument: unknown) => unknown>)[name]!;
    expect(module[name](argument)).toEqual(real(argument));
  }
});
