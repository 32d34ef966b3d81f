import type { IndexDefinition, KeyAttribute, TableOperation } from '../core/bundle/bundle';
import { checkProperties, refuse } from './refuse';

const mostIndexes = 20;
const mostIncluded = 20;
/** DynamoDB's limit for the included attributes of all indexes of a table together. */
const mostIncludedInAll = 100;

/**
 * Returns the operation if DynamoDB would accept it, as far as that can be told without a table: names, lengths, key
 * types, projections, number of indexes. Found here a mistake costs a second; found during a deployment, a rollback.
 * @throws TypeError that says what DynamoDB accepts
 */
export function checkOperation<T extends TableOperation>(operation: T): T {
  const described: TableOperation = operation;
  switch (described?.kind) {
    case 'createTable':
      checkProperties('The argument of createTable()', described, [
        'kind',
        'table',
        'partitionKey',
        'sortKey',
        'globalIndexes',
      ]);
      checkTableName(described.table);
      checkKeys('createTable()', [described, ...checkIndexes(described.globalIndexes)]);
      break;
    case 'deleteTable':
      checkProperties('The argument of deleteTable()', described, ['kind', 'table', 'allowDestructive']);
      checkTableName(described.table);
      checkReason(described.allowDestructive);
      break;
    case 'addGlobalIndex':
      checkProperties('The argument of addGlobalIndex()', described, ['kind', 'table', 'index']);
      checkTableName(described.table);
      checkIndex(described.index);
      checkKeys('addGlobalIndex()', [described.index]);
      break;
    case 'removeGlobalIndex':
      checkProperties('The argument of removeGlobalIndex()', described, ['kind', 'table', 'index', 'allowDestructive']);
      checkTableName(described.table);
      checkName('index', described.index);
      checkReason(described.allowDestructive);
      break;
    default:
      refuse(
        'An operation',
        'be made by createTable(), deleteTable(), addGlobalIndex() or removeGlobalIndex()',
        operation,
      );
  }
  return operation;
}

function checkIndexes(indexes: readonly IndexDefinition[] = []): readonly IndexDefinition[] {
  if (!Array.isArray(indexes)) refuse('Property globalIndexes', 'be a list of indexes', indexes);
  if (indexes.length > mostIndexes) refuse('A table', `have at most ${mostIndexes} global indexes`, indexes.length);
  indexes.forEach(checkIndex);
  const included = indexes.flatMap(({ projection }) => (Array.isArray(projection) ? projection : []));
  if (included.length > mostIncludedInAll) {
    refuse('The indexes of a table', `include at most ${mostIncludedInAll} attributes together`, included.length);
  }
  checkDistinct(
    'Index',
    indexes.map(({ name }) => name),
  );
  return indexes;
}

function checkIndex(index: IndexDefinition): void {
  checkProperties('An index', index, ['name', 'partitionKey', 'sortKey', 'projection']);
  checkName('index', index.name);
  const { projection = 'ALL' } = index;
  if (projection === 'ALL' || projection === 'KEYS_ONLY') return;
  if (!Array.isArray(projection) || projection.length === 0 || projection.length > mostIncluded) {
    const requirement = `be ALL, KEYS_ONLY, or a list of 1 to ${mostIncluded} attributes`;
    refuse(`The projection of index ${index.name}`, requirement, projection);
  }
  projection.forEach(checkAttributeName);
  checkDistinct('Included attribute', projection);
}

/** The keys of a table and its indexes: an attribute has one type, whichever of them use it. */
function checkKeys(builder: string, keyed: readonly { partitionKey: KeyAttribute; sortKey?: KeyAttribute }[]): void {
  const types = new Map<string, string>();
  for (const { partitionKey, sortKey } of keyed) {
    const keys = sortKey === undefined ? [partitionKey] : [partitionKey, sortKey];
    for (const key of keys) {
      checkKey(builder, key);
      const type = types.get(key.name) ?? key.type;
      if (type !== key.type)
        refuse(`Key attribute ${key.name}`, `have type ${type}, as elsewhere in this operation`, key.type);
      types.set(key.name, key.type);
    }
    if (partitionKey.name === sortKey?.name)
      refuse('The sort key', 'be another attribute than the partition key', sortKey.name);
  }
}

function checkKey(builder: string, key: KeyAttribute): void {
  if (typeof key !== 'object' || key === null)
    refuse(`A key of ${builder}`, "be an object such as { name: 'userId', type: 'S' }", key);
  checkProperties('A key', key, ['name', 'type']);
  checkAttributeName(key.name);
  if (!['S', 'N', 'B'].includes(key.type)) {
    refuse(`Key attribute ${key.name}`, 'have type S (string), N (number) or B (binary)', key.type);
  }
}

/** Refuses what cannot be the logical name of a table. */
export function checkTableName(name: string): void {
  checkName('table', name);
}

function checkName(what: 'table' | 'index', name: string): void {
  if (typeof name === 'string' && /^[a-zA-Z0-9_.-]{3,255}$/.test(name)) return;
  refuse(
    `The name of ${what === 'index' ? 'an' : 'a'} ${what}`,
    'be 3 to 255 of the characters a-z A-Z 0-9 _ - .',
    name,
  );
}

function checkReason(reason: string | undefined): void {
  if (reason === undefined || (typeof reason === 'string' && reason.trim() !== '')) return;
  refuse('Property allowDestructive', 'be a reason in words', reason);
}

function checkAttributeName(name: string): void {
  if (typeof name === 'string' && name !== '' && new TextEncoder().encode(name).length <= 255) return;
  refuse('The name of an attribute', 'be 1 to 255 bytes of UTF-8', name);
}

function checkDistinct(what: string, names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new TypeError(`${what} ${JSON.stringify(twice)} is listed twice.`);
}
