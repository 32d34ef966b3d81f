import { beforeEach, describe, expect, it } from '@jest/globals';
import type { CreateTable, TableOperation } from '../../core/bundle/table-operations';
import { tableStep } from '../../core/engine/kinds/table';
import { MemoryTables } from '../support/memory/tables';
import { session, stepContext } from './support/records';

const now = Date.parse('2026-01-31T12:00:00Z');
const day = 86_400_000;
const table = 'plans';
const bare: CreateTable = { kind: 'createTable', table, partitionKey: { name: 'id', type: 'S' } };
const expire = (attribute: string | null): TableOperation => ({ kind: 'setTimeToLive', table, attribute });
const tags = (count: number, prefix = 'k') =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, 'v']));
const infrequent: TableOperation = { kind: 'setTableClass', table, tableClass: 'STANDARD_INFREQUENT_ACCESS' };
const standard: TableOperation = { kind: 'setTableClass', table, tableClass: 'STANDARD' };

/** Limits that depend on what a table has already. */
describe('before the first change of a table', () => {
  let tables: MemoryTables;
  beforeEach(() => {
    tables = new MemoryTables();
  });

  const exists = (more: Partial<CreateTable> = {}) => tables.open(session(1)).tables.createTable({ ...bare, ...more });
  /** The message of the refusal. */
  const refuse = async (operations: readonly TableOperation[], inContract = false) => {
    const actions = operations.map((operation) => ({ type: 'table', operation }) as const);
    const context = stepContext({ file: 'meals/1.0.0_plans.ts', target: tables.open(session(1)), now: () => now });
    try {
      await tableStep.refuse!(actions, context, inContract ? actions : []);
      return undefined;
    } catch (error) {
      expect(error).toMatchObject({
        code: expect.any(String),
        location: { file: 'meals/1.0.0_plans.ts' },
      });
      return (error as Error).message;
    }
  };

  it('time to live that would be changed twice is refused', async () => {
    await exists();
    expect(await refuse([expire('a')])).toBeUndefined();
    expect(await refuse([expire('a'), expire(null)])).toContain(
      'setTimeToLive: time to live of table plans would be changed 2 times; DynamoDB allows one change an hour.',
    );
    await tables.open(session(1)).tables.change(table, 'timeToLive', 'a');
    expect(await refuse([expire('a')])).toBeUndefined();
    expect(await refuse([expire(null)])).toBeUndefined();
    expect(await refuse([expire('b')])).toContain('2 times');
  });

  it('so is that of a table that the migration makes', async () => {
    expect(await refuse([{ ...bare, timeToLive: 'a' }, expire(null)])).toContain('2 times');
    expect(await refuse([bare, expire('a')])).toBeUndefined();
  });

  it('a 51st tag is refused, whoever gave the others', async () => {
    await exists({ tags: tags(49) });
    expect(await refuse([{ kind: 'tag', table, tags: { k0: 'w', one: 'v' } }])).toBeUndefined();
    expect(await refuse([{ kind: 'tag', table, tags: { one: 'v', two: 'v' } }])).toContain(
      'tag: table plans would have 51 tags; DynamoDB allows 50.',
    );
    const untag: TableOperation = { kind: 'untag', table, keys: ['k0'] };
    expect(await refuse([untag, { kind: 'tag', table, tags: { one: 'v', two: 'v' } }])).toBeUndefined();
    tables.defaults = { tags: tags(2, 'd') };
    expect(await refuse([{ ...bare, table: 'lists', tags: tags(49) }])).toContain(
      'createTable: table lists would have 51',
    );
  });

  it('attributes that local indexes include are counted with the others', async () => {
    const twenty = Array.from({ length: 20 }, (_, index) => `p${index}`);
    const localIndexes = [{ name: 'byState', sortKey: { name: 'state', type: 'S' }, projection: ['one'] }] as const;
    const globalIndexes = [0, 1, 2, 3, 4].map((n) => {
      return { name: `by${n}00`, partitionKey: { name: 'day', type: 'S' }, projection: n < 4 ? twenty : [] } as const;
    });
    await exists({ sortKey: { name: 'at', type: 'S' }, localIndexes, globalIndexes: globalIndexes.slice(0, 4) });
    const add = (projection: readonly string[]): TableOperation => {
      return {
        kind: 'addGlobalIndex',
        table,
        index: { name: 'byOne', partitionKey: { name: 'day', type: 'S' }, projection },
      };
    };

    expect(await refuse([add(twenty.slice(1))])).toBeUndefined();
    expect(await refuse([add(twenty)])).toContain('would have 101 attributes included in its indexes');
  });

  it('a change of the class is refused that could not be taken back within 30 days', async () => {
    await exists();
    expect(await refuse([infrequent])).toBeUndefined();
    expect(await refuse([standard])).toBeUndefined();
    expect(await refuse([infrequent, standard])).toContain('4 times, counting what it takes to undo it');
    tables.classChanged.set(table, now - 29 * day);
    expect(await refuse([infrequent])).toContain(
      'would be changed 2 times, counting what it takes to undo it, and was changed on 2026-01-02; DynamoDB allows two changes in 30 days.',
    );
    expect(await refuse([standard])).toBeUndefined();
    expect(await refuse([infrequent], true)).toBeUndefined();
    tables.classChanged.set(table, now - 30 * day);
    expect(await refuse([infrequent])).toBeUndefined();
  });

  it('a key attribute of another type than the table has it is refused', async () => {
    const index = (name: string, attribute: string, type: 'S' | 'N') => {
      return { name, partitionKey: { name: attribute, type } } as const;
    };
    const add = (...given: Parameters<typeof index>): TableOperation => {
      return { kind: 'addGlobalIndex', table, index: index(...given) };
    };
    await exists({ globalIndexes: [index('byDay', 'day', 'S')] });
    const drop: TableOperation = { kind: 'removeGlobalIndex', table, index: 'byDay' };

    expect(await refuse([add('byOther', 'day', 'N')])).toBe(
      'addGlobalIndex byOther: key attribute day has type N, but S in other keys of table plans. Nothing was changed.',
    );
    expect(await refuse([add('byId', 'id', 'N')])).toContain('but S in other keys');
    expect(await refuse([add('byA', 'a', 'N'), add('byB', 'a', 'S')])).toContain('but N in other keys');
    expect(await refuse([drop, add('byOther', 'day', 'N')])).toBeUndefined();
    expect(await refuse([add('byOther', 'day', 'S')])).toBeUndefined();
  });

  it('what a later operation would not find, or would find, is refused', async () => {
    const byDay = { name: 'byDay', partitionKey: { name: 'day', type: 'S' } } as const;
    const add: TableOperation = { kind: 'addGlobalIndex', table, index: byDay };
    const drop: TableOperation = { kind: 'removeGlobalIndex', table, index: 'byDay' };
    const throughput = { read: 1, write: 1 };
    const capacity = (index?: string): TableOperation => ({ kind: 'setCapacity', table, index, throughput });
    const provision: TableOperation = { kind: 'setBillingMode', table, billingMode: 'provisioned', throughput };
    const stream: TableOperation = { kind: 'setStream', table, view: 'NEW_IMAGE' };
    const remove: TableOperation = { kind: 'deleteTable', table };

    expect(await refuse([stream])).toBe('setStream: the table plans does not exist.');
    expect(await refuse([bare, stream])).toBeUndefined();
    expect(await refuse([bare, bare])).toContain('already exists');
    expect(await refuse([bare, capacity()])).toContain('is on-demand, and has no throughput');
    expect(await refuse([remove])).toBeUndefined();
    await exists();
    expect(await refuse([stream, bare])).toContain('already exists');
    expect(await refuse([remove, bare, add])).toBeUndefined();
    expect(await refuse([remove, stream])).toContain('does not exist');
    expect(await refuse([stream, add, add])).toContain('already has an index of that name');
    expect(await refuse([add, drop, add])).toBeUndefined();
    expect(await refuse([stream, drop])).toBe('removeGlobalIndex: table plans has no index byDay (it has: none).');
    expect(await refuse([stream, capacity()])).toContain('is on-demand');
    expect(await refuse([provision, capacity()])).toBeUndefined();
    expect(await refuse([provision, add, capacity('byDya')])).toContain('has no index byDya (it has: byDay)');
    const misspelt: TableOperation = { ...provision, indexThroughput: { byDya: throughput } };
    expect(await refuse([stream, add, misspelt])).toContain('has no index byDya');
  });

  it('an index with the name of a local one is refused', async () => {
    const localIndexes = [{ name: 'byState', sortKey: { name: 'state', type: 'S' } }] as const;
    const index = { name: 'byState', partitionKey: { name: 'day', type: 'S' } } as const;
    const own = { ...bare, sortKey: { name: 'at', type: 'S' }, localIndexes } as const;

    expect(await refuse([own, { kind: 'addGlobalIndex', table, index }])).toContain(
      'already has an index of that name',
    );
    await exists(own);
    expect(await refuse([{ kind: 'addGlobalIndex', table, index }])).toContain('already has an index of that name');
    expect(await refuse([{ kind: 'removeGlobalIndex', table, index: 'byState' }])).toContain('has no index byState');
  });

  it('what waits for the commit is left to what is there by then', async () => {
    await exists({ timeToLive: 'a', globalIndexes: [{ name: 'byDay', partitionKey: { name: 'day', type: 'S' } }] });
    await tables.open(session(1)).tables.change(table, 'timeToLive', 'a');
    const index = { name: 'byDay', partitionKey: { name: 'day', type: 'N' } } as const;

    expect(await refuse([{ kind: 'addGlobalIndex', table, index }, expire('b')], true)).toBeUndefined();
  });
});
