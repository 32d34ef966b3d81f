import { expect, it } from '@jest/globals';
import type { Item, ItemChange, ItemTable } from '../../core/ports';
import { session } from './support/records';
import { sqlItemStores } from './support/sql-item-tables';

const remove = async (table: ItemTable, key: Item): Promise<ItemChange> => {
  const [was] = await table.find([key]);
  return { change: 'delete', was: was!, read: [] };
};

it.each(sqlItemStores)(
  'a row of $name that others go with is not deleted where that may be taken back',
  async ({ open }) => {
    const store = await open();
    try {
      await store.sql('CREATE TABLE parents (id integer, part integer, PRIMARY KEY (id, part))');
      for (const [child, rule] of [
        ['cascading', 'CASCADE'],
        ['emptied', 'SET NULL'],
      ]) {
        await store.sql(
          `CREATE TABLE ${child} (id integer PRIMARY KEY, parent integer, part integer,
          FOREIGN KEY (parent, part) REFERENCES parents (id, part) ON DELETE ${rule})`,
        );
      }
      await store.sql('INSERT INTO parents VALUES (1, 1), (1, 2), (2, 1), (2, 2)');
      await store.sql('INSERT INTO cascading VALUES (1, 1, 1)');
      await store.sql('INSERT INTO emptied VALUES (1, 2, 2)');
      const table = await store.open('parents', session(1));
      const keys = [1, 2].flatMap((id) => [1, 2].map((part) => ({ id, part })));
      const changes = await Promise.all(keys.map((key) => remove(table, key)));
      const refused = {
        refused: expect.objectContaining({
          code: 'DATA_REFUSED',
          message: expect.stringMatching(
            /^A row of parents is not deleted: .*\(a foreign key of cascading, emptied says so\)/,
          ),
        }),
      };
      expect(await table.write(changes, true)).toEqual([refused, 'written', 'written', refused]);
      expect(await store.sql('SELECT id FROM cascading UNION ALL SELECT part FROM emptied')).toHaveLength(2);

      // What a rollback would delete, the application may refer to since.
      const made: ItemChange = { change: 'insert', becomes: { id: 3, part: 3 } };
      const image = JSON.parse(JSON.stringify(table.beforeImage(made)));
      expect(await table.write([made], true)).toEqual(['written']);
      await store.sql('INSERT INTO cascading VALUES (3, 3, 3)');
      expect(await table.restore([image])).toEqual([refused]);
      await store.sql('DELETE FROM cascading WHERE id = 3');
      expect(await table.restore([image])).toEqual(['restored']);

      // Nothing takes back what runs after the commit.
      expect(await table.write([changes[0]!])).toEqual(['written']);
      expect(await store.sql('SELECT id FROM cascading')).toEqual([]);
    } finally {
      await store.close();
    }
  },
);

it.each(sqlItemStores)(
  'a row of $name that others refer to since it was looked at is not deleted either',
  async ({ open }) => {
    const store = await open();
    try {
      await store.sql('CREATE TABLE parents (id integer PRIMARY KEY)');
      await store.sql(
        'CREATE TABLE children (parent integer PRIMARY KEY, FOREIGN KEY (parent) REFERENCES parents (id) ON DELETE CASCADE)',
      );
      await store.sql('INSERT INTO parents VALUES (1), (2)');
      let isWritten = false;
      // The last thing that happens before a write.
      const guard = async () => {
        if (!isWritten) await store.sql('INSERT INTO children VALUES (1)');
        isWritten = true;
      };
      const table = await store.open('parents', { ...session(1), guard });
      const changes = await Promise.all([1, 2].map((id) => remove(table, { id })));
      expect(isWritten).toBe(false);

      // Like a row that somebody has locked: whoever takes the segment next looks at it again.
      await expect(table.write(changes, true)).rejects.toMatchObject({ code: 'DATABASE_BUSY' });
      expect(isWritten).toBe(true);
      expect(await store.sql('SELECT parent FROM children')).toHaveLength(1);
      expect(await table.write([changes[0]!], true)).toEqual([
        { refused: expect.objectContaining({ code: 'DATA_REFUSED' }) },
      ]);
    } finally {
      await store.close();
    }
  },
);
