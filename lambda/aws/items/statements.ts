import type { AttributeValue, BatchStatementRequest } from '@aws-sdk/client-dynamodb';
import type { Condition, PreparedChange } from './prepared-change';

/** Characters of a statement (aws-facts DDB-40). */
const longestStatement = 8192;

/** Names that mean the same to every reader of PartiQL when they are quoted. In others a dot could be read as a path. */
const plainName = /^[\w#:@$ -]+$/;

/**
 * A change as one statement of PartiQL, of which a request takes 25. Undefined when PartiQL cannot express it, or when its
 * documentation does not say how: then it is a request of its own.
 */
export function toStatement(change: PreparedChange, table: string): BatchStatementRequest | undefined {
  // A DELETE of an item that is gone succeeds (aws-facts DDB-40), and undoing it would bring the item back.
  if (change.change === 'delete') return undefined;
  const built = build(change, table);
  const names = [...built.names, ...Object.keys(change.key)];
  if (!names.every((name) => plainName.test(name)) || built.Statement.length > longestStatement) return undefined;
  // Documented are several attributes after one SET (aws-facts DDB-40), and one REMOVE.
  if (change.change === 'update' && change.removes.length > 1) return undefined;
  return { Statement: built.Statement, Parameters: built.Parameters };
}

interface Built {
  readonly Statement: string;
  readonly Parameters: AttributeValue[] | undefined;
  readonly names: readonly string[];
}

function build(change: Exclude<PreparedChange, { readonly change: 'delete' }>, table: string): Built {
  if ('item' in change) {
    const names = Object.keys(change.item);
    const pairs = names.map((name) => `'${name}':?`).join();
    return { Statement: `INSERT INTO "${table}" VALUE {${pairs}}`, Parameters: Object.values(change.item), names };
  }
  const where = whereOf(change.key, change.conditions);
  const { sets, removes } = change;
  const set = sets.length > 0 ? ` SET ${sets.map(([name]) => `"${name}"=?`).join()}` : '';
  const remove = removes.map((name) => ` REMOVE "${name}"`).join('');
  return {
    Statement: `UPDATE "${table}"${set}${remove} WHERE ${where.text}`,
    Parameters: [...sets.map(([, value]) => value), ...where.values],
    names: [...sets.map(([name]) => name), ...removes, ...where.names],
  };
}

function whereOf(key: PreparedChange['key'], conditions: readonly Condition[]) {
  const all: readonly Condition[] = [...Object.entries(key), ...conditions];
  return {
    names: all.map(([name]) => name),
    text: all.map(([name, value]) => (value === undefined ? `"${name}" IS MISSING` : `"${name}"=?`)).join(' AND '),
    values: all.flatMap(([, value]) => value ?? []),
  };
}
