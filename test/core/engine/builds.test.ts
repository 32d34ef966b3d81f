import { beforeEach, describe, expect, it } from '@jest/globals';
import type { BundledMigration } from '../../../core/bundle/bundle';
import type { AddGlobalIndex, TableOperation } from '../../../core/bundle/table-operations';
import { createTable, MemoryWorld, scope, sqlMigration, tableMigration } from '../../support/memory-world';

const first = [sqlMigration('1.0.0'), tableMigration('1.0.0', [createTable('plans'), createTable('lists')])];

const add = (name: string, waitForBuild?: AddGlobalIndex['waitForBuild'], table = 'plans'): TableOperation => ({
  kind: 'addGlobalIndex',
  table,
  index: { name, partitionKey: { name: 'day', type: 'S' } },
  ...(waitForBuild && { waitForBuild }),
});
const inBackground = [...first, tableMigration('1.1.0', [add('byDay', 'background')])];

let world: MemoryWorld;

beforeEach(() => {
  world = new MemoryWorld();
});

const record = async (id: string) => (await world.ledger.load(scope)).migrations.find((one) => one.id === id);
const stepsOf = async (id: string) => {
  const { key } = (await record(id))!;
  return (await world.ledger.undoPlans(scope, [key]))[0]!.steps;
};

/** An update of a stack at revision A to these migrations, while indexes are built until a test says otherwise. */
async function update(migrations: readonly BundledMigration[], revision = 'B') {
  world.meals.holdsBuilds = true;
  world.stackIs('UPDATE_IN_PROGRESS');
  return world.request({
    kind: 'migrations',
    type: 'Update',
    physicalId: scope,
    properties: world.revision(revision, migrations),
  });
}

/** What CloudFormation does after an update that succeeded. */
async function commit(former: string) {
  world.stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
  const outcome = await world.markerDelete(former);
  world.stackIs('UPDATE_COMPLETE');
  return outcome;
}

