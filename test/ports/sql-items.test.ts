import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aheadId } from '../../core/ledger/state';
import type { HeldLease, Item, ItemChange, ItemTable, StoredItem } from '../../core/ports';
import { session } from './support/records';
import { type SqlItemStore, sqlItemStores } from './support/sql-item-tables';

const update = (was: StoredItem, by: Item, table: ItemTable): ItemChange => {
  const becomes = table.replaced(was.item, by);
  return { change: 'update', was, becomes, read: Object.keys(was.item) };
};
const insert = (table: ItemTable, item: Item): ItemChange => ({
  change: 'insert',
  becomes: table.arriving(item, undefined),
});

/** A worker that holds segment 0 with this token. */
const worker = (token: number, direction: 'forward' | 'undo' = 'forward', deployment = 'd1'): HeldLease => ({
  ...session(token),
  segment: { pass: { scope: 'App/Migrations', deployment, key: 'k', step: 'backfill.0', direction }, number: 0 },
});

async function all(table: ItemTable, of: number, limit: number): Promise<readonly (readonly Item[])[]> {
  const division = JSON.parse(JSON.stringify(await table.divide(of)));
  const segments: Item[][] = [];
  for (let number = 0; number < of; number += 1) {
    const items: Item[] = [];
    let next: Readonly<Record<string, unknown>> | undefined;
    do {
      const page = await table.page({ number, of, division }, next, limit);
      items.push(...page.items.map(({ item }) => item));
      next = page.next;
    } while (next);
    segments.push(items);
  }
  return segments;
}

