import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { atReleaseA } from './lifecycle-steps';
import { LifecycleWorld, statuses } from './lifecycle-world';
import { releaseA, releaseNext } from './releases';

const broken = {
  ...releaseA,
  'meals/1.1.0_lists.ts': `import { createTable, dynamodb } from 'cdk-migrations/authoring';
export default dynamodb({ dependsOn: ['1.0.0'], up: [createTable({ table: 'lists', partitionKey: { name: 'id', type: 'S' } })] });
`,
  'users/1.1.0_broken.sql':
    '-- depends-on: 1.0.0\n-- depends-on: meals/1.1.0\n-- migrate:up\nSELECT no_such_function();\n-- migrate:down\nSELECT 1;\n',
};

/** The stories that must end well whatever AWS turns out to do: one test for each set of assumptions, in a world of its own. */
export function centralScenarios(assumptions: Readonly<Record<string, string>>): void {
  const name = Object.entries(assumptions).map(([key, value]) => `${key}=${value}`);

  describe(`with ${name.join(', ')}`, { timeout: 120_000 }, () => {
    let world: LifecycleWorld;

    beforeAll(async () => {
      world = await LifecycleWorld.open({ assumptions });
    });

    afterAll(async () => {
      await world.close();
    });

    it('a failed create, a failed update, a rollback after cutover and a commit end as they should', async () => {
      const failSibling = { fail: [{ logicalId: 'Sibling' }] };
      const never = await world.deploy({ stack: 'Never', release: releaseNext, sibling: '1' }, failSibling);
      expect(never.status).toBe('ROLLBACK_COMPLETE');
      expect((await world.snapshot('Never').catch(() => ({ tables: {} }))).tables).toEqual({});

      const before = await atReleaseA(world, 'App');
      const failed = await world.deploy({ stack: 'App', release: broken, sibling: '2' });
      expect(failed.status).toBe('UPDATE_ROLLBACK_COMPLETE');
      expect(await world.snapshot('App')).toEqual(before);

      const back = await world.deploy({ stack: 'App', release: releaseNext, sibling: '3' }, failSibling);
      expect(back.status).toBe('UPDATE_ROLLBACK_COMPLETE');
      expect(await world.snapshot('App')).toEqual(before);
      expect((await world.quietLedger('App')).open).toEqual([]);

      const result = await world.deploy({ stack: 'App', release: releaseNext, sibling: '4' });
      expect(statuses(result).at(-1)).toBe('UPDATE_COMPLETE');
      expect(result.reason).toBe('');
      expect((await world.quietLedger('App')).open).toEqual([]);
      expect(await world.sql('App', `SELECT to_regclass('contracted')::text AS contracted`)).toEqual([
        { contracted: 'contracted' },
      ]);
    });
  });
}