describe('an index that is built in the background', () => {
  beforeEach(() => world.deployed('A', first));

  it('does not keep the deployment from succeeding, which says what is still built', async () => {
    const outcome = await world.work(await update(inBackground));

    expect(outcome).toMatchObject({ status: 'SUCCESS' });
    expect(outcome.reason).toContain('Not waited for: index byDay of table plans, which is still being built');
    expect(await record('meals/1.1.0')).toMatchObject({
      state: 'applied',
      building: [{ step: 'up.0', table: 'plans', what: expect.stringContaining('byDay') }],
    });
    expect(await stepsOf('meals/1.1.0')).toMatchObject({ 'up.0': { state: 'intent', before: { exists: false } } });
  });

  it('is completed in the record by the commit, when it is built by then', async () => {
    await world.work(await update(inBackground));
    world.meals.finishBuilds();
    await commit('A');

    expect(await record('meals/1.1.0')).not.toHaveProperty('building', expect.anything());
    expect(await stepsOf('meals/1.1.0')).toMatchObject({ 'up.0': { state: 'done' } });
  });

  it('is left open by the commit when it is not, and completed by a later deployment', async () => {
    await world.work(await update(inBackground));
    expect(await commit('A')).toMatchObject({ status: 'SUCCESS' });
    expect(await record('meals/1.1.0')).toMatchObject({ building: [{ table: 'plans' }] });

    world.meals.finishBuilds();
    await world.work(await update([...inBackground, sqlMigration('1.2.0')], 'C'));
    expect(await record('meals/1.1.0')).not.toHaveProperty('building', expect.anything());
  });

  it('is removed when the deployment is rolled back, while it is built', async () => {
    const before = world.snapshot();
    await world.work(await update(inBackground));
    world.stackIs('UPDATE_ROLLBACK_IN_PROGRESS');
    const outcome = await world.migrations('Update', world.revision('A', first));

    expect(outcome.status).toBe('SUCCESS');
    expect(world.snapshot()).toEqual(before);
    expect(await record('meals/1.1.0')).toBeUndefined();
  });

  it.each([
    ['changes the same table', tableMigration('1.2.0', [add('byUser')])],
    ['depends on it', { ...sqlMigration('1.2.0'), dependsOn: ['meals/1.1.0'] }],
  ])('makes a migration wait that %s', async (_, later) => {
    const request = await update([...inBackground, later]);
    const begun = async () => (await record(later.id)) !== undefined;
    expect(await world.tick(request)).toMatchObject({ status: 'wait' });
    expect(await begun()).toBe(false);

    world.meals.finishBuilds();
    expect(await world.work(request)).toMatchObject({ status: 'SUCCESS' });
    expect(await begun()).toBe(true);
  });

  it('lets others pass', async () => {
    const others = [
      tableMigration('1.2.0', [{ kind: 'setStream', table: 'lists', view: 'KEYS_ONLY' }]),
      sqlMigration('1.2.0'),
    ];

    expect(await world.work(await update([...inBackground, ...others]))).toMatchObject({ status: 'SUCCESS' });
    expect(await record('users/1.2.0')).toMatchObject({ state: 'applied' });
    expect(await record('meals/1.1.0')).toMatchObject({ building: [{ table: 'plans' }] });
  });

  it('is not waited for forever by a migration that needs it', async () => {
    const before = world.snapshot();
    const outcome = await world.work(await update([...inBackground, tableMigration('1.2.0', [add('byUser')])]));

    expect(outcome.status).toBe('FAILED');
    expect(outcome.reason).toContain('before meals/1.2.0, which waits for meals/1.1.0: index byDay of table plans');
    expect(world.snapshot()).toEqual(before);
  });

  it('keeps a contract phase waiting that changes the same table', async () => {
    const contract = tableMigration(
      '1.1.0',
      [add('byDay', 'background')],
      [{ kind: 'untag', table: 'plans', keys: ['a'] }],
    );
    await world.work(await update([...first, contract]));
    world.stackIs('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    const marker = await world.request({ kind: 'marker', type: 'Delete', physicalId: `${scope}@A`, revision: 'A' });
    expect(await world.tick(marker)).toMatchObject({ status: 'wait' });

    world.meals.finishBuilds();
    expect(await world.work(marker)).toMatchObject({ status: 'SUCCESS' });
    expect(await record('meals/1.1.0')).toMatchObject({ contract: 'done' });
  });

  it('survives a process that dies at any look', async () => {
    const request = await update(inBackground);
    for (let tick = 0; tick < 3; tick += 1) await world.tick(request, { stopBy: 0 });
    expect(await world.work(request)).toMatchObject({ status: 'SUCCESS' });
    world.meals.finishBuilds();
    await commit('A');

    expect(world.meals.tables.get('plans')).toMatchObject([{ name: 'byDay' }]);
    expect(await record('meals/1.1.0')).not.toHaveProperty('building', expect.anything());
  });
});

describe('an index that its deployment waits for', () => {
  it('is given up at the time limit, and removed, with what to do', async () => {
    await world.deployed('A', first);
    const before = world.snapshot();
    const outcome = await world.work(await update([...first, tableMigration('1.1.0', [add('byDay')])]));

    expect(outcome.status).toBe('FAILED');
    expect(outcome.reason).toMatch(
      /meals\/1\.1\.0 waited for 4\d min for index byDay of table plans, which is still being built/,
    );
    expect(outcome.reason).toContain("waitForBuild: 'background'");
    expect(world.snapshot()).toEqual(before);
  });

  it('is still named as the cause when there is no time to remove it', async () => {
    await world.deployed('A', first);
    const request = await update([...first, tableMigration('1.1.0', [add('byDay')])]);
    // While its resources are allocated, an index cannot be deleted.
    world.meals.holdsBuilds = false;
    world.meals.looks = 1_000_000;
    const outcome = await world.work(request);

    expect(outcome.status).toBe('FAILED');
    expect(outcome.reason).toMatch(/^Migration meals\/1\.1\.0 failed: .* for index byDay of table plans/);
    expect(outcome.reason).toContain("CloudFormation's timeout expired during rollback. Not finished: meals/1.1.0.");
    expect(outcome.reason).toContain("waitForBuild: 'background'");
  });
});
