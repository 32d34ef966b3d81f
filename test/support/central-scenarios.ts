import type { DeployOptions } from '@cdk-migrations/sandbox';
import { afterAll, expect, it } from '@jest/globals';
import { expectStatus } from './expect-status';
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
    it(`with ${name.join(', ')}`, async () => {
      const world = await LifecycleWorld.open({ assumptions });
      try {
        await tellStories(world, releases);
      } finally {
        await world.close();
      }
    }, 120_000);
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
  expectStatus(never, 'ROLLBACK_COMPLETE', 'failed create');
  expect((await world.snapshot('Never').catch(() => ({ tables: {} }))).tables).toEqual({});

  expectStatus(await deploy('App', releaseA, '1'), 'CREATE_COMPLETE', 'create');
  await world.sql('App', `INSERT INTO users (id, name) VALUES (1, 'ada')`);
  const before = await world.snapshot('App');
  const failed = await deploy('App', broken, '2');
  expectStatus(failed, 'UPDATE_ROLLBACK_COMPLETE', 'failed update');
  expect(await world.snapshot('App')).toEqual(before);

  const back = await deploy('App', releaseNext, '3', failSibling);
  expectStatus(back, 'UPDATE_ROLLBACK_COMPLETE', 'rollback after cutover');
  expect(await world.snapshot('App')).toEqual(before);
  expect((await world.quietLedger('App')).open).toEqual([]);

  const result = await deploy('App', releaseNext, '4');
  expectStatus(result, 'UPDATE_COMPLETE', 'commit');
  expect(result.reason).toBe('');
  expect((await world.quietLedger('App')).open).toEqual([]);
  expect(await world.sql('App', `SELECT to_regclass('contracted')::text AS contracted`)).toEqual([
    { contracted: 'contracted' },
  ]);
}
