import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chain, verifyChain } from '../../core/ledger/audit';
import { emptyState, type NewEvent, type ScopeState, type Transition } from '../../core/ledger/state';
import type { HeldLease } from '../../core/ports';
import { appliedRevision, deployment, failed, migration, request, runRecord, succeeded, take } from './support/records';
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
  const commit = (
    base: ScopeState,
    change: Omit<Transition, 'events'>,
    events: readonly NewEvent[] = [],
    by = session,
  ) => {
    const context = { at: '2026-01-01T00:00:00.000Z', actor: 'test', deployment: 'd' };
    return store.ledger.write(by, base, { ...change, events: chain(base, context, events) });
  };
  /** A state as any store may give it back: without properties that are undefined. */
  const plain = (state: ScopeState) => JSON.parse(JSON.stringify(state));

  it('of a scope nobody recorded anything for is empty', async () => {
    expect(await load()).toEqual(emptyState(scope));
    expect(await store.ledger.events(scope)).toEqual([]);
    expect(await store.ledger.undoPlan(scope, 'none')).toBeUndefined();
  });

  it('holds after a transition what the transition returned', async () => {
    const run = runRecord(migration(1).key);
    const started = await commit(emptyState(scope), { stackId: 'arn:stack/App/1', deployments: [deployment()] }, [
      { type: 'deployment-started', detail: { plan: ['users/1.1.0'], from: null, é: '🐘', nothing: undefined } },
    ]);
    const second = await commit(started, { migration: migration(2) });
    const state = await commit(second, {
      migration: migration(1, { state: 'applying' }),
      run,
      applied: appliedRevision,
    });

    expect(plain(await load())).toEqual(plain(state));
    expect(state).toMatchObject({
      version: 3,
      eventCount: 1,
      applied: appliedRevision,
      migrations: [{ position: 1 }, { position: 2 }],
    });
    expect(await store.ledger.undoPlan(scope, run.key)).toEqual(run);
  });

  it('changes records that are there, and forgets them with their run record', async () => {
    const run = runRecord(migration(1).key);
    const begun = await commit(emptyState(scope), { migration: migration(1, { state: 'applying' }), run });
    const done = await commit(begun, { migration: migration(1), applied: appliedRevision });
    expect((await load()).migrations).toMatchObject([{ state: 'applied' }]);

    await commit(done, { forget: run.key, applied: null });

    expect(await load()).toMatchObject({ migrations: [], applied: null });
    expect(await store.ledger.undoPlan(scope, run.key)).toBeUndefined();
  });

  it('keeps closed deployments out of the state', async () => {
    const other = deployment({ id: '20260101T000001Z-2', startedAt: '2026-01-01T00:00:01.000Z' });
    const opened = await commit(emptyState(scope), { deployments: [other, deployment()] });
    expect((await load()).open.map(({ id }) => id).sort()).toEqual([deployment().id, other.id]);

    await commit(opened, { deployments: [deployment({ state: 'rolled-back' })] });

    expect((await load()).open).toMatchObject([{ id: other.id }]);
  });

  it('refuses a transition that is based on an older state, and keeps nothing of it', async () => {
    const state = await commit(emptyState(scope), { migration: migration(1) }, [{ type: 'first' }]);
    const late = { migration: migration(2), run: runRecord('late'), deployments: [deployment()] };

    await expect(commit(emptyState(scope), late, [{ type: 'late' }])).rejects.toMatchObject({ code: 'STATE_CHANGED' });

    expect(plain(await load())).toEqual(plain(state));
    expect(await store.ledger.undoPlan(scope, 'late')).toBeUndefined();
    expect((await store.ledger.events(scope)).map(({ type }) => type)).toEqual(['first']);
  });

  it('of two transitions at the same time takes one', async () => {
    const base = await load();
    const results = await Promise.allSettled(
      [1, 2].map((position) => commit(base, { migration: migration(position) })),
    );

    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect((await load()).migrations).toHaveLength(1);
  });

  it.each<readonly [string, () => Promise<unknown>]>([
    ['expired', () => store.clock.sleep(leaseTime)],
    ['was given back', () => store.leases.release(session)],
    ['was taken away', () => store.leases.revoke(scope, session.token)],
    [
      "is somebody else's now",
      async () => {
        store.clock.time += leaseTime;
        await take(store.leases, scope, 'two');
      },
    ],
    ['was taken again by the same holder', () => take(store.leases, scope)],
  ])('refuses the writes of a holder whose lease %s', async (_how, lose) => {
    const base = await load();
    await lose();

    await expect(commit(base, { migration: migration(1) }, [{ type: 'late' }])).rejects.toMatchObject({
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

    await expect(commit(emptyState(scope), { answer })).rejects.toMatchObject({ code: 'STATE_CHANGED' });
    expect((await store.requests.find(scope, recorded.key))?.outcome).toBeUndefined();

    await commit(base, { applied: appliedRevision, answer });
    expect((await store.requests.find(scope, recorded.key))?.outcome).toEqual(succeeded);
  });

  it('leaves the answer of a request that was answered meanwhile', async () => {
    const recorded = request({ scope, key: `${scope}-key` });
    await store.requests.record(recorded);
    await store.requests.setOutcome(scope, recorded.key, failed);

    await commit(emptyState(scope), {
      applied: appliedRevision,
      answer: { requestKey: recorded.key, outcome: succeeded },
    });

    expect((await load()).applied).toEqual(appliedRevision);
    expect((await store.requests.find(scope, recorded.key))?.outcome).toEqual(failed);
  });

  it('refuses a run record that would not fit, before the migration is begun', async () => {
    const key = migration(1).key;
    const tooLarge = runRecord(key, `-- ${'é'.repeat(200_000)}`);

    await expect(commit(emptyState(scope), { migration: migration(1), run: tooLarge })).rejects.toMatchObject({
      code: 'RUN_RECORD_TOO_LARGE',
    });
    expect(await load()).toEqual(emptyState(scope));
    await commit(emptyState(scope), { run: runRecord(key, `-- ${'é'.repeat(180_000)}`) });
    expect(await store.ledger.undoPlan(scope, key)).toBeDefined();
  });

  it('keeps events in order, in a chain that holds', async () => {
    let state = await load();
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

  it('keeps scopes apart, also when one name begins like another', async () => {
    const longer = `${scope}0`;
    const other = await take(store.leases, longer);
    await commit(emptyState(scope), { migration: migration(1), run: runRecord('key') }, [{ type: 'mine' }]);
    await commit(emptyState(longer), { deployments: [deployment()] }, [{ type: 'theirs' }], other);

    expect(await load()).toMatchObject({ migrations: [{ position: 1 }], open: [] });
    expect(await store.ledger.load(longer)).toMatchObject({ migrations: [], open: [{ state: 'forward' }] });
    expect(await store.ledger.undoPlan(longer, 'key')).toBeUndefined();
    expect((await store.ledger.events(scope)).map(({ type }) => type)).toEqual(['mine']);
  });

  it('loads a thousand migrations, more than one answer of DynamoDB holds', async () => {
    let state = await load();
    const name = 'a long name '.repeat(120);
    for (let position = 1; position <= 1000; position += 1) {
      state = await commit(state, { migration: migration(position, { name }) });
      await session.guard();
    }

    const { migrations } = await load();
    expect(migrations.map(({ position }) => position)).toEqual(Array.from({ length: 1000 }, (_, index) => index + 1));
  }, 120_000);
});
