import { type ErrorLocation, MigrationError } from '../errors/index';
import type { TableOperation } from './bundle';

/**
 * What a statement or operation does to one object, as far as safety needs to know. The bundler reads these facts from
 * the parse tree; what they mean is decided here.
 */
export interface ObjectChange {
  /** `empty`: all rows go, the object stays. */
  readonly change: 'create' | 'drop' | 'rename' | 'empty';
  /** For messages, in PostgreSQL's or DynamoDB's terms: `table`, `column`, `index`. */
  readonly object: string;
  /** Unique per kind of object in its database: `users`, `crm.users`, `users.email` for a column. */
  readonly name: string;
  /** The new name of what is renamed. */
  readonly newName?: string;
  /** No `down` can restore it, not even empty. Then a reason alone does not permit it. */
  readonly final?: boolean;
  readonly location?: ErrorLocation;
}

export interface SafetyDeclaration {
  readonly id: string;
  /** What `up` does, in order. */
  readonly changes: readonly ObjectChange[];
  readonly allowDestructive?: string;
  readonly irreversible: boolean;
}

/**
 * Guarantee G2: nothing destructive runs before commit. Refuses drops, renames and emptying in `up` unless the
 * migration gives a reason. What the same migration created may be dropped, renamed and emptied, because nothing uses it yet.
 */
export function findUnsafeChanges(migration: SafetyDeclaration): readonly MigrationError[] {
  const own = new Set<string>();
  const errors: MigrationError[] = [];
  for (const change of migration.changes) {
    if (change.change === 'create') own.add(keyOf(change.object, change.name));
    else if (isOwn(own, change)) follow(own, change);
    else if (!isAllowed(migration, change)) errors.push(destructiveChange(migration, change));
  }
  return errors;
}

/** The facts of declarative DynamoDB operations, given where each is written. */
export function tableChanges(operations: readonly TableOperation[], location?: ErrorLocation): ObjectChange[] {
  return operations.map((operation) => ({ ...tableChange(operation), location }));
}

function tableChange(operation: TableOperation): ObjectChange {
  switch (operation.kind) {
    case 'createTable':
      return { change: 'create', object: 'table', name: operation.table };
    case 'deleteTable':
      return { change: 'drop', object: 'table', name: operation.table, final: true };
    case 'addGlobalIndex':
      return { change: 'create', object: 'index', name: `${operation.table}.${operation.index.name}` };
    case 'removeGlobalIndex':
      return { change: 'drop', object: 'index', name: `${operation.table}.${operation.index}` };
  }
}

function isAllowed({ allowDestructive, irreversible }: SafetyDeclaration, { final }: ObjectChange): boolean {
  return allowDestructive !== undefined && (!final || irreversible);
}

function keyOf(object: string, name: string): string {
  return `${object} ${name}`;
}

/** Created here, or part of a table that was created here. */
function isOwn(own: ReadonlySet<string>, { object, name }: ObjectChange): boolean {
  const table = name.slice(0, name.lastIndexOf('.'));
  return own.has(keyOf(object, name)) || own.has(keyOf('table', table));
}

function follow(own: Set<string>, { change, object, name, newName }: ObjectChange): void {
  if (change !== 'empty') own.delete(keyOf(object, name));
  if (newName !== undefined) own.add(keyOf(object, newName));
}

const verbs = { create: 'creates', drop: 'drops', rename: 'renames', empty: 'deletes every row of' } as const;

function destructiveChange(migration: SafetyDeclaration, change: ObjectChange): MigrationError {
  const { object, name, final, location } = change;
  return new MigrationError(
    'DESTRUCTIVE_CHANGE',
    `The up phase of ${migration.id} ${verbs[change.change]} ${object} ${name} before the deployment has succeeded` +
      (final ? ', which cannot be undone.' : '.'),
    {
      payload: { id: migration.id, change: change.change, object, name },
      hint: destructiveHint(migration, final === true),
      location,
    },
  );
}

function destructiveHint({ allowDestructive }: SafetyDeclaration, final: boolean): string {
  if (!final)
    return 'Move it to the contract phase, or give a reason: allow-destructive in SQL, allowDestructive in TypeScript.';
  return allowDestructive === undefined
    ? 'Move it to the contract phase, or give a reason in allowDestructive and declare the migration irreversible.'
    : 'Move it to the contract phase, or declare the migration irreversible too.';
}
