import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Stack } from 'aws-cdk-lib';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import type { LeaseInfo } from '../../core/ports';
import { environmentNames } from '../../core/wire';
import type { DatabaseMigrations } from '../../lib';
import { until } from '../../packages/sandbox/test/helpers/until';
import { expectStatus } from '../support/expect-status';
import { atReleaseA, once, runsSql } from '../support/lifecycle-steps';
import { LifecycleWorld } from '../support/lifecycle-world';
import { releaseA, releaseNext } from '../support/releases';

jest.setTimeout(120_000);

const leaseSeconds = 2;

/** Shorter than the construct allows: a test need not wait as long. */
function withShortLease(_stack: Stack, migrations: DatabaseMigrations | undefined): void {
  for (const child of migrations?.node.findAll() ?? []) {
    if (!(child instanceof CfnFunction)) continue;
    child.addPropertyOverride(`Environment.Variables.${environmentNames.leaseSeconds}`, String(leaseSeconds));
  }
}

const twoSteps = {
  ...releaseNext,
  'users/1.2.0_paused_here.sql':
    '-- depends-on: 1.1.0\n-- migrate:up\nCREATE TABLE written_too_late (id int);\n-- migrate:down\nDROP TABLE written_too_late;\n',
};

describe('the lease', () => {
  let world: LifecycleWorld;

  beforeAll(async () => {
    world = await LifecycleWorld.open({
      assumptions: { 'transaction-idle-ms': '3000', 'statement-timeout-ms': '2000' },
    });
  });

  afterAll(async () => {
    await world.close();
  });

  it('the lease of a process that was stopped expires, another one takes over, and what the first writes later is refused', async () => {
    const before = await atReleaseA(world, 'Paused', { add: withShortLease });
    const { location, ports } = await world.ledger('Paused');
    let held: LeaseInfo | undefined;
    let resume = (): void => {};
    const paused = once(world, runsSql('CREATE TABLE written_too_late'), async (call) => {
      resume = call.pause();
      held = await ports.leases.inspect(location.scope);
      await world.sandbox.cancelUpdate('Paused');
    });

    const app = { stack: 'Paused', release: twoSteps, sibling: '2', add: withShortLease };
    const result = await world.deployWithoutSettling(app);
    await paused;

    expect(held?.holder.id).toMatch(/:execution:/);
    expect(held?.holder.description).toMatch(/^migrations Update, request .* of arn:aws:cloudformation:/);
    expect(result.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    await until(
      async () => (await ports.ledger.load(location.scope)).open,
      (open) => open.length === 0,
    );
    const after = await world.snapshot('Paused');
    const { events, state } = await world.ledger('Paused');
    expect(after).toEqual(before);

    resume();
    await world.sandbox.settle();

    expect(await world.snapshot('Paused')).toEqual(after);
    expect((await world.ledger('Paused')).events).toEqual(events);
    expect((await world.quietLedger('Paused')).version).toBe(state.version);
  });

  it('the lease of a process that died within a transaction expires, and the next process starts the transaction again', async () => {
    await atReleaseA(world, 'Died', { add: withShortLease });
    const killed = once(world, runsSql('ADD COLUMN age'), async (call) => call.kill());

    const result = await world.deploy({ stack: 'Died', release: releaseNext, sibling: '2', add: withShortLease });
    await killed;

    expectStatus(result, 'UPDATE_COMPLETE');
    expect((await world.quietLedger('Died')).open).toEqual([]);
    expect(await world.sql('Died', 'SELECT age FROM users ORDER BY id')).toEqual([{ age: null }, { age: null }]);
  });

  it('the lease of a process that died during the rollback expires, and the next process continues the rollback', async () => {
    const before = await atReleaseA(world, 'DiedBack', { add: withShortLease });
    const killed = once(world, runsSql('DROP COLUMN age'), async (call) => call.kill());

    const result = await world.deploy(
      { stack: 'DiedBack', release: releaseNext, sibling: '2', add: withShortLease },
      { fail: [{ logicalId: 'Sibling' }] },
    );
    await killed;

    expectStatus(result, 'UPDATE_ROLLBACK_COMPLETE');
    expect(await world.snapshot('DiedBack')).toEqual(before);
    expect((await world.quietLedger('DiedBack')).migrations).toHaveLength(Object.keys(releaseA).length);
  });
});
