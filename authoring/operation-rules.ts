import type { IndexDefinition, KeyAttribute, TableOperation } from '../core/bundle/bundle';
import { checkProperties, refuse } from './refuse';

const mostIndexes = 20;
const mostIncluded = 20;
/** DynamoDB's bound on the included attributes of all indexes of a table together. */
const mostIncludedInAll = 100;

/**
 * Returns the operation when DynamoDB would accept it, as far as that can be told without a table: names, lengths,
 * key types, projections, number of indexes. Found here, a mistake costs a second; found on deploy, a rollback.
 * @throws TypeError that says what DynamoDB allows
 */
export function checkOperation<T extends TableOperation>(operation: T): T {
  const described: TableOperation = operation;
  switch (described?.kind) {
    case 'createTable':
      checkProperties('createTable', described, ['kind', 'table', 'partitionKey', 'sortKey', 'globalIndexes']);
      checkName('table', described.table);
      checkKeys('createTable', [described, ...listOfIndexes(described.globalIndexes)]);
      break;
    case 'deleteTable':
      checkProperties('deleteTable', described, ['kind', 'table']);
      checkName('table', described.table);
      break;
    case 'addGlobalIndex':
      checkProperties('addGlobalIndex', described, ['kind', 'table', 'index']);
      checkName('table', described.table);
      checkIndex(described.index);
      checkKeys('addGlobalIndex', [described.index]);
      break;
    case 'removeGlobalIndex':
      checkProperties('removeGlobalIndex', described, ['kind', 'table', 'index']);
      checkName('table', described.table);
      checkName('index', described.index);
      break;
    default:
      refuse('Not an operation', operation, 'createTable(), deleteTable(), addGlobalIndex() and removeGlobalIndex()');
  }
  return operation;
}

function listOfIndexes(indexes: readonly IndexDefinition[] = []): readonly IndexDefinition[] {
  if (!Array.isArray(indexes)) refuse('globalIndexes is', indexes, 'a list of indexes');
  if (indexes.length > mostIndexes) refuse('Number of global indexes', indexes.length, `at most ${mostIndexes}`);
  indexes.forEach(checkIndex);
  const included = indexes.flatMap(({ projection }) => (Array.isArray(projection) ? projection : []));
  if (included.length > mostIncludedInAll) {
    refuse('Number of included attributes in all indexes', included.length, `at most ${mostIncludedInAll}`);
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
    refuse(
      `Projection of ${index.name} is`,
      projection,
      `ALL, KEYS_ONLY, or the names of 1 to ${mostIncluded} attributes`,
    );
  }
  projection.forEach(checkAttributeName);
  checkDistinct('Included attribute', projection);
}

/** Keys of a table and its indexes: an attribute has one type, whichever of them use it. */
function checkKeys(what: string, keyed: readonly { partitionKey: KeyAttribute; sortKey?: KeyAttribute }[]): void {
  const types = new Map<string, string>();
  for (const { partitionKey, sortKey } of keyed) {
    const keys = sortKey === undefined ? [partitionKey] : [partitionKey, sortKey];
    for (const key of keys) {
      checkKey(what, key);
      const type = types.get(key.name) ?? key.type;
      if (type !== key.type)
        refuse(`Type of key attribute ${key.name}`, key.type, `${type}, as elsewhere in this operation`);
      types.set(key.name, key.type);
    }
    if (partitionKey.name === sortKey?.name)
      refuse('Sort key', sortKey.name, 'another attribute than the partition key');
  }
}

function checkKey(what: string, key: KeyAttribute): void {
  if (typeof key !== 'object' || key === null)
    refuse(`A key of ${what} is`, key, "for example { name: 'userId', type: 'S' }");
  checkProperties('A key', key, ['name', 'type']);
  checkAttributeName(key.name);
  if (!['S', 'N', 'B'].includes(key.type)) {
    refuse(`Type of key attribute ${key.name}`, key.type, 'S (string), N (number), B (binary)');
  }
}

function checkName(what: 'table' | 'index', name: string): void {
  if (typeof name === 'string' && /^[a-zA-Z0-9_.-]{3,255}$/.test(name)) return;
  refuse(`Name of ${what}`, name, '3 to 255 of the characters a-z A-Z 0-9 _ - .');
}

function checkAttributeName(name: string): void {
  if (typeof name === 'string' && name !== '' && new TextEncoder().encode(name).length <= 255) return;
  refuse('Name of attribute', name, '1 to 255 bytes of UTF-8');
}

function checkDistinct(what: string, names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) refuse(`${what} listed twice:`, twice, 'each name once');
}
