import { beforeEach, describe, expect, it } from '@jest/globals';
import { findDrift } from '../../cli/drift/find-drift';
import { MemoryWorld, scope, sqlMigration, tableMigration } from '../support/memory-world';

const plans = { kind: 'createTable', table: 'plans', partitionKey: { name: 'id', type: 'S' } } as const;
const first = [sqlMigration('1.0.0'), tableMigration('1.0.0', [plans])];
const contracting = sqlMigration('1.1.0', { up: ['new'], contract: ['undo s1.0.0'] });

describe('finding the drift of a scope', () => {
  let world: MemoryWorld;
  let said: string[];

  beforeEach(() => {
    world = new MemoryWorld();
    said = [];
  });

  const find = (target?: string, ignore?: readonly string[]) =>
    findDrift({ scope, stack: 'App', ports: world.ports }, { target, ignore, say: (line) => said.push(line) });
  const differences = async () => {
    const drifts = await find();
    return drifts.flatMap((drift) => drift.differences.map(({ name, difference }) => `${difference} ${name}`));
  };
  /** To a second revision, applied and not committed yet. */
  const update = async () => {
    world.stackIs('UPDATE_IN_PROGRESS');
    await world.migrations('Update', world.revision('B', [...first, contracting]));
  };

  it('finds none after a deployment, and says which scratch database it makes', async () => {
    await world.deployed('A', first);

    expect(await find()).toEqual([
      { target: 'meals', databaseKind: 'dynamodb', differences: [] },
      { target: 'users', databaseKind: 'aurora-postgresql', differences: [] },
    ]);
    expect(said).toEqual([
      expect.stringMatching(
        /^users: running 1 migration in the scratch database cdkm_scratch_\w{11}, beside the live one/,
      ),
    ]);
    expect(world.users.scratches.size).toBe(0);
  });

  it('finds what was changed by hand, in the databases of the target that is asked for', async () => {
    await world.deployed('A', first);
    await world.users.open({ scope, token: 9, guard: async () => undefined }).sql.query('by hand');
    world.meals.settings.change('plans', 'deletionProtection', false);

    expect(await differences()).toEqual(['changed plans.deletionProtection', 'unexpected by hand']);
    expect((await find('meals')).map(({ target }) => target)).toEqual(['meals']);
  });

  it('leaves out what it is told to, and what the target ignores', async () => {
    const properties = world.revision('A', first);
    const { users, meals } = properties.Targets;
    const Targets = { users: { ...users!, Ignore: ['* by hand'] }, meals: meals! };
    await world.deployed('A', first, { Targets });
    const { sql } = world.users.open({ scope, token: 9, guard: async () => undefined });
    await sql.query('by hand');
    await sql.query('by night');

    expect(await differences()).toEqual(['unexpected by night']);
    expect((await find('users', ['* by night']))[0]?.differences).toEqual([]);
  });

  it('expects contract phases only after the commit', async () => {
    await world.deployed('A', first);
    await update();
    expect(world.users.statements).toEqual(['s1.0.0', 'new']);
    expect(await differences()).toEqual([]);

    world.stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    await world.markerDelete('A');
    expect(world.users.statements).toEqual(['new']);
    expect(await differences()).toEqual([]);
  });

  it('leaves fence and history of the live database alone', async () => {
    await world.deployed('A', first);
    const marks = world.users.marks;
    await find();
    expect(world.users.marks).toEqual(marks);
    // A lease as old as that of the deployment still writes.
    await update();
    expect(world.users.statements).toContain('new');
  });

  it('refuses a scope that is being deployed, or has nothing applied', async () => {
    await expect(find()).rejects.toMatchObject({ code: 'SCHEMA_CHANGING' });

    await world.deployed('A', first);
    world.stackIs('UPDATE_IN_PROGRESS');
    const properties = world.revision('B', [...first, contracting]);
    const request = await world.request({ kind: 'migrations', type: 'Update', physicalId: scope, properties });
    await world.tick(request, { stopBy: world.clock.time });

    await expect(find()).rejects.toMatchObject({
      code: 'SCHEMA_CHANGING',
      message: `The scope ${scope} is deploying, so there is nothing to compare with.`,
    });
  });

  it('refuses a target that it does not know, and a bundle that is not the one that was applied', async () => {
    await world.deployed('A', first);
    await expect(find('user')).rejects.toMatchObject({
      code: 'UNKNOWN_TARGET',
      payload: { known: ['meals', 'users'] },
    });

    world.bundles.bundles.set('A', { format: 1, migrations: [sqlMigration('1.0.0', { checksum: 'other' })] });
    await expect(find('users')).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH' });
  });
});
