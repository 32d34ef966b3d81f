import { beforeEach, describe, expect, it } from '@jest/globals';
import type { RecordedRequest } from '../../core/request/request';
import { tick } from '../../lambda/handlers/tick';
import { createTable, MemoryWorld, scope, sqlMigration, tableMigration } from '../support/memory-world';
import { watchConsole } from './console-spy';

const logged = watchConsole();
let world: MemoryWorld;

beforeEach(() => {
  world = new MemoryWorld();
});

const create = (
  revision = world.revision('A', [sqlMigration('1.0.0'), tableMigration('1.0.0', [createTable('plans')])]),
) => world.request({ kind: 'migrations', type: 'Create', physicalId: undefined, properties: revision });
const work = ({ key }: RecordedRequest, execution = 'arn:execution') =>
  tick({ action: 'tick', requestKey: key, scope, execution }, world.ports);

describe('a tick', () => {
  it('works until the request has its outcome, which stays in the ledger', async () => {
    const recorded = await create();

    expect(await work(recorded)).toEqual({ status: 'done' });

    expect((await world.requests.find(scope, recorded.key))?.outcome?.status).toBe('SUCCESS');
    expect(logged.lines.join('\n')).toContain('"result":"SUCCESS"');
  });

  it('is done at once when the request already has its outcome', async () => {
    const recorded = await create();
    await work(recorded);

    expect(await work(recorded)).toEqual({ status: 'done' });
    expect(world.users.statements).toEqual(['s1.0.0']);
  });

  it('says how long to wait for another process', async () => {
    const recorded = await create();
    await world.leases.acquire(scope, { id: 'other', description: 'other' }, false);

    expect(await work(recorded)).toEqual({ status: 'wait', waitSeconds: 2 });
  });

  it('stops in good time, and the next one continues', async () => {
    world.meals.looks = 40;
    const recorded = await create();

    expect(await work(recorded)).toMatchObject({ status: 'wait' });
    for (let time = 0; time < 5; time += 1) await work(recorded);
    expect(await work(recorded)).toEqual({ status: 'done' });
  });

  it('fails for a request that the ledger does not know', async () => {
    const event = { action: 'tick', requestKey: 'no', scope, execution: 'arn' } as const;

    await expect(tick(event, world.ports)).rejects.toThrow('no request no');
  });
});

describe("the ledger's deletion protection", () => {
  let changes: string[];
  const protection = {
    on: async () => void changes.push(`on, ${world.users.statements.length} statements`),
    off: async () => void changes.push(`off, ${world.users.statements.length} statements`),
  };
  const workProtected = ({ key }: RecordedRequest) =>
    tick({ action: 'tick', requestKey: key, scope, execution: 'arn:execution' }, world.ports, protection);
  const remove = (OnRemoval: 'undo' | 'retain') => {
    const properties = world.revision('A', [sqlMigration('1.0.0')], { OnRemoval });
    return world.request({ kind: 'migrations', type: 'Delete', physicalId: scope, properties });
  };
  beforeEach(async () => {
    changes = [];
    const properties = world.revision('A', [sqlMigration('1.0.0')]);
    await workProtected(await create(properties));
  });

  it('is on before the first migration is applied', () => {
    expect(changes).toEqual(['on, 0 statements']);
  });

  it('is off when the resource is gone and nothing is left of what it did', async () => {
    changes = [];
    expect(world.users.statements).toEqual(['s1.0.0']);
    await workProtected(await remove('undo'));

    expect(changes).toEqual(['off, 0 statements']);
  });

  it('stays on when migrations outlive the resource', async () => {
    changes = [];
    await workProtected(await remove('retain'));

    expect(changes).toEqual([]);
  });
});
