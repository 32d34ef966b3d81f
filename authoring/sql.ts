import type { SqlConnection } from '../core/ports';
import { checkProperties, checkTexts, refuse } from './refuse';

/**
 * A phase of a SQL migration that needs code. Everything it executes is one transaction, together with the history row
 * that says that it happened: it must not begin, commit or roll back one itself, and it may be called again after a
 * crash, as if it had never run. Return when all is awaited.
 */
export type SqlFunction = (db: SqlConnection) => Promise<void>;

export interface SqlMigrationProps {
  /**
   * What must be applied before: `1.0.0` of this target, or `other-target/1.0.0`.
   * @default - nothing
   */
  readonly dependsOn?: readonly string[];
  /**
   * Repeats the name of the file, in words. Checked against it.
   * @default - the name of the file
   */
  readonly name?: string;
  /**
   * There is no way back. A deployment that contains it cannot be rolled back past it.
   * @default false
   */
  readonly irreversible?: boolean;
  /** Applied by a deployment. Nothing destructive here: code cannot be checked for it. */
  readonly up: SqlFunction;
  /**
   * Undoes `up`. Its compiled code is kept with the deployment, so that any engine version can run it.
   * @default - none, and then `irreversible` must be true
   */
  readonly down?: SqlFunction;
  /**
   * Applied only after the stack update succeeded.
   * @default - nothing
   */
  readonly contract?: SqlFunction;
  /**
   * SELECTs that are run after `up`. Each must return one row whose first column is true.
   * @default - nothing
   */
  readonly verify?: readonly string[];
}

export interface SqlMigration extends SqlMigrationProps {
  readonly kind: 'sql';
}

/**
 * A SQL migration in TypeScript, for changes that statements alone cannot say. The default export of its file.
 * @example
 * export default sql({
 *   dependsOn: ['1.0.0'],
 *   up: async (db) => {
 *     const { rows } = await db.execute('select id, email from users where email like :pattern', { pattern: '% %' });
 *     for (const row of rows) {
 *       await db.execute('update users set email = :email where id = :id', { id: row.id, email: clean(row.email) });
 *     }
 *   },
 *   irreversible: true,
 * });
 * @throws TypeError for a property that is not right
 */
export function sql(props: SqlMigrationProps): SqlMigration {
  const known = ['kind', 'dependsOn', 'name', 'irreversible', 'up', 'down', 'contract', 'verify'];
  checkProperties('sql()', props, known);
  checkTexts('dependsOn', props.dependsOn ?? []);
  checkTexts('verify', props.verify ?? []);
  for (const phase of ['up', 'down', 'contract'] as const) {
    if (typeof props[phase] === 'function' || (props[phase] === undefined && phase !== 'up')) continue;
    refuse(`${phase} is`, props[phase], 'a function: async (db) => { ... }');
  }
  return { ...props, kind: 'sql' };
}
