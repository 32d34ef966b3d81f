import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Stack } from 'aws-cdk-lib';
import { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { CfnDBCluster } from 'aws-cdk-lib/aws-rds';
import { expectStatus } from '../support/expect-status';
import { LifecycleWorld, reasonOf } from '../support/lifecycle-world';
import { releaseA, releaseNext } from '../support/releases';

jest.setTimeout(120_000);

/** What CloudFormation really does around a construct that comes and goes. */
describe('a construct that an operation adds', () => {
  let world: LifecycleWorld;

  beforeAll(async () => {
    world = await LifecycleWorld.open();
  });
  afterAll(async () => {
    await world.close();
  });

  const endpointIsOff = (stack: Stack) => {
    (stack.node.findChild('Cluster') as CfnDBCluster).enableHttpEndpoint = false;
  };

  it('is refused in the update that turns the Data API on, before anything is changed, and accepted in the next', async () => {
    const app = { stack: 'Door', release: releaseA };
    const closed = await world.deploy({ ...app, sibling: '1', without: true, add: endpointIsOff });
    expectStatus(closed, 'CREATE_COMPLETE');
    const before = await world.snapshot('Door');

    const opening = await world.deploy({ ...app, sibling: '2' });

    expectStatus(opening, 'UPDATE_ROLLBACK_COMPLETE');
    expect(reasonOf(opening, /^Migrations/)).toContain('Use two deployments');
    expect(await world.snapshot('Door')).toEqual(before);
    expectStatus(await world.deploy({ ...app, sibling: '3', without: true }), 'UPDATE_COMPLETE');
    expectStatus(await world.deploy({ ...app, sibling: '4' }), 'UPDATE_COMPLETE');
  });

  it('is undone to the revision at which it was kept, when it is added again and a sibling fails', async () => {
    await world.deploy({ stack: 'Data', release: {}, sibling: '1', without: true });
    const app = { stack: 'Again', databasesOf: 'Data', release: releaseA };
    expectStatus(await world.deploy({ ...app, sibling: '1' }), 'CREATE_COMPLETE');
    const { table } = (await world.ledger('Again')).location;
    const ledgerTable = (stack: Stack) => Table.fromTableName(stack, 'KeptLedger', table);
    expectStatus(await world.deploy({ ...app, sibling: '2', without: true }), 'UPDATE_COMPLETE');
    const kept = await world.snapshot('Data');

    const next = { ...app, release: releaseNext, ledgerTable };
    const failed = await world.deploy({ ...next, sibling: '3' }, { fail: [{ logicalId: 'Sibling' }] });

    expectStatus(failed, 'UPDATE_ROLLBACK_COMPLETE');
    expect(await world.snapshot('Data')).toEqual(kept);
    expectStatus(await world.deploy({ ...next, sibling: '4' }), 'UPDATE_COMPLETE');
    expect((await world.quietLedger('Again')).migrations).toHaveLength(Object.keys(releaseNext).length);
  });

  it('is undone when its stack cannot be created, and is deleted instead of rolled back', async () => {
    await world.deploy({ stack: 'Base', release: {}, sibling: '1', without: true });
    const before = await world.snapshot('Base');
    const app = { stack: 'Deleted', databasesOf: 'Base', release: releaseA, sibling: '1' };

    const result = await world.deploy(app, { onFailure: 'DELETE', fail: [{ logicalId: 'Sibling' }] });

    expectStatus(result, 'DELETE_COMPLETE');
    expect(await world.snapshot('Base')).toEqual(before);
  });
});
