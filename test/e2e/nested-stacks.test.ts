import type { DeployOptions } from '@cdk-migrations/sandbox';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Stack } from 'aws-cdk-lib';
import { CfnStack } from 'aws-cdk-lib';
import { type CfnParameter, StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Release } from '../support/lifecycle-app';
import { LifecycleWorld } from '../support/lifecycle-world';
import { releaseA, releaseNext } from '../support/releases';

jest.setTimeout(120_000);

/** The root decides how a nested stack ends, whatever the nested stack's own status says by then. */
describe('migrations in a nested stack', () => {
  let world: LifecycleWorld;

  beforeAll(async () => {
    world = await LifecycleWorld.open();
    await world.deploy({ stack: 'Base', release: {}, sibling: '1', without: true });
  });

  afterAll(async () => {
    await world.close();
  });

  /** A parameter of the root, after the nested stack is complete. */
  function addLast(value: string): (root: Stack) => void {
    return (root) => {
      const last = new StringParameter(root, 'Last', { stringValue: value }).node.defaultChild as CfnParameter;
      last.overrideLogicalId('Last');
      const nested = root.node.findAll().find((child) => child instanceof CfnStack);
      last.node.addDependency(nested!);
    };
  }

  async function deploy(stack: string, release: Release, value: string, options: Partial<DeployOptions> = {}) {
    const app = { stack, databasesOf: 'Base', release, sibling: value, nested: true, add: addLast(value) };
    return world.deploy(app, options);
  }

  async function nestedLedger(stack: string) {
    const nested = (await world.sandbox.stacks()).find((other) => other.stack.startsWith(`${stack}-`));
    return nested!.stack;
  }

  it('migrations of a nested stack are undone when the root fails after it is complete, also in a first deployment', async () => {
    const before = await world.snapshot('Base');

    const result = await deploy('Gone', releaseA, '1', { fail: [{ logicalId: 'Last' }] });

    expect(result.status).toBe('ROLLBACK_COMPLETE');
    expect(await world.snapshot('Base')).toEqual(before);
    await world.destroy('Gone');
  });

  it('migrations of a nested stack are committed after the root is complete, and undone with it', async () => {
    expect((await deploy('Root', releaseA, '1')).status).toBe('CREATE_COMPLETE');
    const ledger = await nestedLedger('Root');
    expect((await world.quietLedger(ledger)).open).toEqual([]);
    const before = await world.snapshot('Base');

    const failed = await deploy('Root', releaseNext, '2', { fail: [{ logicalId: 'Last' }] });

    expect(failed.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await world.snapshot('Base')).toEqual(before);
    expect((await world.quietLedger(ledger)).open).toEqual([]);

    const result = await deploy('Root', releaseNext, '3');

    expect(result.status).toBe('UPDATE_COMPLETE');
    expect((await world.quietLedger(ledger)).open).toEqual([]);
    expect(await world.sql('Base', `SELECT to_regclass('contracted')::text AS contracted`)).toEqual([
      { contracted: 'contracted' },
    ]);
  });
});
