import {
  DescribeTableCommand,
  type DynamoDBClient,
  ScanCommand,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import { MigrationError } from '../../../core/errors/index';
import type {
  BeforeImage,
  ChangeResult,
  Checkpoint,
  HeldLease,
  Item,
  ItemChange,
  ItemPage,
  ItemSource,
  ItemTable,
  RestoreResult,
  StoredItem,
  TablePart,
} from '../../../core/ports';
import { errorName, patiently } from '../retry';
import type { Attributes } from './attribute-text';
import { toPlainItem } from './attribute-values';
import { imageOf, keyOfImage, restoration } from './images';
import { ItemRequests } from './item-requests';
import { type PreparedChange, prepare } from './prepared-change';
import { fromJson, toJson } from './stored-json';
import { TableKeys } from './table-keys';

/** How often an item is looked at again that the application changes while it is taken back. */
const mostAttempts = 5;

/** A table with fewer items is counted: it costs a page, and the count of a description may be hours old. */
const smallTable = 10_000;

/** Milliseconds after which the count of a description has been taken at least once (aws-facts DDB-22). */
const countedAfter = 7 * 3_600_000;

/** The items of a DynamoDB table. */
export class DynamoDbItems implements ItemTable {
  private readonly keys: TableKeys;
  private readonly requests: ItemRequests;
  /** Each change is prepared once, though it is checked, kept and made. */
  private readonly prepared = new WeakMap<ItemChange, PreparedChange>();

  private constructor(
    private readonly client: DynamoDBClient,
    private readonly description: TableDescription,
    /** Its logical name. */
    private readonly table: string,
    lease: HeldLease,
  ) {
    this.keys = new TableKeys(table, description);
    this.requests = new ItemRequests(client, this.physicalName, lease);
  }

  /** @throws TABLE_MISSING */
  static async open(
    client: DynamoDBClient,
    table: string,
    physicalName: string,
    lease: HeldLease,
  ): Promise<DynamoDbItems> {
    try {
      const describe = new DescribeTableCommand({ TableName: physicalName });
      const { Table } = await patiently(() => client.send(describe));
      return new DynamoDbItems(client, Table!, table, lease);
    } catch (error) {
      if (errorName(error) !== 'ResourceNotFoundException') throw error;
      throw new MigrationError('TABLE_MISSING', `The table ${physicalName}, whose items are needed, does not exist.`, {
        payload: { table },
        hint: 'Create it in an earlier migration, or add it to the `tables` of the target.',
      });
    }
  }

  async estimate(): Promise<number | undefined> {
    const { ItemCount: count = 0, CreationDateTime: created } = this.description;
    const isOld = created !== undefined && Date.now() - created.getTime() > countedAfter;
    if (count >= smallTable && isOld) return count;
    const scan = new ScanCommand({ TableName: this.physicalName, Select: 'COUNT' });
    const { Count = 0, LastEvaluatedKey: more } = await patiently(() => this.client.send(scan));
    if (!more) return Count;
    return isOld && count > Count ? count : undefined;
  }

  /** DynamoDB divides a table by itself. */
  async divide(): Promise<undefined> {
    return undefined;
  }

  async page({ number, of }: TablePart, after: Checkpoint | undefined, limit: number): Promise<ItemPage> {
    const scan = new ScanCommand({
      TableName: this.physicalName,
      ConsistentRead: true,
      ...(of > 1 && { Segment: number, TotalSegments: of }),
      Limit: limit,
      ExclusiveStartKey: after && fromJson(after['key']),
    });
    const { Items = [], LastEvaluatedKey: last } = await patiently(() => this.client.send(scan));
    const items = Items.map((attributes) => new StoredAttributes(attributes));
    return last ? { items, next: { key: toJson(last) } } : { items };
  }

  async find(items: readonly Item[]): Promise<readonly (StoredItem | undefined)[]> {
    const keys = items.map((item) => this.keys.of(item));
    const found = await this.read(keys);
    return keys.map((key) => {
      const attributes = found.get(this.keys.text(key));
      return attributes && new StoredAttributes(attributes);
    });
  }

  /** Items hold what they are given; what is left out is removed. */
  replaced(_was: Item, by: Item): Item {
    return by;
  }

  arriving(made: Item): Item {
    return made;
  }

  check(change: ItemChange): void {
    this.requests.check(this.prepare(change));
  }

  write(changes: readonly ItemChange[]): Promise<readonly ChangeResult[]> {
    return this.requests.write(changes.map((change) => this.prepare(change)));
  }

  beforeImage(change: ItemChange): BeforeImage {
    return imageOf(this.prepare(change), 'was' in change ? (change.was.stored as Attributes) : undefined);
  }

  async restore(images: readonly BeforeImage[]): Promise<readonly RestoreResult[]> {
    const results = new Map<BeforeImage, RestoreResult>();
    let pending = images;
    for (let attempt = 1; pending.length > 0 && attempt <= mostAttempts; attempt += 1) {
      pending = await this.restoreOnce(pending, results);
    }
    return images.map((image) => results.get(image) ?? 'kept');
  }

  /** Returns those that somebody wrote meanwhile. */
  private async restoreOnce(images: readonly BeforeImage[], results: Map<BeforeImage, RestoreResult>) {
    const found = await this.read(images.map(keyOfImage));
    const changes = new Map<BeforeImage, PreparedChange>();
    for (const image of images) {
      const verdict = restoration(image, found.get(this.nameOf(image)), this.keys);
      if (typeof verdict === 'string') results.set(image, verdict);
      else changes.set(image, verdict);
    }
    const changed = [...changes.keys()];
    const written = await this.requests.write([...changes.values()]);
    return changed.filter((image, index) => {
      if (written[index] === 'written') results.set(image, 'restored');
      return written[index] === 'conflict';
    });
  }

  nameOf(image: BeforeImage): string {
    return this.keys.text(keyOfImage(image));
  }

  keyOf(item: Item): string {
    return this.keys.text(this.keys.of(item));
  }

  hasKeysOf(other: ItemSource): other is ItemTable {
    return other instanceof DynamoDbItems && this.keys.isLike(other.keys);
  }

  private get physicalName(): string {
    return this.description.TableName!;
  }

  private prepare(change: ItemChange): PreparedChange {
    const known = this.prepared.get(change);
    const prepared = known ?? prepare(change, this.table, this.keys);
    this.prepared.set(change, prepared);
    return prepared;
  }

  /** By the text of their keys. A key that is named twice is asked for once: BatchGetItem takes each once. */
  private async read(keys: readonly Attributes[]): Promise<ReadonlyMap<string, Attributes>> {
    const distinct = new Map(keys.map((key) => [this.keys.text(key), key]));
    const found = await this.requests.get([...distinct.values()]);
    return new Map(found.map((attributes) => [this.keys.text(attributes), attributes]));
  }
}

/** What code sees of them is made when it is looked at: a page has thousands, of which few are worked on at a time. */
class StoredAttributes implements StoredItem {
  private plain: Item | undefined;

  constructor(readonly stored: Attributes) {}

  get item(): Item {
    this.plain ??= toPlainItem(this.stored);
    return this.plain;
  }
}
