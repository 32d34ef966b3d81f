import type { SqlConnection } from '../core/ports';
import { checkProperties, checkTexts, refuse } from './refuse';

/**
 * A phase of a SQL migration that needs code. Everything it executes is one transaction, together with the history row
 * that records it: it must not begin, commit or roll back a transaction itself. After a crash it may be called again,
 * as if it had never run. It must await everything before it returns.
 *
 * @example
 * import { type SqlFunction, sql } from 'cdk-migrations/authoring';
 *
 * const up: SqlFunction = async (db) => {
 *   await db.execute('update users set email = lower(email)');
 * };
 * export default sql({ up, irreversible: true });
 */
export type SqlFunction = (db: SqlConnection) => Promise<void>;

/**
 * What {@link sql} takes.
 *
 * @example
 * import { type SqlMigrationProps, sql } from 'cdk-migrations/authoring';
 *
 * const props: SqlMigrationProps = {
 *   up: async (db) => {
 *     await db.execute('alter table users add column diet text');
 *   },
 *   down: async (db) => {
 *     await db.execute('alter table users drop column diet');
 *   },
 * };
 * export default sql(props);
 */
export interface SqlMigrationProps {
  /**
   * What must be applied before: `1.0.0` for a migration of the same target, `other-target/1.0.0` for another's.
   * @default - nothing
   */
  readonly dependsOn?: readonly string[];
  /**
   * Repeats the name of the file, in words, so that a copied file is noticed: it is compared with the file's name.
   * @default - the name of the file
   */
  readonly name?: string;
  /**
   * Whether the migration cannot be undone. A deployment that contains such a migration cannot be rolled back past it.
   * @default false
   */
  readonly irreversible?: boolean;
  /** Applied by a deployment. Nothing destructive belongs here, because code cannot be checked for it. */
  readonly up: SqlFunction;
  /**
   * Undoes `up`. Its compiled code is kept with the deployment, so that any version of the engine can run it.
   * @default - none, and then `irreversible` must be true
   */
  readonly down?: SqlFunction;
  /**
   * Applied only after the stack update has succeeded.
   * @default - nothing
   */
  readonly contract?: SqlFunction;
  /**
   * SELECT statements that run after `up`. Each must return one row whose first column is true.
   * @default - nothing
   */
  readonly verify?: readonly string[];
}

/**
 * What {@link sql} returns, and a migration file exports: its properties, checked, and the kind of the migration.
 *
 * @example
 * import { type SqlMigration, sql } from 'cdk-migrations/authoring';
 *
 * const migration: SqlMigration = sql({
 *   up: async (db) => {
 *     await db.execute('update users set email = lower(email)');
 *   },
 *   irreversible: true,
 * });
 * export default migration;
 */
export interface SqlMigration extends SqlMigrationProps {
  /** Tells this kind of migration from the others. */
  readonly kind: 'sql';
}

/**
 * A SQL migration in TypeScript, for changes that need more than statements. The default export of its file.
 *
 * @param props the functions of its phases, and what must be applied before them
 * @returns `props` with the kind of the migration
 * @throws TypeError for an unknown property, or a value of the wrong type
 * @example
 * import { sql } from 'cdk-migrations/authoring';
 *
 * export default sql({
 *   dependsOn: ['1.0.0'],
 *   up: async (db) => {
 *     const { rows } = await db.execute('select id, email from users where email like :pattern', { pattern: '% %' });
 *     for (const { id, email } of rows) {
 *       await db.execute('update users set email = :email where id = :id', { id, email: String(email).trim() });
 *     }
 *   },
 *   irreversible: true,
 * });
 */
export function sql(props: SqlMigrationProps): SqlMigration {
  const properties = ['kind', 'dependsOn', 'name', 'irreversible', 'up', 'down', 'contract', 'verify'];
  checkProperties('The argument of sql()', props, properties);
  checkTexts('dependsOn', props.dependsOn ?? []);
  checkTexts('verify', props.verify ?? []);
  for (const phase of ['up', 'down', 'contract'] as const) {
    if (typeof props[phase] === 'function' || (props[phase] === undefined && phase !== 'up')) continue;
    refuse(`Property ${phase}`, 'be a function such as async (db) => { ... }', props[phase]);
  }
  return { ...props, kind: 'sql' };
}
