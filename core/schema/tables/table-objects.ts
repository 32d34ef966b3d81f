import { canonicalJson } from '../../bundle/checksum';
import { type AutoScaling, type KeyAttribute, keyAttributes } from '../../bundle/table-definitions';
import type { Billing, Capacity, Encryption, SettingName, TableSettings } from '../../bundle/table-settings';
import type { ScalingSetting, TableIndex } from '../../ledger/table-index';
import type { SchemaObject } from '../../ports';

/** How tables are written, what is expected and what is there alike. */

export function keysText(partition: readonly KeyAttribute[], sort: readonly KeyAttribute[]): string {
  const list = (keys: readonly KeyAttribute[]) => keys.map(({ name, type }) => `${name} ${type}`).join(', ');
  return [`PARTITION KEY (${list(partition)})`, ...(sort.length > 0 ? [`SORT KEY (${list(sort)})`] : [])].join(' ');
}

export function indexObject(
  table: string,
  {
    name,
    partitionKey,
    sortKey,
    furtherPartitionKeys = [],
    furtherSortKeys = [],
    projection = 'ALL',
    provisioned,
    limit,
  }: TableIndex,
  scaled: AutoScaling | null | undefined,
): SchemaObject {
  const keys = keysText([partitionKey, ...furtherPartitionKeys], [...keyAttributes(sortKey), ...furtherSortKeys]);
  const capacity = provisioned ? ` ${capacityText(provisioned, scaled)}` : '';
  const most = limit ? ` at most ${capacityText(limit, null)}` : '';
  return {
    kind: 'index',
    name: `${table}.${name}`,
    definition: `${keys} PROJECTION ${projectionText(projection)}${capacity}${most}`,
  };
}

export function projectionText(projection: TableIndex['projection'] = 'ALL'): string {
  return typeof projection === 'string' ? projection : `(${[...projection].sort().join(', ')})`;
}

/** What is scaled changes by itself, so that its number says nothing. */
function capacityText({ read, write }: Capacity, scaled: AutoScaling | null | undefined): string {
  const parts = [
    read === undefined ? undefined : scaled?.read ? 'read as it scales' : `${read} read`,
    write === undefined ? undefined : scaled?.write ? 'write as it scales' : `${write} write`,
  ];
  return parts.filter((part) => part !== undefined).join(', ');
}

export function settingObject<N extends Exclude<SettingName, 'tags'>>(
  table: string,
  name: N,
  value: TableSettings[N],
  scaled: AutoScaling | null | undefined,
): SchemaObject {
  const text = name === 'billing' ? billingText(value as Billing, scaled) : plainText(value);
  return { kind: 'setting', name: `${table}.${name}`, definition: text };
}

function billingText({ mode, table }: Billing, scaled: AutoScaling | null | undefined): string {
  return [mode, capacityText(table, scaled)].filter((part) => part !== '').join(', ');
}

function plainText(value: unknown): string {
  return value === null || value === false ? 'off' : value === true ? 'on' : String(value);
}

export function tagObject(table: string, key: string, value: string): SchemaObject {
  return { kind: 'tag', name: `${table}.${key}`, definition: value };
}

export function scalingObject(
  table: string,
  index: string | undefined,
  settings: readonly ScalingSetting[],
): SchemaObject {
  const texts = settings.map(({ kind, input }) => `${kind} ${canonicalJson(input)}`);
  const name = index === undefined ? table : `${table}.${index}`;
  return { kind: 'auto scaling', name, definition: texts.length === 0 ? 'none' : texts.sort().join('\n') };
}

/** Which key of AWS's it is, nobody is told; of one's own one is. */
export function encryptionText(encryption: Encryption): string {
  if (encryption === 'aws-owned') return 'ENCRYPTION aws-owned';
  return encryption === 'aws-managed' ? 'ENCRYPTION KMS' : `ENCRYPTION KMS ${encryption.keyArn}`;
}
