import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Table } from 'aws-cdk-lib/aws-dynamodb';
import { expectStatus } from '../support/expect-status';
import { LifecycleWorld, reasonOf } from '../support/lifecycle-world';
import { releaseA, releaseB } from '../support/releases';

jest.setTimeout(120_000);

/** A stack was deleted and left its databases; now it is deployed again. */
describe('deploying again over kept databases', () => {
  let world: LifecycleWorld;
  let ledgerTable: string;

  beforeAll(async () => {
    world = await LifecycleWorld.open();
    await world.deploy({ stack: 'Kept', release: {}, sibling: '1', without: true });
    const app = { stack: 'Again', databasesOf: 'Kept', release: releaseA, sibling: '1' };
    expect((await world.deploy(app)).status).toBe('CREATE_COMPLETE');
    ledgerTable = (await world.ledger('Again')).location.table;
    expect((await world.destroy('Again')).status).toBe('DELETE_COMPLETE');
  }, 120_000);

  afterAll(async () => {
    await world.close();
  });

  it('a deployment with a new ledger is refused, and the reason has the line that gives it the old one', async () => {
    const before = await world.snapshot('Kept');

    const result = await world.deploy({ stack: 'Again', databasesOf: 'Kept', release: releaseA, sibling: '2' });

    expect(result.status).toBe('ROLLBACK_COMPLETE');
    const line = `ledgerTable: Table.fromTableName(this, 'Ledger', '${ledgerTable}')`;
    expect(reasonOf(result, /^Migrations/)).toContain(line);
    expect(await world.snapshot('Kept')).toEqual(before);
  });

  it('a deployment with the ledger that was kept continues where the old one ended', async () => {
    await world.destroy('Again');

    const result = await world.deploy({
      stack: 'Again',
      databasesOf: 'Kept',
      release: releaseB,
      sibling: '3',
      ledgerTable: (stack) => Table.fromTableName(stack, 'KeptLedger', ledgerTable),
    });

    expectStatus(result, 'CREATE_COMPLETE');
    expect((await world.quietLedger('Again')).migrations).toHaveLength(Object.keys(releaseB).length);
  });
});
