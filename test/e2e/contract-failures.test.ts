import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { resourceTypes } from '../../core/wire';
import { expectStatus } from '../support/expect-status';
import { atReleaseA, historyOf, repair } from '../support/lifecycle-steps';
import { LifecycleWorld } from '../support/lifecycle-world';
import { releaseA } from '../support/releases';

jest.setTimeout(120_000);

/** Its contract phase needs a table that only an operator can create. */
const stuckContract = {
  ...releaseA,
  'users/1.1.0_stuck.sql': `-- depends-on: 1.0.0
-- migrate:up
ALTER TABLE users ADD COLUMN age int;
-- migrate:down
ALTER TABLE users DROP COLUMN age;
-- migrate:contract
ALTER TABLE lost_helper ADD COLUMN contracted int;
`,
};

describe('a contract phase that fails', () => {
  let world: LifecycleWorld;

  beforeAll(async () => {
    world = await LifecycleWorld.open();
  });

  afterAll(async () => {
    await world.close();
  });

  async function stuckCommit(stack: string) {
    await atReleaseA(world, stack);
    const result = await world.deploy({ stack, release: stuckContract, sibling: '2' });
    expect(result.status).toBe('UPDATE_COMPLETE');
    expect(result.reason).toContain('could not be deleted');
    return result;
  }

  it('is tried by each of three Deletes, leaves the stack complete, and leaves the scope failed', async () => {
    const result = await stuckCommit('Contract');

    const marker = result.events.filter(({ type }) => type === resourceTypes.commit).at(-1);
    expect(marker?.status).toBe('DELETE_FAILED');
    expect(marker?.reason).toContain('The stack update succeeded, but the contract phase of its migrations failed.');
    expect(marker?.reason).toContain('Migration users/1.1.0 failed at users/1.1.0_stuck.sql:7');
    expect(marker?.reason).toContain('Statement: ALTER TABLE lost_helper ADD COLUMN contracted int');
    expect((await historyOf(world, 'Contract')).filter((type) => type === 'commit-failed')).toHaveLength(3);
    expect((await world.quietLedger('Contract')).open).toMatchObject([
      { state: 'failed', failure: { during: 'commit' } },
    ]);
  });

  it('is finished by repair once the cause is gone', async () => {
    await stuckCommit('ContractRepair');
    expect((await repair(world, 'ContractRepair')).status).toBe('FAILED');
    await world.sql('ContractRepair', 'CREATE TABLE lost_helper (id int)');

    expect((await repair(world, 'ContractRepair')).status).toBe('SUCCESS');

    const state = await world.quietLedger('ContractRepair');
    expect(state.open).toEqual([]);
    expect(state.migrations.find(({ id }) => id === 'users/1.1.0')?.contract).toBe('done');
  });

  it('is finished by the next deployment before its own work', async () => {
    await stuckCommit('ContractNext');
    await world.sql('ContractNext', 'CREATE TABLE lost_helper (id int)');
    const next = {
      ...stuckContract,
      'users/1.2.0_next.sql':
        '-- depends-on: 1.1.0\n-- migrate:up\nALTER TABLE lost_helper ADD UNIQUE (contracted);\n-- migrate:down\nALTER TABLE lost_helper DROP CONSTRAINT lost_helper_contracted_key;\n',
    };

    const result = await world.deploy({ stack: 'ContractNext', release: next, sibling: '3' });

    expectStatus(result, 'UPDATE_COMPLETE');
    expect(result.reason).toBe('');
    expect((await world.quietLedger('ContractNext')).open).toEqual([]);
  });
});
