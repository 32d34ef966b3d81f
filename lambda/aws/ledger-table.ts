import {
  type AttributeValue,
  type DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  type QueryCommandInput,
  type TransactWriteItem,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { patiently } from './retry';

export type Item = Record<string, AttributeValue>;

/** The one table of a ledger, and the layout of its items: partition `pk` = scope, sort key by kind of record. */
export class LedgerTable {
  constructor(
    readonly name: string,
    readonly client: DynamoDBClient,
  ) {}

  async get(scope: string, sk: string): Promise<Record<string, unknown> | undefined> {
    const { Item } = await patiently(() =>
      this.client.send(new GetItemCommand({ TableName: this.name, Key: keyOf(scope, sk), ConsistentRead: true })),
    );
    return Item && unmarshall(Item);
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
  run: (key: string) => `RUN#${key}`,
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
