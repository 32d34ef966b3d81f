import type { IndexDefinition, KeyAttribute, LocalIndexDefinition, Projection } from '../core/bundle/table-definitions';
import { checkProperties, refuse } from './refuse';
import { checkAutoScaling, checkThroughput } from './setting-rules';

/** The quotas of DynamoDB (aws-facts DDB-20); a table may have up to four attributes per key of an index (DDB-15). */
const mostGlobalIndexes = 20;
const mostLocalIndexes = 5;
const mostIncluded = 20;
/** For the included attributes of all indexes of a table together. */
const mostIncludedInAll = 100;
const mostKeyAttributes = 4;

interface TableSchema {
  readonly partitionKey: KeyAttribute;
  readonly sortKey?: KeyAttribute;
  readonly localIndexes?: readonly LocalIndexDefinition[];
  readonly globalIndexes?: readonly IndexDefinition[];
}

/** The keys of a table and its indexes, each by itself and all together. */
export function checkTableSchema(builder: string, schema: TableSchema): void {
  const { partitionKey, sortKey, localIndexes = [], globalIndexes = [] } = schema;
  checkSingle('partitionKey', partitionKey);
  if (sortKey !== undefined) checkSingle('sortKey', sortKey);
  checkList('localIndexes', localIndexes, mostLocalIndexes, 'local');
  checkList('globalIndexes', globalIndexes, mostGlobalIndexes, 'global');
  if (localIndexes.length > 0 && sortKey === undefined) {
    refuse(
      'A table with local indexes',
      'have a sort key',
      localIndexes.map(({ name }) => name),
    );
  }
  localIndexes.forEach(checkLocalIndex);
  globalIndexes.forEach(checkIndex);
  const indexes = [...localIndexes, ...globalIndexes];
  const included = indexes.flatMap(({ projection }) => (Array.isArray(projection) ? projection : []));
  if (included.length > mostIncludedInAll) {
    refuse('The indexes of a table', `include at most ${mostIncludedInAll} attributes together`, included.length);
  }
  checkDistinct(
    'Index',
    indexes.map(({ name }) => name),
  );
  checkKeys(builder, keysOfTable(schema));
}

/** The keys of a table and of its indexes. */
export function keysOfTable({ partitionKey, sortKey, localIndexes = [], globalIndexes = [] }: TableSchema): Keyed[] {
  const local = localIndexes.map(({ sortKey: ordered }) => ({ partitionKey, sortKey: ordered }));
  return [{ partitionKey, sortKey }, ...local, ...globalIndexes];
}

export function checkIndex(index: IndexDefinition): void {
  const properties = ['name', 'partitionKey', 'sortKey', 'projection', 'throughput', 'autoScaling'];
  checkProperties('An index', index, properties);
  checkName('index', index.name);
  checkProjection(index);
  const { throughput, autoScaling } = index;
  if (throughput !== undefined) checkThroughput(`The throughput of index ${index.name}`, throughput);
  if (autoScaling !== undefined) checkAutoScaling(`The autoScaling of index ${index.name}`, autoScaling);
}

/** An on-demand table would ignore what its indexes say of throughput. */
export function checkOnDemand(indexes: readonly IndexDefinition[] = []): void {
  for (const { name, throughput, autoScaling } of indexes) {
    for (const [property, value] of Object.entries({ throughput, autoScaling })) {
      if (value !== undefined)
        refuse(`The ${property} of index ${name}`, "come with billingMode: 'provisioned'", value);
    }
  }
}

function checkLocalIndex(index: LocalIndexDefinition): void {
  checkProperties('A local index', index, ['name', 'sortKey', 'projection']);
  checkName('index', index.name);
  checkSingle('sortKey of a local index', index.sortKey);
  if (index.sortKey === undefined) refuse(`The sortKey of local index ${index.name}`, example, index.sortKey);
  checkProjection(index);
}

