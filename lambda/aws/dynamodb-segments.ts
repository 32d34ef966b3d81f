import { gunzipSync, gzipSync } from 'node:zlib';
import {
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  UpdateItemCommand,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { MigrationId } from '../../core/bundle/bundle';
import { noCounts } from '../../core/data/counts';
import type { AheadWork, Asked, Clock, Control, ImageBatch, LeftItem, Pass, Segment, Segments } from '../../core/ports';
import { imagePartition } from '../../core/wire';
import { fromItem, type Item, keyOf, type LedgerTable, sortKeys, toItem } from './ledger-table';
import { patiently } from './retry';

/** DynamoDB takes items up to 400 KB (aws-facts DDB-4). */
const largestPart = 350_000;

/** Of one BatchWriteItem (aws-facts DDB-13). */
const mostInBatch = 25;

/**
 * The progress of work in segments, in the ledger. What takes changes back is much, and written by many workers at the same
 * time, so each segment keeps it in a partition of its own, compressed.
 */
export class DynamoDbSegments implements Segments {
  constructor(
    private readonly table: LedgerTable,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  async list(pass: Pass): Promise<readonly Segment[]> {
    const items = await this.table.list(pass.scope, sortKeys.segments(nameOf(pass)));
    return items.map((item) => fromItem<Segment>(item));
  }

  async take(pass: Pass, number: number, of: number, worker: string, until: number): Promise<Segment | undefined> {
    const now = this.clock.now();
    const update = new UpdateItemCommand({
      TableName: this.table.name,
      Key: keyOf(pass.scope, sortKeys.segment(nameOf(pass), number)),
      UpdateExpression:
        'SET #number = :number, #of = :of, #state = :running, worker = :worker, leaseUntil = :until, ' +
        'counts = if_not_exists(counts, :noCounts), startedAt = if_not_exists(startedAt, :now) REMOVE failure ADD #token :one',
      ConditionExpression:
        'attribute_not_exists(pk) OR (#state <> :done AND (attribute_not_exists(worker) OR leaseUntil <= :time))',
      ExpressionAttributeNames: { '#number': 'number', '#of': 'of', '#state': 'state', '#token': 'token' },
      ExpressionAttributeValues: toItem({
        ':number': number,
        ':of': of,
        ':running': 'running',
        ':done': 'done',
        ':worker': worker,
        ':until': until,
        ':time': now,
        ':noCounts': noCounts,
        ':now': new Date(now).toISOString(),
        ':one': 1,
      }),
      ReturnValues: 'ALL_NEW',
    });
    const taken = await unlessRefused(() => this.table.client.send(update));
    return taken?.Attributes && fromItem<Segment>(unmarshall(taken.Attributes));
  }

  async save(pass: Pass, segment: Segment): Promise<boolean> {
    const put = new PutItemCommand({
      TableName: this.table.name,
      Item: { ...toItem(segment), ...keyOf(pass.scope, sortKeys.segment(nameOf(pass), segment.number)) },
      ConditionExpression: '#token = :token AND attribute_exists(worker)',
      ExpressionAttributeNames: { '#token': 'token' },
      ExpressionAttributeValues: toItem({ ':token': segment.token }),
    });
    return (await unlessRefused(() => this.table.client.send(put))) !== undefined;
  }

  async control(pass: Pass): Promise<Control> {
    const item = await this.table.get(pass.scope, sortKeys.control(nameOf(pass)));
    return item ? fromItem<Control>(item) : { state: 'running' };
  }

  async setControl(pass: Pass, control: Control): Promise<void> {
    await this.send([{ ...toItem(control), ...keyOf(pass.scope, sortKeys.control(nameOf(pass))) }]);
  }

  async beginControl(pass: Pass, control: Control): Promise<void> {
    const put = new PutItemCommand({
      TableName: this.table.name,
      Item: { ...toItem(control), ...keyOf(pass.scope, sortKeys.control(nameOf(pass))) },
      ConditionExpression: 'attribute_not_exists(pk)',
    });
    await unlessRefused(() => this.table.client.send(put));
  }

  async asked(scope: string, migration: MigrationId): Promise<Asked> {
    const item = await this.table.get(scope, sortKeys.asked(migration));
    return item ? fromItem<Asked>(item) : {};
  }

  async ask(scope: string, migration: MigrationId, asked: Asked): Promise<void> {
    await this.send([{ ...toItem(asked), ...keyOf(scope, sortKeys.asked(migration)) }]);
  }

  async keepImages(pass: Pass, { segment, number, images }: ImageBatch): Promise<void> {
    const bytes = gzipSync(JSON.stringify(images));
    const parts = Math.ceil(bytes.length / largestPart);
    const pk = imagePartition(pass.scope, nameOf(pass), segment);
    const items = Array.from({ length: parts }, (_, part) => ({
      ...keyOf(pk, imageKey(number, part)),
      number: { N: String(number) },
      parts: { N: String(parts) },
      images: { B: bytes.subarray(part * largestPart, (part + 1) * largestPart) },
    }));
    // The last part first: a batch counts when its first part is there.
    for (const item of items.reverse()) await this.send([item]);
  }

  async images(pass: Pass, segment: number, before?: number): Promise<ImageBatch | undefined> {
    const pk = imagePartition(pass.scope, nameOf(pass), segment);
    const newest = { ScanIndexForward: false, Limit: 1 };
    const [last] = (await this.query(pk, before, newest)).Items ?? [];
    if (!last) return undefined;
    const number = Number(last['number']!.N);
    const parts = Number(last['parts']!.N);
    const bytes: Uint8Array[] = [];
    for (let part = 0; part < parts; part += 1) {
      const item = await this.table.getItem(pk, imageKey(number, part));
      // A worker that died while it kept them has changed nothing yet.
      if (!item) return this.images(pass, segment, number);
      bytes.push(item['images']!.B!);
    }
    return { segment, number, images: JSON.parse(gunzipSync(Buffer.concat(bytes)).toString()) };
  }

  async noteLeft(pass: Pass, items: readonly LeftItem[]): Promise<void> {
    const notes = new Map(items.map((item) => [item.key, item]));
    const all = [...notes.values()].map((item) => ({
      ...toItem({ ...item, key: clipped(item.key), reason: clipped(item.reason) }),
      ...keyOf(pass.scope, sortKeys.left(nameOf(pass), item.key)),
    }));
    for (let from = 0; from < all.length; from += mostInBatch) await this.send(all.slice(from, from + mostInBatch));
  }

  async left(pass: Pass, limit: number): Promise<readonly LeftItem[]> {
    const { Items = [] } = await patiently(() =>
      this.table.client.send(
        new QueryCommand({
          TableName: this.table.name,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: toItem({ ':pk': pass.scope, ':prefix': sortKeys.left(nameOf(pass), '') }),
          Limit: limit,
        }),
      ),
    );
    return Items.map((item) => fromItem<LeftItem>(unmarshall(item)));
  }

  async forgetImages(pass: Pass, stopBy: number): Promise<boolean> {
    for (const { number } of await this.list(pass)) {
      const pk = imagePartition(pass.scope, nameOf(pass), number);
      for (;;) {
        const { Items = [] } = await this.query(pk, undefined, { ProjectionExpression: 'pk, sk', Limit: mostInBatch });
        if (Items.length === 0) break;
        await this.write(Items.map((Key) => ({ DeleteRequest: { Key } })));
        if (this.clock.now() >= stopBy) return false;
      }
    }
    return true;
  }

  async aheads(scope: string): Promise<readonly AheadWork[]> {
    return (await this.table.list(scope, sortKeys.ahead(''))).map((item) => fromItem<AheadWork>(item));
  }

  async keepAhead(scope: string, work: AheadWork): Promise<void> {
    await this.send([{ ...toItem(work), ...keyOf(scope, sortKeys.ahead(work.migration)) }]);
  }

  async forgetAhead(scope: string, { migration, deployment, key, step }: AheadWork, stopBy: number): Promise<boolean> {
    for (const direction of ['undo', 'forward'] as const) {
      const pass: Pass = { scope, deployment, key, step, direction };
      // Found by the segments, which therefore go last.
      if (!(await this.forgetImages(pass, stopBy))) return false;
      const name = nameOf(pass);
      await this.delete(scope, [sortKeys.control(name)]);
      for (const prefix of [sortKeys.left(name, ''), sortKeys.segments(name)]) {
        const items = await this.table.list(scope, prefix, { ProjectionExpression: 'sk' });
        await this.delete(
          scope,
          items.map(({ sk }) => sk as string),
        );
      }
    }
    await this.delete(scope, [sortKeys.ahead(migration)]);
    return true;
  }

  private async delete(scope: string, sks: readonly string[]): Promise<void> {
    for (let from = 0; from < sks.length; from += mostInBatch) {
      const some = sks.slice(from, from + mostInBatch);
      await this.write(some.map((sk) => ({ DeleteRequest: { Key: keyOf(scope, sk) } })));
    }
  }

  private query(pk: string, before: number | undefined, input: Partial<QueryCommandInput>) {
    const command = new QueryCommand({
      TableName: this.table.name,
      ConsistentRead: true,
      KeyConditionExpression: before === undefined ? 'pk = :pk' : 'pk = :pk AND sk < :before',
      ExpressionAttributeValues: toItem({ ':pk': pk, ...(before !== undefined && { ':before': imageKey(before, 0) }) }),
      ...input,
    });
    return patiently(() => this.table.client.send(command));
  }

  private send(items: readonly Item[]): Promise<void> {
    return this.write(items.map((Item) => ({ PutRequest: { Item } })));
  }

  /** What DynamoDB leaves over is sent again. */
  private async write(requests: readonly WriteRequest[]): Promise<void> {
    let left: WriteRequest[] | undefined = [...requests];
    for (let attempt = 0; left && left.length > 0; attempt += 1) {
      const asked: WriteRequest[] = left;
      if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, Math.min(2_000, 50 * 2 ** attempt)));
      const { UnprocessedItems } = await patiently(() =>
        this.table.client.send(new BatchWriteItemCommand({ RequestItems: { [this.table.name]: asked } })),
      );
      left = UnprocessedItems?.[this.table.name];
    }
  }
}

/** Characters of an item's key or of a reason that are kept: sort keys have at most 1,024 bytes (aws-facts DDB-4). */
const longestText = 500;

function clipped(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText)}...` : text;
}

function nameOf({ deployment, key, step, direction }: Pass): string {
  return [deployment, key, step, direction].join('#');
}

/** In the order of their numbers, which are safe integers. */
function imageKey(number: number, part: number): string {
  return `${String(number).padStart(16, '0')}#${String(part).padStart(4, '0')}`;
}

async function unlessRefused<T>(send: () => Promise<T>): Promise<T | undefined> {
  try {
    return await patiently(send);
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
}
