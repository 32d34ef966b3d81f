import { databaseKinds } from '../../bundle/database-kinds';
import { keyAttributes } from '../../bundle/table-definitions';
import type { SettingName } from '../../bundle/table-settings';
import type { SchemaObject, TableDatabase, TableDescription } from '../../ports';
import type { AppliedMigration } from '../comparing';
import { differencesBetween, type SchemaDifference } from '../differences';
import { scratchSteps } from '../scratch-steps';
import { type ExpectedTable, expectedTables } from './expected-tables';
import { policyObjects } from './policy-object';
import {
  encryptionText,
  indexObject,
  keysText,
  projectionText,
  scalingObject,
  settingObject,
  tagObject,
} from './table-objects';

/**
 * Compares tables with what the migrations make of them, which is computed. Of a table that the migrations made everything is
 * compared but tags that others gave it; of another one only what they changed.
 */
export async function compareTables(
  migrations: readonly AppliedMigration[],
  tables: TableDatabase,
): Promise<readonly SchemaDifference[]> {
  const steps = scratchSteps(migrations, { traits: databaseKinds.dynamodb });
  const operations = steps.flatMap(({ action }) => (action.type === 'table' ? [action.operation] : []));
  const [expected, actual]: [SchemaObject[], SchemaObject[]] = [[], []];
  for (const [name, table] of expectedTables(operations, tables.defaults)) {
    expected.push(...expectedObjects(name, table, tables));
    const found = await tables.describe(name);
    if (found && found.status !== 'DELETING') actual.push(...(await liveObjects(name, table, found, tables)));
  }
  return differencesBetween({ objects: expected }, { objects: actual });
}

function expectedObjects(name: string, table: ExpectedTable, tables: TableDatabase): readonly SchemaObject[] {
  const { made, settings, scaling } = table;
  const indexes = [...table.indexes.values()].filter((index) => index !== null);
  return [
    { kind: 'table', name, definition: made ? tableText(made.keys, encryptionText(made.encryption)) : 'TABLE' },
    ...(made?.localIndexes ?? []).map((index) => localIndexObject(name, index)),
    ...policyObjects(name, made?.resourcePolicy),
    ...indexes.map((index) => indexObject(name, index, scaling.get(index.name))),
    ...settingNames(settings).map((setting) =>
      settingObject(name, setting, settings[setting]!, scaling.get(undefined)),
    ),
    ...[...table.tags].flatMap(([key, value]) => (value === null ? [] : [tagObject(name, key, value)])),
    ...[...scaling].map(([index, wanted]) => {
      return scalingObject(name, index, wanted === null ? [] : tables.scalingFor(name, index, wanted));
    }),
  ];
}

async function liveObjects(
  name: string,
  { made, indexes, settings, tags, scaling }: ExpectedTable,
  found: TableDescription,
  tables: TableDatabase,
): Promise<readonly SchemaObject[]> {
  const objects: SchemaObject[] = [];
  const encryption = encryptionAs(made?.encryption, found);
  objects.push({ kind: 'table', name, definition: made ? tableText(found.keys, encryption) : 'TABLE' });
  if (made) {
    objects.push(...found.localIndexes.map((index) => localIndexObject(name, index)));
    objects.push(...policyObjects(name, await tables.resourcePolicy(name)));
  }
  for (const index of found.indexes) {
    const isOurs = made !== undefined || indexes.has(index.name);
    // An index that does not say its throughput has its table's, which is not known of a table that others made.
    const isFree = !made && indexes.get(index.name)?.provisioned === undefined;
    const shown = isFree ? { ...index, provisioned: undefined } : index;
    if (isOurs && index.status !== 'DELETING') objects.push(indexObject(name, shown, scaling.get(index.name)));
  }
  for (const setting of settingNames(settings)) {
    objects.push(settingObject(name, setting, await tables.setting(name, setting), scaling.get(undefined)));
  }
  const live = tags.size > 0 ? await tables.setting(name, 'tags') : {};
  objects.push(...Object.entries(live).flatMap(([key, value]) => (tags.has(key) ? [tagObject(name, key, value)] : [])));
  for (const index of scaling.keys()) objects.push(scalingObject(name, index, await tables.scaling(name, index)));
  return objects;
}

function settingNames(settings: ExpectedTable['settings']): readonly Exclude<SettingName, 'tags'>[] {
  return Object.keys(settings) as Exclude<SettingName, 'tags'>[];
}

function tableText({ partitionKey, sortKey }: TableDescription['keys'], encryption: string): string {
  return `${keysText([partitionKey], keyAttributes(sortKey))}\n${encryption}`;
}

function localIndexObject(
  table: string,
  { name, sortKey, projection }: TableDescription['localIndexes'][number],
): SchemaObject {
  const definition = `SORT KEY (${sortKey.name} ${sortKey.type}) PROJECTION ${projectionText(projection)}`;
  return { kind: 'local index', name: `${table}.${name}`, definition };
}

function encryptionAs(expected: unknown, { encryptionKey }: TableDescription): string {
  if (encryptionKey === undefined) return encryptionText('aws-owned');
  return typeof expected === 'object' ? encryptionText({ keyArn: encryptionKey }) : encryptionText('aws-managed');
}
