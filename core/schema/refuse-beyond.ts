import { actionsOf, type BundledMigration, type Statement } from '../bundle/bundle';
import { redactLiterals } from '../bundle/redaction';
import { MigrationError } from '../errors/index';
import type { MigrationModule, SchemaDatabase, SqlConnection } from '../ports';
import type { Comparing } from './comparing';

/** Refuses migrations that would change more than the scratch database, before anything of them is run. */
export function refuseBeyond({ migrations, live }: Comparing, schema: SchemaDatabase): void {
  for (const { migration, isContracted } of migrations) {
    const phases = isContracted ? (['up', 'contract'] as const) : (['up'] as const);
    for (const action of phases.flatMap((phase) => actionsOf(migration, phase))) {
      for (const statement of action.type === 'sql' ? action.statements : []) {
        const beyond = schema.reachesBeyond(statement.text);
        if (beyond !== undefined) throw refused(migration, statement, beyond, live);
      }
    }
  }
}

function refused(
  migration: BundledMigration,
  { text, line, column }: Statement,
  beyond: string,
  { traits }: Comparing['live'],
): MigrationError {
  return new MigrationError('SCRATCH_REFUSED', refusal(migration, beyond), {
    payload: { migration: migration.id, statement: redactLiterals(text, traits.doubleQuotes) },
    location: { file: migration.file, line, column },
    hint: otherServer,
  });
}

/** The statements of a function are known only when it runs them. */
export function withinScratch(
  module: MigrationModule,
  migration: BundledMigration,
  schema: SchemaDatabase,
): MigrationModule {
  const guarded = (run: MigrationModule['up']) =>
    run &&
    ((connection: SqlConnection) =>
      run({
        execute(statement, parameters) {
          const beyond = schema.reachesBeyond(statement);
          if (beyond !== undefined) throw new Error(refusal(migration, beyond));
          return connection.execute(statement, parameters);
        },
      }));
  return { ...module, up: guarded(module.up), contract: guarded(module.contract) };
}

function refusal({ id }: BundledMigration, beyond: string): string {
  return `${id} cannot be tried in a scratch database beside the live one: it changes ${beyond}.`;
}

const otherServer =
  'Compare with --scratch and the URL of a server of your own, which the migrations may change, for example postgres://localhost.';
