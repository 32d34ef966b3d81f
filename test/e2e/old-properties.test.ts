import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { CfnResource, type Stack } from 'aws-cdk-lib';
import { resourceTypes } from '../../core/wire';
import type { DatabaseMigrations } from '../../lib';
import { atReleaseA } from '../support/lifecycle-steps';
import { LifecycleWorld } from '../support/lifecycle-world';
import { releaseNext } from '../support/releases';

jest.setTimeout(120_000);

/** Properties as another version of the library may have written them: some missing, some unknown, other types. */
function withOtherProperties(_stack: Stack, migrations: DatabaseMigrations | undefined): void {
  for (const child of migrations?.node.findAll() ?? []) {
    if (!CfnResource.isCfnResource(child)) continue;
    if (child.cfnResourceType === resourceTypes.migrations) {
      for (const name of ['OnOlderRevision', 'OnRemoval', 'Format']) child.addPropertyDeletionOverride(name);
      child.addPropertyOverride('ForwardSeconds', 1200);
      child.addPropertyOverride('DryRun', false);
      child.addPropertyOverride('Strategy', { Kind: 'direct', Segments: 4 });
    }
    if (child.cfnResourceType === resourceTypes.commit) child.addPropertyDeletionOverride('Format');
  }
}

describe('properties that another version of the library wrote', () => {
  let world: LifecycleWorld;

  beforeAll(async () => {
    world = await LifecycleWorld.open();
  });

  afterAll(async () => {
    await world.close();
  });

  it('properties of an older library version are understood on create, when rolled back to, and when replaced by newer ones', async () => {
    const before = await atReleaseA(world, 'OldProperties', { add: withOtherProperties });
    const app = { stack: 'OldProperties', release: releaseNext };

    const failed = await world.deploy({ ...app, sibling: '2' }, { fail: [{ logicalId: 'Sibling' }] });
    expect(failed.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await world.snapshot('OldProperties')).toEqual(before);

    const result = await world.deploy({ ...app, sibling: '3' });

    expect([result.status, result.reason]).toEqual(['UPDATE_COMPLETE', '']);
    expect((await world.quietLedger('OldProperties')).open).toEqual([]);
  });
});
