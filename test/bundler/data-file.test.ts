import { describe, expect, it } from '@jest/globals';
import { buildBundle } from '../../bundler';
import { actionsOf, type BundledMigration } from '../../core/bundle/bundle';
import { sourceLineOf } from '../../core/bundle/code-lines';
import { evaluate } from '../../lambda/aws/evaluate';
import { errorOf, migrationsFolder, placesOf, tableSql } from '../support/migrations-folder';

const imports = "import { createTable, data, dynamodb } from 'cdk-migrations/authoring';\n";
const transform = 'transform: (meal) => ({ ...meal, amount: 1 })';
const table = (name: string) =>
  `${imports}export default dynamodb({ up: [createTable({ table: '${name}', partitionKey: { name: 'id', type: 'S' } })] });`;
const others = {
  'meals/1.0.0_create.ts': table('meals'),
  'archive/1.0.0_create.ts': table('old-meals'),
  'users/1.0.0_create.sql': tableSql('users'),
};
const targets = [
  { name: 'meals', databaseKind: 'dynamodb' },
  { name: 'archive', databaseKind: 'dynamodb' },
  { name: 'users', databaseKind: 'aurora-postgresql' },
] as const;

/** Builds a folder with a data migration of target `meals` in it; line 1 is the import. */
function build(content: string, declared: typeof targets | undefined = targets) {
  const folder = migrationsFolder({ ...others, 'meals/1.1.0_change.ts': imports + content });
  return { folder, built: buildBundle({ folder, targets: declared }) };
}

async function migrationOf(properties: string): Promise<BundledMigration> {
  const { bundle, warnings } = await build(`export default data({ ${properties} });`).built;
  expect(warnings).toEqual([]);
  return bundle.migrations.find(({ id }) => id === 'meals/1.1.0')!;
}

async function failures(content: string, declared: typeof targets | undefined = targets) {
  const { folder, built } = build(content, declared);
  const { errors } = await errorOf(() => built);
  return { errors, places: placesOf(errors, folder) };
}

describe('a data() migration', () => {
  const plain = {
    ...{ type: 'data', source: { target: 'meals', table: 'meals' }, existing: 'keep', undo: 'before-image' },
    ...{ mayFail: 0, finish: 'application' },
  };
  const [write, check] = [
    { ...plain, pass: 'write' },
    { ...plain, pass: 'check' },
  ];

  it('in place writes and checks, and once more when the update has succeeded', async () => {
    const migration = await migrationOf(`name: 'change', dependsOn: ['1.0.0'], source: 'meals', ${transform}`);
    expect(migration).toMatchObject({ kind: 'data', irreversible: false, dependsOn: ['meals/1.0.0'] });
    expect(migration.phases).toEqual([
      { name: 'backfill', actions: [write] },
      { name: 'verify', actions: [{ ...check, letsFormerPass: true }] },
      { name: 'sweep', actions: [write, check] },
    ]);
  });

  it('works on rows of a SQL database, in its own folder and from another', async () => {
    const content = `${imports}export default data({ source: 'sales.users', destination: { table: 'meals', target: 'meals' }, ${transform} });`;
    const folder = migrationsFolder({ ...others, 'users/1.1.0_change.ts': content });
    const { bundle } = await buildBundle({ folder, targets });
    const migration = bundle.migrations.find(({ id }) => id === 'users/1.1.0')!;
    expect(actionsOf(migration, 'backfill')).toMatchObject([
      { source: { target: 'users', table: 'sales.users' }, destination: { target: 'meals', table: 'meals' } },
    ]);
    // Without an app nothing tells what the target is.
    expect((await buildBundle({ folder })).bundle.migrations).toHaveLength(4);
  });

  it('without a sweep does so only before the update', async () => {
    const { phases } = await migrationOf(`source: 'meals', sweep: false, ${transform}`);
    expect(phases.map(({ name }) => name)).toEqual(['backfill', 'verify']);
  });

  it('that is irreversible does all after the update', async () => {
    const { phases, irreversible } = await migrationOf(`source: 'meals', irreversible: true, ${transform}`);
    const action = { ...plain, undo: 'nothing' };
    expect(phases).toEqual([
      {
        name: 'contract',
        actions: [
          { ...action, pass: 'write' },
          { ...action, pass: 'check' },
        ],
      },
    ]);
    expect(irreversible).toBe(true);
  });

  it('to a destination is not swept, and takes the destination from the target that it names', async () => {
    const destination = "{ table: 'old-meals', target: 'archive' }";
    const options = "existing: 'replace', mayFail: 3, latencyBudget: 25, segments: 12, undo: (meal) => meal";
    const { phases } = await migrationOf(`source: 'meals', destination: ${destination}, ${options}, ${transform}`);
    expect(phases.map(({ name }) => name)).toEqual(['backfill', 'verify']);
    expect(phases[0]!.actions).toEqual([
      {
        ...write,
        destination: { target: 'archive', table: 'old-meals' },
        ...{ existing: 'replace', mayFail: 3, latencyBudget: 25, segments: 12, undo: 'function' },
      },
    ]);
  });

  it('to a destination is swept when it may end in the background, or asks for it', async () => {
    for (const option of ["finish: 'background'", 'sweep: true']) {
      const migration = await migrationOf(`source: 'meals', destination: 'copies', ${option}, ${transform}`);
      expect(actionsOf(migration, 'sweep')).toMatchObject([{ pass: 'write' }, { pass: 'check' }]);
    }
  });

  it('has its functions in code that an engine can load, and that leads to lines of the file', async () => {
    const { built } = build(`import { readFileSync } from 'node:fs';
      const unit: string = 'g';
      export default data({
        source: 'meals',
        destination: 'copies',
        existing: 'combine',
        transform: ({ id, portion }: { id: string; portion: string }) => {
          if (portion === '') throw new Error(String(readFileSync.name));
          return { id, amount: Number.parseInt(portion, 10), unit };
        },
        validate: ({ amount }) => amount > 0 || 'no amount',
        combine: (a, b) => ({ ...a, amount: Math.max(a.amount, b.amount) }),
        undo: () => null,
      });`);
    const migration = (await built).bundle.migrations.find(({ kind }) => kind === 'data')!;
    const { transform: made, validate, combine, undo, codeLines } = evaluate(migration);
    expect(made!({ id: 'a', portion: '150 g' })).toEqual({ id: 'a', amount: 150, unit: 'g' });
    expect(validate!({ amount: 0 })).toBe('no amount');
    expect(combine!({ id: 'a', amount: 1 }, { amount: 2 })).toEqual({ id: 'a', amount: 2 });
    expect(undo!({ id: 'a' })).toBeNull();

    const thrown = (() => {
      try {
        return made!({ id: 'a', portion: '' });
      } catch (error) {
        return error as Error;
      }
    })() as Error;
    const line = Number(/1\.1\.0_change\.ts:(\d+):/.exec(thrown.stack!)![1]);
    expect(sourceLineOf(codeLines, line)).toBe(9);
  });

  it('is not called while the bundle is made', async () => {
    const loud = "transform: () => { throw new Error('called'); }, validate: () => { throw new Error('called'); }";
    expect(await migrationOf(`source: 'meals', ${loud}`)).toMatchObject({ kind: 'data' });
  });
});