describe.each(sqlItemStores)('rows of $name', ({ open }) => {
  let store: SqlItemStore;
  beforeAll(async () => {
    store = await open();
  });
  afterAll(() => store.close());

  const find = async (table: ItemTable, key: Item): Promise<StoredItem> => (await table.find([key]))[0]!;

  it('shows a table whose rows have keys of several columns, each once, whatever comes meanwhile', async () => {
    await store.sql('CREATE TABLE pairs (a varchar(20), b integer, c integer, PRIMARY KEY (a, b))');
    await store.sql(
      `INSERT INTO pairs (a, b) VALUES ${Array.from({ length: 300 }, (_, n) => `('it''s ${n % 7}', ${n})`).join()}`,
    );
    const table = await store.open('pairs', session(1));
    const division = await table.divide(4);
    await store.sql("INSERT INTO pairs (a, b) VALUES ('', -1), ('zzz', 9)");

    const found: Item[] = [];
    const sizes: number[] = [];
    for (const number of [0, 1, 2, 3]) {
      let next: Readonly<Record<string, unknown>> | undefined;
      const before = found.length;
      do {
        const page = await table.page({ number, of: 4, division }, next, 20);
        found.push(...page.items.map(({ item }) => item));
        next = page.next;
      } while (next);
      sizes.push(found.length - before);
    }
    expect(new Set(found.map(({ a, b }) => `${a} ${b}`)).size).toBe(302);
    expect(found).toHaveLength(302);
    expect(Math.max(...sizes)).toBeLessThan(100);
  });

  it('divides a large table of integers, and shows an empty one', async () => {
    await store.sql('CREATE TABLE numbers (id bigint PRIMARY KEY)');
    const table = await store.open('numbers', session(1));
    expect(await all(table, 3, 10)).toEqual([[], [], []]);
    expect(await table.estimate()).toBe(0);

    // As if it were large: nobody counts it.
    await store.sql(`INSERT INTO numbers VALUES ${Array.from({ length: 90 }, (_, n) => `(${n * 10 - 400})`).join()}`);
    const large = Object.assign(Object.create(table) as ItemTable, { estimate: async () => undefined });
    const segments = await all(large, 3, 10);
    expect(segments.map(({ length }) => length)).toEqual([30, 30, 30]);
  });

  it('waits for a row that is locked, and takes no other row with it', async () => {
    await store.sql('CREATE TABLE locked (id integer PRIMARY KEY, v integer)');
    await store.sql('INSERT INTO locked VALUES (1, 1), (2, 1), (3, 1)');
    const table = await store.open('locked', session(1));
    const found = await table.find([{ id: 1 }, { id: 2 }, { id: 3 }]);
    const [changed, left] = await store.holding(
      ['UPDATE locked SET v = 5 WHERE id = 1', 'SELECT v FROM locked WHERE id = 2 FOR UPDATE'],
      async (end) => {
        const writing = table.write(found.map((was) => update(was!, { ...was!.item, v: 2 }, table)));
        // What nobody holds is written meanwhile.
        while ((await find(table, { id: 3 })).item['v'] !== 2);
        await end();
        return [await writing, await table.find([{ id: 1 }, { id: 2 }, { id: 3 }])] as const;
      },
    );
    expect(changed).toEqual(['conflict', 'written', 'written']);
    expect(left.map((one) => one?.item['v'])).toEqual([5, 2, 2]);
  });

  it('leaves a row that stays locked to the next worker', async () => {
    await store.sql('CREATE TABLE held (id integer PRIMARY KEY, v integer)');
    await store.sql('INSERT INTO held VALUES (1, 1)');
    const table = await store.open('held', session(1));
    const change = update(await find(table, { id: 1 }), { id: 1, v: 2 }, table);
    await store.holding(['SELECT v FROM held WHERE id = 1 FOR UPDATE'], async () => {
      await expect(table.write([change])).rejects.toMatchObject({ code: 'DATABASE_BUSY' });
    });
    expect(await table.write([change])).toEqual(['written']);
  });

  it('says which row a constraint refuses, and writes the others', async () => {
    await store.sql('CREATE TABLE checked (id integer PRIMARY KEY, code varchar(3) UNIQUE, v integer CHECK (v < 10))');
    const table = await store.open('checked', session(1));
    const items = Array.from({ length: 9 }, (_, id) => ({ id, code: `c${id}`, v: id }));
    const rows = [...items, { id: 20, code: 'long', v: 1 }, { id: 21, code: 'c1', v: 1 }, { id: 22, code: 'x', v: 10 }];
    const results = await table.write(rows.map((item) => insert(table, item)));

    expect(results.slice(0, 9)).toEqual(items.map(() => 'written'));
    const refused = { refused: expect.objectContaining({ code: 'STATEMENT_FAILED' }) };
    expect(results.slice(9)).toEqual([refused, refused, refused]);
    expect(await store.sql('SELECT count(*) AS n FROM checked')).toEqual([{ n: 9 }]);
  });

  it('says why a row cannot be put back', async () => {
    await store.sql('CREATE TABLE unique_codes (id integer PRIMARY KEY, code varchar(9) UNIQUE)');
    await store.sql("INSERT INTO unique_codes VALUES (1, 'a'), (2, 'b')");
    const table = await store.open('unique_codes', session(1));
    const was = await find(table, { id: 1 });
    const change = update(was, { id: 1, code: 'c' }, table);
    const image = JSON.parse(JSON.stringify(table.beforeImage(change)));
    expect(await table.write([change])).toEqual(['written']);
    await store.sql("INSERT INTO unique_codes VALUES (3, 'a')");

    expect(await table.restore([image])).toEqual([{ refused: expect.objectContaining({ code: 'STATEMENT_FAILED' }) }]);
    await store.sql('DELETE FROM unique_codes WHERE id = 3');
    expect(await table.restore([image])).toEqual(['restored']);
  });

  it('refuses what the table does not have, in words', async () => {
    await store.sql('CREATE TABLE shaped (id integer PRIMARY KEY, name varchar(9) NOT NULL, v integer)');
    await store.sql("INSERT INTO shaped VALUES (1, 'a', 1)");
    const table = await store.open('shaped', session(1));
    const was = await find(table, { id: 1 });
    const messages = [
      () => update(was, { id: 1, nmae: 'b', name: 'a' }, table),
      () => update(was, { id: 1 }, table),
      () => update(was, { id: 1, name: 'a', v: 'one' }, table),
    ].map((change) => {
      try {
        return String(change());
      } catch (error) {
        return (error as Error).message;
      }
    });
    expect(messages).toEqual([
      'The table shaped has no column "nmae", which the transform gave.',
      'What the transform returned lacks the column "name" of shaped, which cannot be NULL.',
      expect.stringMatching(
        /^The column "v" of shaped, of type int.*, cannot hold what the transform gave for it: it is a string\.$/,
      ),
    ]);
    // A column that is left out becomes NULL.
    expect(await table.write([update(was, { id: 1, name: 'a' }, table)])).toEqual(['written']);
    expect((await find(table, { id: 1 })).item).toEqual({ id: 1, name: 'a', v: null });
    await store.sql('CREATE TABLE keyless (id integer)');
    await expect(store.open('keyless', session(1))).rejects.toMatchObject({ code: 'DATA_KEY' });
    await expect(store.open('nowhere', session(1))).rejects.toMatchObject({ code: 'TABLE_MISSING' });
  });

  it('reads fewer rows at once when the answer would be too large', async () => {
    await store.sql('CREATE TABLE wide (id integer PRIMARY KEY, body text)');
    for (let id = 0; id < 40; id += 1)
      await store.sql('INSERT INTO wide VALUES (:id, :body)', { id, body: 'x'.repeat(50_000) });
    const table = await store.open('wide', session(1));
    const [items] = await all(table, 1, 250);

    expect(items!.map(({ id }) => id)).toEqual(Array.from({ length: 40 }, (_, id) => id));
    expect((await table.find(items!)).every((one) => String(one?.item['body']).length === 50_000)).toBe(true);
  });

  it('is taken back only when what the worker before has begun is over', async () => {
    await store.sql('CREATE TABLE waited (id integer PRIMARY KEY)');
    await store.open('waited', worker(1, 'forward', 'd0'));
    const [fence, waiting] = store.fence;
    // As a statement that writes does until its transaction ends.
    await store.holding([`SELECT token FROM ${fence} FOR UPDATE`], async (end) => {
      let isOver = false;
      const opened = store.open('waited', worker(1, 'undo', 'd0')).then(() => isOver);
      while (Number((await store.sql(waiting))[0]!['waiting']) === 0);
      isOver = true;
      await end();
      expect(await opened).toBe(true);
    });
  });

  it('keeps out a worker whose segment was taken over, also when its statement comes late', async () => {
    await store.sql('CREATE TABLE fenced (id integer PRIMARY KEY, v integer)');
    await store.sql('INSERT INTO fenced VALUES (1, 1)');
    const early = await store.open('fenced', worker(1));
    const was = await find(early, { id: 1 });
    const late = update(was, { id: 1, v: 2 }, early);
    const now = await store.open('fenced', worker(2));

    await expect(early.write([late])).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(await now.write([late])).toEqual(['written']);
    const image = JSON.parse(JSON.stringify(now.beforeImage(late)));
    const back = await store.open('fenced', worker(1, 'undo'));
    expect(await back.restore([image])).toEqual(['restored']);
    await expect(now.write([late])).rejects.toMatchObject({ code: 'LEASE_LOST' });
    // The next deployment forgets what the one before kept.
    const next = await store.open('fenced', worker(1, 'forward', 'd2'));
    await expect(back.write([late])).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(await next.write([update(await find(next, { id: 1 }), { id: 1, v: 3 }, next)])).toEqual(['written']);
  });

  it('lets work ahead and a deployment go on beside one another, whichever takes a segment first', async () => {
    await store.sql('CREATE TABLE beside (id integer PRIMARY KEY, v integer)');
    await store.sql('INSERT INTO beside VALUES (1, 1), (2, 1), (3, 1)');
    const before = await store.open('beside', worker(1, 'forward', 'd5'));
    const ahead = await store.open(
      'beside',
      worker(1, 'forward', aheadId({ eventCount: 1 }, '2026-01-01T00:00:00.000Z')),
    );
    const after = await store.open('beside', worker(1, 'forward', 'd6'));

    const write = async (table: ItemTable, id: number) =>
      table.write([update(await find(table, { id }), { id, v: 2 }, table)]);
    expect(await write(ahead, 1)).toEqual(['written']);
    expect(await write(after, 2)).toEqual(['written']);
    // Of a deployment before, as ever.
    await expect(write(before, 3)).rejects.toMatchObject({ code: 'LEASE_LOST' });
  });

  it('lets a deployment go on when work ahead begins', async () => {
    await store.sql('CREATE TABLE besides (id integer PRIMARY KEY, v integer)');
    await store.sql('INSERT INTO besides VALUES (1, 1)');
    const deployment = await store.open('besides', worker(1, 'forward', 'd7'));
    await store.open('besides', worker(1, 'forward', aheadId({ eventCount: 2 }, '2026-01-01T00:00:00.000Z')));
    const change = update(await find(deployment, { id: 1 }), { id: 1, v: 2 }, deployment);
    expect(await deployment.write([change])).toEqual(['written']);
  });
});

it('divides a large table of PostgreSQL with other keys by what the database knows of them', async () => {
  const store = await sqlItemStores[0]!.open();
  await store.sql('CREATE TABLE codes (id uuid, at timestamptz, PRIMARY KEY (id, at))');
  await store.sql('INSERT INTO codes SELECT gen_random_uuid(), now() FROM generate_series(1, 2000)');
  await store.sql('ANALYZE codes');
  const table = await store.open('codes', session(1));
  const large = Object.assign(Object.create(table) as ItemTable, { estimate: async () => undefined });
  const segments = await all(large, 4, 300);
  expect(new Set(segments.flat().map(({ id }) => id)).size).toBe(2000);
  await store.close();
  for (const { length } of segments) expect(Math.abs(length - 500)).toBeLessThan(60);
});
