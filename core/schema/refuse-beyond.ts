import { redactLiterals } from '../bundle/redaction';
import { MigrationError } from '../errors/index';
import type { MigrationModule, SchemaDatabase, SqlConnection, Target } from '../ports';
import type { AppliedMigration } from './comparing';
import type { ScratchStep } from './scratch-steps';

/** Refuses migrations that would change more than the scratch database, before anything of them is run. */
export function refuseBeyond(steps: readonly ScratchStep[], schema: SchemaDatabase, { traits }: Target): void {
  for (const { migration, action } of steps) {
    const statements = action.type === 'sql' ? action.statements : action.type === 'ddl' ? [action.statement] : [];
    for (const { text, line, column } of statements) {
      const beyond = schema.reachesBeyond(text);
      if (beyond === undefined) continue;
      throw new MigrationError('SCRATCH_REFUSED', refusal(migration, beyond), {
        payload: { migration: migration.id, statement: redactLiterals(text, traits.doubleQuotes) },
        location: { file: migration.file, line, column },
        hint: otherServer,
      });
    }
  }
}

/** The statements of a function are known only when it runs them. */
export function withinScratch(
  module: MigrationModule,
  migration: AppliedMigration['migration'],
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

function refusal({ id }: AppliedMigration['migration'], beyond: string): string {
  return `${id} cannot be tried in a scratch database beside the live one: it changes ${beyond}.`;
}

const otherServer =
  'Compare with --scratch and the URL of a server of your own, which the migrations may change, for example postgres://localhost.';
