import { type ErrorLocation, MigrationError } from '../errors/index';
import type { TableOperation } from './table-operations';

/**
 * What a statement or operation does to one object, as far as safety needs to know. The bundler reads these facts from
 * the parse tree; what they mean is decided here.
 */
export interface ObjectChange {
  readonly change: 'create' | Loss;
  /** For messages, in PostgreSQL's or DynamoDB's terms: `table`, `column`, `index`. */
  readonly object: string;
  /** Unique per kind of object in its database: `users`, `crm.users`, `users.email` for a column. */
  readonly name: string;
  /** The new name of what is renamed. */
  readonly newName?: string;
  /** The object may have existed before: `IF NOT EXISTS`, `OR REPLACE`. */
  readonly uncertain?: boolean;
  /** The columns that `overwrite` writes, by their full names: it loses nothing when all of them are new. */
  readonly columns?: readonly string[];
  /** Completes the message: `from integer to smallint`. */
  readonly detail?: string;
  readonly location?: ErrorLocation;
}

/**
 * `empty` and `overwrite`: all rows go or lose what they held, the object stays. `retype`: to a type that cannot hold
 * every value. `extend`: adds what nothing can remove again. `expire`: rows go by and by.
 */
type Loss = 'drop' | 'rename' | 'empty' | 'overwrite' | 'retype' | 'detach' | 'freeze' | 'extend' | 'expire';

/**
 * Guarantee G2: nothing that loses data runs before the commit. Of what `up` does, in order, the changes that are not
 * safe there. What the same migration created may be dropped, renamed and emptied, because nothing uses it yet; a view
 * that is made again holds no data of its own.
 */
export function unsafeChanges(changes: readonly ObjectChange[]): readonly ObjectChange[] {
  const own = new Set<string>();
  const unsafe: ObjectChange[] = [];
  changes.forEach((change, index) => {
    if (change.change === 'create') {
      if (!change.uncertain) own.add(keyOf(change.object, change.name));
    } else if (isOwn(own, change)) follow(own, change);
    else if (!isReplaced(change, changes.slice(index + 1))) unsafe.push(change);
  });
  return unsafe;
}

/** Created here, or part of a table that was created here. */
function isOwn(own: ReadonlySet<string>, { object, name, columns }: ObjectChange): boolean {
  const table = name.slice(0, name.lastIndexOf('.'));
  const isNew = (column: string) => own.has(keyOf('column', column));
  return (
    own.has(keyOf(object, name)) ||
    own.has(keyOf('table', table)) ||
    (columns !== undefined && columns.length > 0 && columns.every(isNew))
  );
}

/**
 * The facts of declarative DynamoDB operations; undefined for one that loses nothing, whatever the table was before. Time to
 * live does: DynamoDB deletes what has expired (aws-facts DDB-30), and a rollback cannot bring it back.
 */
export function tableChange(operation: TableOperation): ObjectChange | undefined {
  const { table } = operation;
  switch (operation.kind) {
    case 'createTable':
      return { change: 'create', object: 'table', name: table };
    case 'deleteTable':
      return { change: 'drop', object: 'table', name: table };
    case 'addGlobalIndex':
      return { change: 'create', object: 'index', name: `${table}.${operation.index.name}` };
    case 'removeGlobalIndex':
      return { change: 'drop', object: 'index', name: `${table}.${operation.index}` };
    case 'setStream':
      return operation.view === null ? { change: 'drop', object: 'stream', name: `${table}.stream` } : undefined;
    case 'setTimeToLive':
      if (operation.attribute === null) return undefined;
      return { change: 'expire', object: 'items', name: `${table}.${operation.attribute}` };
    case 'setPointInTimeRecovery':
      if (operation.enabled) return undefined;
      return { change: 'drop', object: 'point-in-time recovery', name: `${table}.recovery` };
    default:
      return undefined;
  }
}

/**
 * The error for an unsafe change of the up phase.
 * @param hint what to do, which depends on the language of the file
 */
export function unsafeChange(id: string, unsafe: ObjectChange, hint: string): MigrationError {
  const { change, object, name, detail, location } = unsafe;
  const what = `The up phase of ${id} ${verbs[change]} ${object} ${name}${detail ? ` ${detail}` : ''}`;
  const details = { payload: { id, change, object, name }, hint, location };
  return change === 'extend'
    ? new MigrationError('IRREVERSIBLE_CHANGE', `${what}, which no down can take back.`, details)
    : new MigrationError('DESTRUCTIVE_CHANGE', `${what} before the deployment has succeeded.`, details);
}

const verbs: Readonly<Record<ObjectChange['change'], string>> = {
  create: 'creates',
  drop: 'drops',
  rename: 'renames',
  empty: 'deletes every row of',
  overwrite: 'overwrites every row of',
  retype: 'changes the type of',
  detach: 'detaches',
  freeze: 'drops the expression of',
  extend: 'adds a value to',
  expire: 'begins to delete',
};

function keyOf(object: string, name: string): string {
  return `${object} ${name}`;
}

function follow(own: Set<string>, { change, object, name, newName }: ObjectChange): void {
  if (change === 'drop' || change === 'rename') own.delete(keyOf(object, name));
  if (newName !== undefined) own.add(keyOf(object, newName));
}

function isReplaced({ change, object, name }: ObjectChange, later: readonly ObjectChange[]): boolean {
  if (change !== 'drop' || object !== 'view') return false;
  return later.some((next) => next.change === 'create' && next.object === object && next.name === name);
}
