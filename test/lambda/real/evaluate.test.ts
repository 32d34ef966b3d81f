import { describe, expect, it } from '@jest/globals';
import { buildBundle } from '../../../bundler';
import type { BundledMigration } from '../../../core/bundle/bundle';
import { codeStep } from '../../../core/engine/kinds/code';
import { evaluate } from '../../../lambda/aws/evaluate';
import { migration, session, stepContext } from '../../ports/support/records';
import { MemorySqlDatabase } from '../../support/memory/sql-database';
import { errorOf, migrationsFolder } from '../../support/migrations-folder';

/** A TypeScript migration, compiled and bundled as at synth. */
async function bundled(source: string): Promise<BundledMigration> {
  const folder = migrationsFolder({ 'users/1.0.0_code.ts': source });
  const { bundle } = await buildBundle({ folder, targets: [{ name: 'users', databaseKind: 'aurora-postgresql' }] });
  return bundle.migrations[0]!;
}

const apply = (compiled: BundledMigration) =>
  codeStep.perform(
    { type: 'code', function: 'up' },
    stepContext({
      file: compiled.file,
      target: new MemorySqlDatabase().open(session(1)),
      module: async () => evaluate(compiled),
    }),
    undefined,
  );

describe('the module of a migration', () => {
  it('runs as it was written', async () => {
    const compiled = await bundled(
      `import { sql } from 'cdk-migrations/authoring';
export default sql({ async up(db) { await db.execute('one'); }, async down(db) { await db.execute('undo one'); } });`,
    );

    expect(Object.keys(evaluate(compiled))).toEqual(expect.arrayContaining(['up', 'down', 'codeLines']));
    expect(await apply(compiled)).toBe('done');
  });

  it('is traced to the line of its source when it throws', async () => {
    const compiled = await bundled(`import { sql } from 'cdk-migrations/authoring';

interface Row {
  readonly id: number;
}

function count(rows: readonly Row[]): number {
  if (rows.length === 0) throw new RangeError('the table is empty');
  return rows.length;
}

export default sql({
  async up(db) {
    await db.execute('one');
    count([]);
  },
  async down() {},
});
`);

    expect(await errorOf(() => apply(compiled))).toMatchObject({
      code: 'CODE_FAILED',
      message: 'up() threw: the table is empty',
      location: { file: 'users/1.0.0_code.ts', line: 8 },
      payload: { statement: 'one' },
    });
  });

  it('is traced to the line of its source when it cannot be loaded', async () => {
    const broken = {
      ...migration(1),
      file: 'users/1.0.0_code.ts',
      codeLines: [
        [1, 10],
        [3, 30],
      ],
    } as unknown as BundledMigration;
    const thrown = await errorOf(() =>
      evaluate({ ...broken, code: 'const a = 1;\n\nthrow new Error("while loading");' }),
    );
    const unparsable = await errorOf(() => evaluate({ ...broken, code: 'const a = 1;\n\nconst = 2;' }));

    expect(thrown).toMatchObject({ code: 'CODE_FAILED', location: { file: 'users/1.0.0_code.ts', line: 30 } });
    expect(thrown.message).toContain('while loading');
    expect(unparsable).toMatchObject({ code: 'CODE_FAILED', location: { line: 30 } });
  });

  it('may use the modules of Node', async () => {
    const compiled = {
      ...migration(1),
      file: 'users/a.ts',
      code: "const { sep } = require('node:path'); module.exports = { default: { up: async () => sep } };",
    };

    expect(typeof evaluate(compiled as unknown as BundledMigration).up).toBe('function');
  });
});