function checkProjection({
  name,
  projection = 'ALL',
}: {
  readonly name: string;
  readonly projection?: Projection;
}): void {
  if (projection === 'ALL' || projection === 'KEYS_ONLY') return;
  if (!Array.isArray(projection) || projection.length === 0 || projection.length > mostIncluded) {
    const requirement = `be ALL, KEYS_ONLY, or a list of 1 to ${mostIncluded} attributes`;
    refuse(`The projection of index ${name}`, requirement, projection);
  }
  projection.forEach(checkAttributeName);
  checkDistinct('Included attribute', projection);
}

export type Keyed = Pick<IndexDefinition, 'partitionKey' | 'sortKey'>;

/** The keys of a table and its indexes: an attribute has one type, whichever of them use it. */
export function checkKeys(builder: string, keyed: readonly Keyed[], where = 'in this operation'): void {
  const types = new Map<string, string>();
  for (const { partitionKey, sortKey } of keyed) {
    if (partitionKey === undefined) refuse(`A key of ${builder}`, example, partitionKey);
    const [partition, sort] = [listed(partitionKey), listed(sortKey)];
    checkCount('partition key', partition, 1);
    checkCount('sort key', sort, sortKey === undefined ? 0 : 1);
    for (const key of [...partition, ...sort]) {
      checkKey(builder, key);
      const type = types.get(key.name) ?? key.type;
      if (type !== key.type) refuse(`Key attribute ${key.name}`, `have type ${type}, as elsewhere ${where}`, key.type);
      types.set(key.name, key.type);
    }
    const both = sort.find(({ name }) => partition.some((key) => key.name === name));
    if (both) refuse('The sort key', 'be another attribute than the partition key', both.name);
    checkDistinct(
      'Key attribute',
      [...partition, ...sort].map(({ name }) => name),
    );
  }
}

function listed(key: KeyAttribute | readonly KeyAttribute[] | undefined): readonly KeyAttribute[] {
  if (key === undefined) return [];
  return Array.isArray(key) ? key : [key as KeyAttribute];
}

const example = "be an object such as { name: 'userId', type: 'S' }";

/** Keys of tables and of local indexes have one attribute. */
function checkSingle(property: string, key: KeyAttribute): void {
  if (Array.isArray(key)) refuse(`Property ${property}`, 'be one attribute: only global indexes can have several', key);
}

function checkCount(what: string, keys: readonly KeyAttribute[], fewest: number): void {
  if (keys.length >= fewest && keys.length <= mostKeyAttributes) return;
  refuse(`The ${what} of an index`, `have 1 to ${mostKeyAttributes} attributes`, keys.length);
}

function checkKey(builder: string, key: KeyAttribute): void {
  if (typeof key !== 'object' || key === null) refuse(`A key of ${builder}`, example, key);
  checkProperties('A key', key, ['name', 'type']);
  checkAttributeName(key.name);
  if (!['S', 'N', 'B'].includes(key.type)) {
    refuse(`Key attribute ${key.name}`, 'have type S (string), N (number) or B (binary)', key.type);
  }
}

function checkList(property: string, indexes: unknown, most: number, which: string): void {
  if (!Array.isArray(indexes)) refuse(`Property ${property}`, 'be a list of indexes', indexes);
  if (indexes.length > most) refuse('A table', `have at most ${most} ${which} indexes`, indexes.length);
}

export function checkName(what: 'table' | 'index', name: string): void {
  if (typeof name === 'string' && /^[a-zA-Z0-9_.-]{3,255}$/.test(name)) return;
  refuse(
    `The name of ${what === 'index' ? 'an' : 'a'} ${what}`,
    'be 3 to 255 of the characters a-z A-Z 0-9 _ - .',
    name,
  );
}

export function checkAttributeName(name: string): void {
  if (typeof name === 'string' && name !== '' && new TextEncoder().encode(name).length <= 255) return;
  refuse('The name of an attribute', 'be 1 to 255 bytes of UTF-8', name);
}

function checkDistinct(what: string, names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new TypeError(`${what} ${JSON.stringify(twice)} is listed twice.`);
}
