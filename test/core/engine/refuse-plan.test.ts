import { beforeEach, describe, expect, it } from '@jest/globals';
import type { BundledMigration } from '../../../core/bundle/bundle';
import type { TableOperation } from '../../../core/bundle/table-operations';
import { createTable, MemoryWorld, scope, sqlMigration, tableMigration } from '../../support/memory-world';

const first = [sqlMigration('1.0.0'), tableMigration('1.0.0', [createTable('plans')])];
const table = 'plans';
const expire = (attribute: string | null): TableOperation => ({ kind: 'setTimeToLive', table, attribute });
const add = (name: string): TableOperation => {
  return { kind: 'addGlobalIndex', table, index: { name, partitionKey: { name: 'day', type: 'S' } } };
};
const drop = (index: string): TableOperation => ({ kind: 'removeGlobalIndex', table, index });

let world: MemoryWorld;
beforeEach(async () => {
  world = new MemoryWorld();
  await world.deployed('A', first);
});

async function update(...further: readonly BundledMigration[]) {
  world.stackIs('UPDATE_IN_PROGRESS');
  return world.migrations('Update', world.revision('B', [...first, ...further]));
}

const eventTypes = async () => (await world.ledger.events(scope)).map(({ type }) => type);

/** What several migrations of a deployment do to a table counts together. */
describe('a deployment', () => {
  it('does nothing at all when its last migration does more to a table than DynamoDB allows', async () => {
    const before = world.snapshot();
    const begun = (await eventTypes()).filter((type) => type === 'migration-started').length;
    const outcome = await update(tableMigration('1.1.0', [expire('a')]), tableMigration('1.2.0', [expire(null)]));

    expect(outcome.status).toBe('FAILED');
    expect(outcome.reason).toContain('Migration meals/1.2.0 failed at meals/1.2.0');
    expect(outcome.reason).toContain('time to live of table plans would be changed 2 times');
    expect(world.snapshot()).toEqual(before);
    expect((await eventTypes()).filter((type) => type === 'migration-started')).toHaveLength(begun);
  });

  it('may do to a table what its earlier migrations make possible', async () => {
    const outcome = await update(
      tableMigration('1.1.0', [createTable('lists'), add('byDay')], [drop('byDay')]),
      tableMigration('1.2.0', [{ kind: 'setStream', table: 'lists', view: 'KEYS_ONLY' }, add('byWeek')]),
      tableMigration('1.3.0', [drop('byWeek')], [add('byWeek')]),
    );

    expect(outcome).toMatchObject({ status: 'SUCCESS' });
  });
});