describe('a data() migration is refused with its line when', () => {
  it.each<[string, string, string[], RegExp]>([
    [
      'its target is unknown',
      `source: 'meals',\n  destination: { table: 'old-meals', target: 'archiv' }, ${transform}`,
      ['UNKNOWN_TARGET meals/1.1.0_change.ts:3:47'],
      /^Unknown target "archiv"\. Allowed: meals, archive, users\.$/,
    ],
    [
      'it writes to where it reads, by the name of its own target',
      `source: 'meals', destination: { table: 'meals', target: 'meals' }, ${transform}`,
      ['INVALID_EXPORT meals/1.1.0_change.ts:2:1'],
      /^The destination is the source\.$/,
    ],
    [
      'its declaration refuses',
      `source: 'meals', mayFail: -1, ${transform}`,
      ['LOAD_FAILED meals/1.1.0_change.ts:2:16'],
      /mayFail must be an integer from 0, got -1\.$/,
    ],
    [
      'a table has no possible name',
      `source: 'my meals', ${transform}`,
      ['LOAD_FAILED meals/1.1.0_change.ts:2:16'],
      /The name of a table must be .*, got "my meals"\.$/,
    ],
  ])('%s', async (_, properties, expected, message) => {
    const { errors, places } = await failures(`export default data({ ${properties} });`);
    expect(places).toEqual(expected);
    expect(errors[0]!.message).toMatch(message);
    expect(errors.every(({ hint }) => hint)).toBe(true);
  });

  it('it was made by hand, wrongly', async () => {
    const { places } = await failures("export default { kind: 'data', source: 'meals', transform: 1 };");
    expect(places).toEqual(['INVALID_EXPORT meals/1.1.0_change.ts:2:1']);
  });

  it('no folder is the target that it names, where no app says which there are', async () => {
    const { places } = await failures(
      `export default data({ source: { table: 'meals', target: 'nowhere' }, destination: 'meals', ${transform} });`,
      undefined,
    );
    expect(places).toEqual(['UNKNOWN_TARGET meals/1.1.0_change.ts:2:58']);
  });
});

describe('a function that is not pure', () => {
  const warningsOf = async (functions: string) => {
    const { folder, built } = build(`export default data({ source: 'meals',\n${functions} });`);
    const { warnings } = await built;
    return { warnings, places: placesOf(warnings, folder) };
  };

  it.each([
    ['transform: (meal) => ({ ...meal, at: Date.now() })', 'Date.now', 38],
    ['transform: (meal) => ({ ...meal, at: new Date() })', 'new Date()', 38],
    ['transform: (meal) => ({ ...meal, id: Math.random() })', 'Math.random', 38],
    ['transform(meal) { return { ...meal, from: process.env.AWS_REGION }; }', 'process.env', 43],
    ['transform(meal) { void fetch(`https://x/${meal.id}`); return meal; }', 'fetch', 24],
  ])('is warned of: %s', async (code, what, column) => {
    const { warnings, places } = await warningsOf(code);
    expect(places).toEqual([`IMPURE_TRANSFORM meals/1.1.0_change.ts:3:${column}`]);
    expect(warnings[0]!.message).toBe(`Function transform uses ${what}: it must depend on nothing but items.`);
  });

  it('is warned of under its own name', async () => {
    const { warnings } = await warningsOf(`${transform}, undo: (meal) => (Math.random() > 1 ? null : meal)`);
    expect(warnings.map(({ payload }) => payload)).toEqual([{ function: 'undo', uses: 'Math.random' }]);
  });

  it.each([
    'transform: (meal) => ({ ...meal, note: "Math.random() and `fetch` at Date.now()" })',
    'transform: (meal) => { /* no Date.now() */ return meal; // nor new Date()\n }',
    'transform: (meal) => ({ ...meal, day: new Date(meal.at).toISOString(), year: Date.parse(meal.day) })',
    'transform: ({ fetch, Date, ...meal }) => ({ ...meal, fetched: fetch, at: Date.now })',
    'transform: (meal) => ({ ...meal, half: /Math.random/.test(meal.text) ? 1 / 2 : Math.round(meal.half / 2) })',
  ])('is not mistaken for one that is: %s', async (code) => {
    expect((await warningsOf(code)).places).toEqual([]);
  });
});
