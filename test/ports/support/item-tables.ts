import {
  type AttributeValue,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { DynamoDbItems } from '../../../lambda/aws/items/dynamodb-items';
import { createTable, startDynamoDb } from '../../support/dynoxide';
import { MemoryItems } from '../../support/memory/items';
import type { ItemStore } from './item-store';
import { sqlItemStores } from './sql-item-tables';

export const itemStores: readonly { readonly name: string; open(): Promise<ItemStore> }[] = [
  { name: 'memory', open: openMemory },
  { name: 'DynamoDB (dynoxide)', open: openDynamoDbItems },
  ...sqlItemStores,
];

async function openMemory(): Promise<ItemStore> {
  const items = new MemoryItems();
  return {
    open: (table, lease) => items.open(lease).table(table),
    create: async () => undefined,
    put: async (table, ...all) => items.put(table, ...all),
    get: async (table, id) => items.of(table).get(JSON.stringify(id)),
    delete: async (table, id) => void items.of(table).delete(JSON.stringify(id)),
    close: async () => undefined,
  };
}

type Attributes = Record<string, AttributeValue>;

export interface DynamoDbStore extends ItemStore {
  readonly client: DynamoDBClient;
  createWith(table: string, keys: readonly (readonly [name: string, type: 'S' | 'N' | 'B'])[]): Promise<void>;
  putRaw(table: string, item: Attributes): Promise<void>;
  getRaw(table: string, key: Attributes): Promise<Attributes | undefined>;
}

export async function openDynamoDbItems(): Promise<DynamoDbStore> {
  const { client, stop } = await startDynamoDb();
  const getRaw: DynamoDbStore['getRaw'] = async (TableName, Key) =>
    (await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }))).Item;
  const putRaw: DynamoDbStore['putRaw'] = async (TableName, Item) => {
    await client.send(new PutItemCommand({ TableName, Item }));
  };
  const createWith: DynamoDbStore['createWith'] = (name, keys) => createTable(client, name, keys);
  return {
    ...{ client, createWith, putRaw, getRaw },
    open: (table, lease) => DynamoDbItems.open(client, table, table, lease),
    create: (table) => createWith(table, [['id', 'S']]),
    put: async (table, ...items) => {
      for (const item of items) await putRaw(table, marshall(item, { removeUndefinedValues: true }));
    },
    get: async (table, id) => {
      const found = await getRaw(table, { id: { S: id } });
      return found && unmarshall(found);
    },
    delete: async (TableName, id) =>
      void (await client.send(new DeleteItemCommand({ TableName, Key: { id: { S: id } } }))),
    close: stop,
  };
}
