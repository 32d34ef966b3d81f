import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const release2 = 'migrations/store/1.2.0_find_orders_by_day.ts';
const scope = 'OrdersService/Migrations';

/** Two stacks of examples/orders from the first deployment to the last, by the commands that its README shows. */
export async function checkOrders(chapter, { app, user }) {
  const readme = readFileSync(join(app, 'README.md'), 'utf8');
  const { check } = chapter;

  await check('validate finds the migrations in order', async () => {
    const { json } = await user.migrations('validate --json');
    assert.equal(json.valid, true);
    assert.deepEqual(json.heads, ['store/1.1.0']);
  });
  await check('validate and sandbox deploy of a broken migration: exit 2, with file and reason', async () => {
    writeFileSync(join(app, release2), migrationIn(readme).replace('1.1.0', '1.1.9'));
    const said = [await user.migrations('validate', { exit: 2 }), await user.migrations('sandbox deploy', { exit: 2 })];
    rmSync(join(app, release2));
    for (const { stderr } of said)
      assert.match(stderr, /UNKNOWN_DEPENDENCY.*1\.1\.9.*1\.2\.0_find_orders_by_day\.ts:\d/s);
  });

  await check('sandbox deploy creates the stack of the tables', async () => {
    const { json } = await user.migrations('sandbox deploy --stack OrdersData --json');
    assert.deepEqual(
      [json.stack, json.status, json.outputs.OrdersTable],
      ['OrdersData', 'CREATE_COMPLETE', 'shop-orders'],
    );
    assert.deepEqual(await user.tables(), { Ledger: [], 'shop-orders': [] });
  });
  await check('sandbox deploy creates the service and migrates: an index and a table', async () => {
    const { json } = await user.migrations('sandbox deploy --stack OrdersService --json');
    assert.deepEqual([json.stack, json.status, json.outputs.AlarmState], ['OrdersService', 'CREATE_COMPLETE', 'off']);
    assert.deepEqual(await user.tables(), tablesWith('byCustomer'));
  });
  await check('status knows what is applied; history is complete', async () => {
    await user.migrations('status');
    await expectStatus(user, ['1.0.0', '1.1.0']);
    await user.migrations('history');
    await expectHistory(user);
  });
  await check('a wrong option, stack, parameter, assumption, state folder: exit 2, and nothing is done', async () => {
    const expected = [
      ['sandbox deploy --stak OrdersService', /--stak/],
      ['sandbox deploy --app .sandbox/cdk.out --stack Orders', /Orders/],
      ['sandbox deploy --app .sandbox/cdk.out --parameters Stege=prod', /Stege/],
      ['sandbox deploy --app .sandbox/cdk.out --assume rollback-odrer=reverse', /rollback-odrer/],
      ['status --state elsewhere', /elsewhere/],
    ];
    for (const [line, reason] of expected) {
      const { stderr } = await user.migrations(line, { exit: 2 });
      assert.match(stderr, reason, line);
    }
    await expectStatus(user, ['1.0.0', '1.1.0']);
  });

  let revision;
  await check('a release that fails after its migrations: exit 1, and they are undone', async () => {
    ({ revision } = (await user.migrations('status --json')).json);
    writeFileSync(join(app, release2), migrationIn(readme));
    const failing = 'sandbox deploy --stack OrdersService --parameters Stage=prod --fail TablesRevision --json';
    const { json } = await user.migrations(failing, { exit: 1 });
    assert.deepEqual([json.status, json.outputs.AlarmState], ['UPDATE_ROLLBACK_COMPLETE', 'off']);
    const failed = json.events.find(({ status }) => status === 'UPDATE_FAILED');
    assert.deepEqual([failed?.logicalId, /on purpose/.test(failed?.reason)], ['TablesRevision', true]);
    assert.deepEqual(await user.tables(), tablesWith('byCustomer'));
    assert.equal(await expectStatus(user, ['1.0.0', '1.1.0']), revision);
    const types = await expectHistory(user);
    assert.deepEqual(types.filter((type) => /^migration-(applied|undone)$/.test(type)).slice(-2), [
      'migration-applied',
      'migration-undone',
    ]);
  });
  await check(
    'the same release again, without the failure: migration, parameter and condition take effect',
    async () => {
      const { json } = await user.migrations('sandbox deploy --stack OrdersService --parameters Stage=prod --json');
      assert.deepEqual([json.status, json.outputs.AlarmState], ['UPDATE_COMPLETE', 'on']);
      assert.deepEqual(await user.tables(), tablesWith('byCustomer', 'byDay'));
      assert.notEqual(await expectStatus(user, ['1.0.0', '1.1.0', '1.2.0']), revision);
      await expectHistory(user);
    },
  );
  await check('deployed once more, nothing changes', async () => {
    const { stdout } = await user.migrations('sandbox deploy');
    assert.equal(stdout.match(/nothing to change/g)?.length, 2);
  });
  await check('an older release takes the migration back (DOWNGRADE)', async () => {
    rmSync(join(app, release2));
    await user.migrations('sandbox deploy');
    assert.deepEqual(await user.tables(), tablesWith('byCustomer'));
    assert.equal(await expectStatus(user, ['1.0.0', '1.1.0']), revision);
  });

  await check('sandbox destroy of the service takes its index and its table along (UNDO)', async () => {
    const { json } = await user.migrations('sandbox destroy --stack OrdersService --json');
    assert.equal(json.status, 'DELETE_COMPLETE');
    assert.deepEqual(await user.tables(), { Ledger: [], 'shop-orders': [] });
  });
  await check('sandbox destroy of the rest, and reset', async () => {
    await user.migrations('sandbox destroy --stack OrdersData');
    assert.deepEqual(await user.tables(), {});
    await user.migrations('sandbox reset --yes');
    await user.migrations('status', { exit: 2 });
  });
  await check('all of this was typed as README.md of the example shows it', async () => {
    const shown = readme.match(/^npx migrations .*$/gm).map((line) => line.replace(/\s+#.*$/, ''));
    assert.deepEqual(
      shown.filter((line) => !user.typed.has(line)),
      [],
    );
  });
}

function tablesWith(...indexesOfOrders) {
  return { Ledger: [], 'orders-service-invoices': ['byOrder'], 'shop-orders': indexesOfOrders };
}

/** The release that README.md of the example says to add. */
function migrationIn(readme) {
  return /```ts\n(.*?)```/s.exec(readme)[1];
}

/** Checks that nothing is open and these versions are applied. Returns the revision. */
async function expectStatus(user, versions) {
  const { json } = await user.migrations('status --json');
  const [store] = json.targets;
  assert.deepEqual([json.scope, json.state, json.heads], [scope, 'idle', [`store/${versions.at(-1)}`]]);
  assert.deepEqual([store.name, store.engine, store.pending], ['store', 'dynamodb', []]);
  assert.deepEqual(
    store.applied.map(({ version, state }) => [version, state]),
    versions.map((version) => [version, 'applied']),
  );
  return json.revision;
}

/** Checks that the history was not tampered with. Returns the types of its events. */
async function expectHistory(user) {
  const [events, verdict] = [await user.migrations('history --json'), await user.migrations('history --verify --json')];
  assert.deepEqual(verdict.json, { valid: true, events: events.json.length });
  return events.json.map(({ type }) => type);
}
