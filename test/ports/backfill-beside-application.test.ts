import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { expect, it } from '@jest/globals';
import { runSegment } from '../../core/data/run-segment';
import type { SegmentWork } from '../../core/data/segment-work';
import type { Item, ItemTable } from '../../core/ports';
import { split } from '../support/data-migration';
import { MemorySegments } from '../support/memory/segments';
import { MemoryClock } from '../support/memory/world';
import type { ItemStore } from './support/item-store';
import { openDynamoDbItems } from './support/item-tables';
import { session } from './support/records';
import { sqlItemStores } from './support/sql-item-tables';

const count = 500;
const written = 200;
const table = 'people';
const pass = { scope: 's', deployment: 'd', key: 'k', step: 'backfill.0', direction: 'forward' } as const;

interface Application {
  readonly store: ItemStore;
  /** Writes these attributes of an item, and no others. */
  write(id: string, name: string, note: string): Promise<unknown>;
}

const applications: readonly { readonly name: string; open(): Promise<Application> }[] = [
  { name: 'DynamoDB', open: besideDynamoDb },
  ...sqlItemStores.map(({ name, open }) => ({
    name,
    open: async () => {
      const store = await open();
      const update = `UPDATE ${table} SET name = :name, note = :note WHERE id = :id`;
      return { store, write: (id: string, name: string, note: string) => store.sql(update, { id, name, note }) };
    },
  })),
];

async function besideDynamoDb(): Promise<Application> {
  const store = await openDynamoDbItems();
  const write = (id: string, name: string, note: string) =>
    store.client.send(
      new UpdateItemCommand({
        TableName: table,
        Key: { id: { S: id } },
        UpdateExpression: 'SET #name = :name, note = :note',
        ExpressionAttributeNames: { '#name': 'name' },
        ExpressionAttributeValues: marshall({ ':name': name, ':note': note }),
      }),
    );
  return { store, write };
}

it.each(applications)(
  'no write of an application is lost that writes 200 of 500 items of $name while they are transformed',
  async ({ open }) => {
    const { store, write } = await open();
    try {
      await store.create(table);
      const ids = Array.from({ length: count }, (_, index) => `p${index}`);
      const seeds = ids.map((id) => ({ id, name: `First${id} Last`, age: 1 }));
      await (await store.open(table, session(1))).write(seeds.map((becomes) => ({ change: 'put', becomes })));
      // Between a page and its write, so that all of them would be lost if writes were not conditional, or during the write.
      const application = (id: string) => write(id, `App${id} Writer`, id);
      const left = new Set(ids.slice(0, written));
      const isWritten = ({ id }: Item) => left.delete(String(id));
      const disturbed = (real: ItemTable): ItemTable => {
        let during: readonly Item[] = [];
        return Object.assign(Object.create(real) as ItemTable, {
          async page(...parameters: Parameters<ItemTable['page']>) {
            const page = await real.page(...parameters);
            const chosen = page.items.map(({ item }) => item).filter(isWritten);
            await Promise.all(chosen.filter((_, index) => index % 2 === 0).map(({ id }) => application(String(id))));
            during = [...during, ...chosen.filter((_, index) => index % 2 === 1)];
            return page;
          },
          async write(changes: Parameters<ItemTable['write']>[0]) {
            const now = during;
            during = [];
            const [results] = await Promise.all([real.write(changes), ...now.map(({ id }) => application(String(id)))]);
            return results;
          },
        });
      };
      const source = await store.open(table, session(1));
      const division = await source.divide(4);
      const work = (number: number): SegmentWork => ({
        division,
        ...{
          pass,
          number,
          of: 4,
          attempt: 'r',
          keepsImages: true,
          isNewDestination: false,
          functions: { transform: split },
          file: 'f.ts',
        },
        action: {
          ...{ type: 'data', pass: 'write', source: { target: 't', table }, existing: 'keep', undo: 'before-image' },
          ...{ mayFail: 0, finish: 'application' },
        },
        codeLines: [],
        open: async (lease) => ({ source: disturbed(await store.open(table, lease)) }),
      });
      const clock = new MemoryClock();
      const ports = { segments: new MemorySegments(clock), clock };
      const limits = { stopBy: Number.POSITIVE_INFINITY, pageSize: 50, workers: 4 };
      const results = await Promise.all(
        [0, 1, 2, 3].map((number) => runSegment(ports, work(number), `w${number}`, limits)),
      );

      expect(results).toEqual(['done', 'done', 'done', 'done']);
      expect(left.size).toBe(0);
      const found = await source.find(ids.map((id) => ({ id })));
      // A column without a value is as an attribute that is not there.
      const items = found.map((one) =>
        Object.fromEntries(Object.entries(one!.item).filter(([, value]) => value !== null)),
      );
      const lost = items.slice(0, written).filter((item) => {
        const { id, first, name, note } = item;
        return note !== id || (first !== `App${id}` && name !== `App${id} Writer`);
      });
      expect(lost).toEqual([]);
      const others = ids.slice(written).map((id) => ({ id, first: `First${id}`, last: 'Last', age: 1 }));
      expect(items.slice(written)).toEqual(others);
      // At least those that were written between a page and its write were transformed as the application wrote them.
      expect(items.filter((item) => String(item['first']).startsWith('App')).length).toBeGreaterThanOrEqual(
        written / 3,
      );
    } finally {
      await store.close();
    }
  },
);
