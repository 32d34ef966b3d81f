import { expect, it } from '@jest/globals';
import type { DataAction } from '../../core/bundle/data-action';
import { runSegment } from '../../core/data/run-segment';
import type { DataFunctions, Item } from '../../core/ports';
import { MemorySegments } from '../support/memory/segments';
import { MemoryClock } from '../support/memory/world';
import { session } from './support/records';
import { sqlItemStores } from './support/sql-item-tables';

const place = {
  type: 'data',
  source: { target: 't', table: 'orders' },
  destination: { target: 't', table: 'lines' },
} as const;
const options = { undo: 'function', mayFail: 0, finish: 'application' } as const;
const limits = { stopBy: Number.POSITIVE_INFINITY, pageSize: 20, workers: 1 };

const functions: DataFunctions = {
  transform: ({ id, total }: Item) =>
    [1, 2].map((line) => ({ order_id: id, line, price: Number(total) / 2, note: id === 3 ? 'three' : undefined })),
  undo: () => null,
};

it.each(sqlItemStores)(
  'rows of $name become rows of another table, as the check expects them to be',
  async ({ open }) => {
    const store = await open();
    try {
      await store.sql('CREATE TABLE orders (id integer PRIMARY KEY, total integer NOT NULL)');
      await store.sql(
        `INSERT INTO orders VALUES ${Array.from({ length: 50 }, (_, id) => `(${id}, ${id * 3})`).join()}`,
      );
      await store.sql(
        `CREATE TABLE \`lines\` (order_id integer, line smallint, price numeric(8,2), note varchar(20) DEFAULT 'none',
      doubled numeric(8,2) GENERATED ALWAYS AS (price * 2) STORED, PRIMARY KEY (order_id, line))`.replaceAll(
          '`',
          store.kind === 'aurora-mysql' ? '`' : '"',
        ),
      );
      const lines = store.kind === 'aurora-mysql' ? '`lines`' : 'lines';
      await store.sql(
        `INSERT INTO ${lines} (order_id, line, price, note) VALUES (7, 1, 99, 'theirs'), (8, 1, 99, 'theirs')`,
      );
      const clock = new MemoryClock();
      const ports = { segments: new MemorySegments(clock), clock };
      const run = async (
        step: string,
        action: Pick<DataAction, 'pass' | 'existing'>,
        direction: 'forward' | 'undo' = 'forward',
      ) => {
        const pass = { scope: 's', deployment: 'd', key: 'k', step, direction };
        const result = await runSegment(
          ports,
          {
            ...{
              pass,
              number: 0,
              of: 1,
              attempt: 'r',
              keepsImages: false,
              isNewDestination: false,
              functions,
              file: 'f.ts',
              codeLines: [],
            },
            action: { ...place, ...options, ...action },
            open: async () => ({
              source: await store.open('orders', session(1)),
              destination: await store.open('lines', session(1)),
            }),
          },
          'w',
          limits,
        );
        const [segment] = await ports.segments.list(pass);
        return { result, ...segment!.counts };
      };

      const kept = await run('a.0', { pass: 'write', existing: 'keep' });
      expect(kept).toMatchObject({ result: 'done', read: 50, inserted: 98, kept: 2 });
      expect(await run('b.0', { pass: 'check', existing: 'keep' })).toMatchObject({
        result: 'done',
        unchanged: 100,
        wrong: 0,
      });
      const replaced = await run('c.0', { pass: 'write', existing: 'replace' });
      expect(replaced).toMatchObject({ result: 'done', updated: 2, unchanged: 98 });
      expect(await run('d.0', { pass: 'check', existing: 'replace' })).toMatchObject({
        result: 'done',
        unchanged: 100,
        wrong: 0,
      });
      const rows = await store.sql(
        `SELECT order_id, line, price, note, doubled FROM ${lines} WHERE order_id IN (3, 7) ORDER BY 1, 2`,
      );
      expect(rows).toEqual([
        ...[1, 2].map((line) => ({ order_id: 3, line, price: '4.50', note: 'three', doubled: '9.00' })),
        // What the result does not say stays, or is the default.
        { order_id: 7, line: 1, price: '10.50', note: 'theirs', doubled: '21.00' },
        { order_id: 7, line: 2, price: '10.50', note: 'none', doubled: '21.00' },
      ]);
      expect(await run('a.0', { pass: 'write', existing: 'keep' }, 'undo')).toMatchObject({
        result: 'done',
        deleted: 100,
      });
      expect(await store.sql(`SELECT count(*) AS n FROM ${lines}`)).toEqual([{ n: 0 }]);
    } finally {
      await store.close();
    }
  },
);
