import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { chain, verifyChain } from '../../core/ledger/audit';
import { emptyState, type NewEvent, type ScopeHead, type ScopeState, type Transition } from '../../core/ledger/state';
import type { HeldLease } from '../../core/ports';
import { appliedRevision, deployment, failed, migration, request, succeeded, take, undoPlan } from './support/records';
import { leaseTime, type Store, stores } from './support/stores';

describe.each(stores)('the ledger in $name', ({ open }) => {
  let store: Store;
  let scope: string;
  let session: HeldLease;
  let count = 0;

  beforeAll(async () => {
    store = await open();
  });
  afterAll(() => store.close());
  beforeEach(async () => {
    scope = `App/Migrations${++count}`;
    session = await take(store.leases, scope);
  });

  const load = () => store.ledger.load(scope);
  const planOf = async (key: string, of = scope) => (await store.ledger.undoPlans(of, [key]))[0]?.plan;
  const commit = (
    base: ScopeHead,
    change: Omit<Transition, 'events'>,
    events: readonly NewEvent[] = [],
    by = session,
  ) => {
    const context = { at: '2026-01-01T00:00:00.000Z', actor: 'test', deployment: 'd' };
    return store.ledger.write(by, base, { ...change, events: chain(base, context, events) });
  };
  /** A state as any store may give it back: without properties that are undefined. */
  const plain = (state: ScopeHead) => JSON.parse(JSON.stringify(state));
  const headOf = ({ open: _open, migrations: _migrations, ...head }: ScopeState) => plain(head);

  it('is empty for a scope without records', async () => {
    expect(await load()).toEqual(emptyState(scope));
    expect(await store.ledger.events(scope)).toEqual([]);
    expect(await planOf('none')).toBeUndefined();
  });

  it('contains what a transition returned, once it is written', async () => {
    const run = undoPlan(migration(1).key);
    const started = await commit(emptyState(scope), { stackId: 'arn:stack/App/1', deployments: [deployment()] }, [
      { type: 'deployment-started', detail: { plan: ['users/1.1.0'], from: null, é: '🐘', nothing: undefined } },
    ]);
    const second = await commit(started, { migrations: [migration(2)] });
    const state = await commit(second, {
      migrations: [migration(1, { state: 'applying' })],
      undoPlans: [run],
      applied: appliedRevision,
    });

    expect(headOf(await load())).toEqual(plain(state));
    expect(await load()).toMatchObject({
      version: 3,
      eventCount: 1,
      applied: appliedRevision,
      migrations: [{ position: 1 }, { position: 2 }],
    });
    expect(await planOf(run.key)).toEqual(run);
  });

  it('changes existing records, and forgets them together with their undo plan', async () => {
    const run = undoPlan(migration(1).key);
    const begun = await commit(emptyState(scope), {
      migrations: [migration(1, { state: 'applying' })],
      undoPlans: [run],
    });
    const done = await commit(begun, { migrations: [migration(1)], applied: appliedRevision });
    expect((await load()).migrations).toMatchObject([{ state: 'applied' }]);

    await commit(done, { forget: [run.key], applied: null });

    expect(await load()).toMatchObject({ migrations: [], applied: null });
    expect(await planOf(run.key)).toBeUndefined();
  });

  it('keeps closed deployments out of the state', async () => {
    const other = deployment({ id: '20260101T000001Z-2', startedAt: '2026-01-01T00:00:01.000Z' });
    const opened = await commit(emptyState(scope), { deployments: [other, deployment()] });
    expect((await load()).open.map(({ id }) => id).sort()).toEqual([deployment().id, other.id]);

    await commit(opened, { deployments: [deployment({ state: 'rolled-back' })] });

    expect((await load()).open).toMatchObject([{ id: other.id }]);
  });

  it('refuses a transition that is based on an older state, and keeps nothing of it', async () => {
    const state = await commit(emptyState(scope), { migrations: [migration(1)] }, [{ type: 'first' }]);
    const late = { migrations: [migration(2)], undoPlans: [undoPlan('late')], deployments: [deployment()] };

    await expect(commit(emptyState(scope), late, [{ type: 'late' }])).rejects.toMatchObject({ code: 'STATE_CHANGED' });

    expect(headOf(await load())).toEqual(plain(state));
    expect(await planOf('late')).toBeUndefined();
    expect((await store.ledger.events(scope)).map(({ type }) => type)).toEqual(['first']);
  });

  it('accepts only one of two transitions at the same time', async () => {
    const base = await load();
    const results = await Promise.allSettled(
      [1, 2].map((position) => commit(base, { migrations: [migration(position)] })),
    );

    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect((await load()).migrations).toHaveLength(1);
  });

  it.each<readonly [string, () => Promise<unknown>]>([
    ['expired', () => store.clock.sleep(leaseTime)],
    ['was given back', () => store.leases.release(session)],
    ['was revoked', () => store.leases.revoke(scope, session.token)],
    [
      'belongs to another process now',
      async () => {
        store.clock.time += leaseTime;
        await take(store.leases, scope, 'two');
      },
    ],
    ['was taken again by the same holder', () => take(store.leases, scope)],
  ])('refuses the writes of a holder whose lease %s', async (_how, lose) => {
    const base = await load();
    await lose();

    await expect(commit(base, { migrations: [migration(1)] }, [{ type: 'late' }])).rejects.toMatchObject({
      code: 'LEASE_LOST',
    });
    expect(await load()).toEqual(emptyState(scope));
    expect(await store.ledger.events(scope)).toEqual([]);
  });

  it('records an answer together with the state it reports', async () => {
    const recorded = request({ scope, key: `${scope}-key` });
    const answer = { requestKey: recorded.key, outcome: succeeded };
    await store.requests.record(recorded);
    const base = await commit(emptyState(scope), {});

    await expect(commit(emptyState(scope), { outcome: answer })).rejects.toMatchObject({ code: 'STATE_CHANGED' });
    expect((await store.requests.find(scope, recorded.key))?.outcome).toBeUndefined();

    await commit(base, { applied: appliedRevision, outcome: answer });
    expect((await store.requests.find(scope, recorded.key))?.outcome).toEqual(succeeded);
  });

  it('leaves the answer of a request that was answered meanwhile', async () => {
    const recorded = request({ scope, key: `${scope}-key` });
    await store.requests.record(recorded);
    await store.requests.setOutcome(scope, recorded.key, failed);

    await commit(emptyState(scope), {
      applied: appliedRevision,
      outcome: { requestKey: recorded.key, outcome: succeeded },
    });

    expect((await load()).applied).toEqual(appliedRevision);
    expect((await store.requests.find(scope, recorded.key))?.outcome).toEqual(failed);
  });

  it('writes the state of one step and leaves the others', async () => {
    const { key } = migration(1);
    const begun = await commit(emptyState(scope), { migrations: [migration(1)], undoPlans: [undoPlan(key)] });
    const before = { exists: true, index: { name: 'byWeek', partitionKey: { name: 'week', type: 'S' as const } } };
    const first = await commit(begun, { steps: [{ key, step: 'up.0', state: 'intent', before }] });
    const second = await commit(first, {
      steps: [
        { key, step: 'up.0', state: 'done', before },
        { key, step: 'up.1', state: 'intent' },
      ],
    });

    const [planned] = await store.ledger.undoPlans(scope, [key, 'none']);
    expect(planned?.steps).toEqual({ 'up.0': { state: 'done', before }, 'up.1': { state: 'intent' } });

    await commit(second, { forget: [key] });
    await commit(await load(), { undoPlans: [undoPlan(key)] });
    expect(await store.ledger.undoPlans(scope, [key])).toMatchObject([{ steps: {} }]);
  });

  it('finds many undo plans at once, which is more than one answer of DynamoDB holds', async () => {
    let head: ScopeHead = await load();
    const keys = Array.from({ length: 130 }, (_, index) => `key-${index}`);
    for (const key of keys) head = await commit(head, { undoPlans: [undoPlan(key, 'x'.repeat(150_000))] });

    const found = await store.ledger.undoPlans(scope, keys);
    expect(found.map(({ plan }) => plan.key).sort()).toEqual([...keys].sort());
  }, 120_000);

  it('lists closed deployments and open ones, oldest first', async () => {
    const newer = deployment({ id: '20260101T000001Z-2', startedAt: '2026-01-01T00:00:01.000Z' });
    const opened = await commit(emptyState(scope), { deployments: [newer, deployment()] });
    await commit(opened, { deployments: [deployment({ state: 'committed' })] });

    expect((await store.ledger.deployments(scope)).map(({ id, state }) => [id, state])).toEqual([
      [deployment().id, 'committed'],
      [newer.id, 'forward'],
    ]);
  });

  it('keeps events in order, in a chain that holds', async () => {
    let state: ScopeHead = await load();
    for (const round of [1, 2, 3, 4]) {
      const events = [1, 2, 3].map((number) => ({
        type: 'step',
        detail: { round, number, text: 'ä"\\\n', none: undefined },
      }));
      state = await commit(state, {}, events);
    }

    const events = await store.ledger.events(scope);
    expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(verifyChain(events, await load())).toBeUndefined();
  });

  it('keeps scopes apart, even when one name begins like another', async () => {
    const longer = `${scope}0`;
    const other = await take(store.leases, longer);
    await commit(emptyState(scope), { migrations: [migration(1)], undoPlans: [undoPlan('key')] }, [{ type: 'mine' }]);
    await commit(emptyState(longer), { deployments: [deployment()] }, [{ type: 'theirs' }], other);

    expect(await load()).toMatchObject({ migrations: [{ position: 1 }], open: [] });
    expect(await store.ledger.load(longer)).toMatchObject({ migrations: [], open: [{ state: 'forward' }] });
    expect(await planOf('key', longer)).toBeUndefined();
    expect((await store.ledger.events(scope)).map(({ type }) => type)).toEqual(['mine']);
  });

  it('loads a thousand migrations, which is more than one answer of DynamoDB holds', async () => {
    let state: ScopeHead = await load();
    const name = 'a long name '.repeat(120);
    for (let position = 1; position <= 1000; position += 1) {
      state = await commit(state, { migrations: [migration(position, { name })] });
      await session.guard();
    }

    const { migrations } = await load();
    expect(migrations.map(({ position }) => position)).toEqual(Array.from({ length: 1000 }, (_, index) => index + 1));
  }, 120_000);
});
