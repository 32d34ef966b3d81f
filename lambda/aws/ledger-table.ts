import {
  type AttributeValue,
  BatchGetItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  type QueryCommandInput,
  type TransactWriteItem,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { sha256 } from '../../core/bundle/checksum';
import { patiently } from './retry';

export type Item = Record<string, AttributeValue>;

/** The one table of a ledger, and the layout of its items: partition `pk` = scope, sort key by kind of record. */
export class LedgerTable {
  constructor(
    readonly name: string,
    readonly client: DynamoDBClient,
  ) {}

  async get(scope: string, sk: string): Promise<Record<string, unknown> | undefined> {
    const item = await this.getItem(scope, sk);
    return item && unmarshall(item);
  }

  /** As DynamoDB has it, for who must not trust that it is as we write it. */
  async getItem(scope: string, sk: string): Promise<Item | undefined> {
    const command = new GetItemCommand({ TableName: this.name, Key: keyOf(scope, sk), ConsistentRead: true });
    return (await patiently(() => this.client.send(command))).Item;
  }

  /** All records whose sort key begins so, in its order. */
  async list(
    scope: string,
    prefix: string,
    filter: Partial<QueryCommandInput> = {},
  ): Promise<Record<string, unknown>[]> {
    const records: Record<string, unknown>[] = [];
    let from: Item | undefined;
    do {
      const page = await patiently(() => this.client.send(this.query(scope, prefix, from, filter)));
      records.push(...(page.Items ?? []).map((item) => unmarshall(item)));
      from = page.LastEvaluatedKey;
    } while (from);
    return records;
  }

  /** The records with these sort keys, at most 100, that exist, by sort key (aws-facts DDB-13). */
  async getMany(scope: string, sks: readonly string[]): Promise<ReadonlyMap<string, Record<string, unknown>>> {
    const found = new Map<string, Record<string, unknown>>();
    let keys: Item[] | undefined = sks.map((sk) => keyOf(scope, sk));
    while (keys && keys.length > 0) {
      const asked: Item[] = keys;
      const { Responses, UnprocessedKeys } = await patiently(() =>
        this.client.send(
          new BatchGetItemCommand({ RequestItems: { [this.name]: { Keys: asked, ConsistentRead: true } } }),
        ),
      );
      for (const item of Responses?.[this.name] ?? []) found.set(item['sk']!.S!, unmarshall(item));
      keys = UnprocessedKeys?.[this.name]?.Keys;
    }
    return found;
  }

  private query(
    scope: string,
    prefix: string,
    from: Item | undefined,
    filter: Partial<QueryCommandInput>,
  ): QueryCommand {
    return new QueryCommand({
      TableName: this.name,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: toItem({ ':pk': scope, ':prefix': prefix }),
      ExclusiveStartKey: from,
      ...filter,
    });
  }

  put(scope: string, sk: string, record: object): TransactWriteItem {
    return { Put: { TableName: this.name, Item: { ...toItem(record), ...keyOf(scope, sk) } } };
  }

  delete(scope: string, sk: string): TransactWriteItem {
    return { Delete: { TableName: this.name, Key: keyOf(scope, sk) } };
  }
}

/** Sort keys. Events are padded so that they sort by number. */
export const sortKeys = {
  head: 'HEAD',
  lease: 'LEASE',
  open: (id: string) => `OPEN#${id}`,
  closed: (id: string) => `DEPLOYMENT#${id}`,
  migration: (key: string) => `MIGRATION#${key}`,
  undoPlan: (key: string) => `UNDO#${key}`,
  /** One attribute for each step that was begun. */
  steps: (key: string) => `STEPS#${key}`,
  /** Of a pass, by its name. */
  segment: (pass: string, number: number) => `SEGMENT#${pass}#${String(number).padStart(6, '0')}`,
  segments: (pass: string) => `SEGMENT#${pass}#`,
  control: (pass: string) => `CONTROL#${pass}`,
  /** Of a data migration that was not begun, by its id. */
  asked: (migration: string) => `ASKED#${migration}`,
  /** Of a data migration that was begun ahead, by its id. */
  ahead: (migration: string) => `AHEAD#${migration}`,
  /** Of an item that a pass left as it was. Hashed, because keys of items may be long. */
  left: (pass: string, key: string) => `LEFT#${pass}#${key === '' ? '' : sha256(key)}`,
  request: (key: string) => `REQUEST#${key}`,
  event: (seq: number) => `EVENT#${String(seq).padStart(10, '0')}`,
} as const;

export function keyOf(scope: string, sk: string): Item {
  return { pk: { S: scope }, sk: { S: sk } };
}

export function toItem(record: object): Item {
  return marshall(record, { removeUndefinedValues: true, convertClassInstanceToMap: true });
}

/** A record as it was put, without the table's own attributes. */
export function fromItem<T>(item: Record<string, unknown>): T {
  const { pk: _pk, sk: _sk, ...record } = item;
  return record as T;
}
