import type { DeployOptions } from '@cdk-migrations/sandbox';
import { afterAll, expect, it } from 'vitest';
import { type Release, synthLifecycleApp, temporaryFolder } from './lifecycle-app';
import { LifecycleWorld } from './lifecycle-world';
import { releaseA, releaseNext } from './releases';

const broken = {
  ...releaseA,
  'meals/1.1.0_lists.ts': `import { createTable, dynamodb } from 'cdk-migrations/authoring';
export default dynamodb({ dependsOn: ['1.0.0'], up: [createTable({ table: 'lists', partitionKey: { name: 'id', type: 'S' } })] });
`,
  'users/1.1.0_broken.sql':
    '-- depends-on: 1.0.0\n-- depends-on: meals/1.1.0\n-- migrate:up\nSELECT no_such_function();\n-- migrate:down\nSELECT 1;\n',
};

/** The releases of the stories, synthesized once per file: nothing in them depends on what a world assumes. */
class Releases {
  readonly #folder = temporaryFolder();
  readonly #assemblies = new Map<string, string>();

  assembly(stack: string, release: Release, sibling: string): string {
    const known = this.#assemblies.get(`${stack} ${sibling}`);
    const assembly = known ?? synthLifecycleApp(this.#folder.path, { stack, release, sibling });
    this.#assemblies.set(`${stack} ${sibling}`, assembly);
    return assembly;
  }

  remove(): void {
    this.#folder.remove();
  }
}

/** The stories that must end well whatever AWS turns out to do: once for each set of assumptions, in a world of its own. */
export function centralScenarios(sets: readonly Readonly<Record<string, string>>[]): void {
  const releases = new Releases();
  afterAll(() => releases.remove());
  for (const assumptions of sets) {
    const name = Object.entries(assumptions).map(([key, value]) => `${key}=${value}`);
    it(`with ${name.join(', ')}`, { timeout: 120_000 }, async () => {
      const world = await LifecycleWorld.open({ assumptions });
      try {
        await tellStories(world, releases);
      } finally {
        await world.close();
      }
    });
  }
}

async function tellStories(world: LifecycleWorld, releases: Releases): Promise<void> {
  const deploy = async (stack: string, release: Release, sibling: string, options: Partial<DeployOptions> = {}) => {
    const result = await world.deployAssembly(releases.assembly(stack, release, sibling), options);
    await world.sandbox.settle();
    return result;
  };
  const failSibling = { fail: [{ logicalId: 'Sibling' }] };

  const never = await deploy('Never', releaseNext, '1', failSibling);
  expect(never.status, 'failed create').toBe('ROLLBACK_COMPLETE');
  expect((await world.snapshot('Never').catch(() => ({ tables: {} }))).tables).toEqual({});

  expect((await deploy('App', releaseA, '1')).status, 'create').toBe('CREATE_COMPLETE');
  await world.sql('App', `INSERT INTO users (id, name) VALUES (1, 'ada')`);
  const before = await world.snapshot('App');
  const failed = await deploy('App', broken, '2');
  expect(failed.status, 'failed update').toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(await world.snapshot('App')).toEqual(before);

  const back = await deploy('App', releaseNext, '3', failSibling);
  expect(back.status, 'rollback after cutover').toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(await world.snapshot('App')).toEqual(before);
  expect((await world.quietLedger('App')).open).toEqual([]);

  const result = await deploy('App', releaseNext, '4');
  expect([result.status, result.reason], 'commit').toEqual(['UPDATE_COMPLETE', '']);
  expect((await world.quietLedger('App')).open).toEqual([]);
  expect(await world.sql('App', `SELECT to_regclass('contracted')::text AS contracted`)).toEqual([
    { contracted: 'contracted' },
  ]);
}
