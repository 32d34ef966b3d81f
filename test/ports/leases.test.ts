import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { holder, isHeld, take } from './support/records';
import { leaseTime, type Store, stores } from './support/stores';

describe.each(stores)('leases in $name', ({ open }) => {
  let store: Store;
  let scope: string;
  let count = 0;

  beforeAll(async () => {
    store = await open();
  });
  afterAll(() => store.close());
  beforeEach(() => {
    scope = `App/Migrations${++count}`;
  });

  it('a free lease is taken, and every process sees by whom', async () => {
    const session = await take(store.leases, scope);

    await expect(session.guard()).resolves.toBeUndefined();
    expect(await store.leases.inspect(scope)).toMatchObject({
      holder: holder('one'),
      token: session.token,
      acquiredAt: new Date(store.clock.time).toISOString(),
      expiresAt: store.clock.time + leaseTime,
      stopRequested: false,
    });
  });

  it('a lease that was never taken has no holder', async () => {
    expect(await store.leases.inspect(scope)).toBeUndefined();
  });

  it('one of several processes that want it at once gets it, and the others learn which', async () => {
    const wanted = ['a', 'b', 'c', 'd', 'e'];
    const leases = await Promise.all(wanted.map((id) => store.leases.acquire(scope, holder(id), false)));

    const sessions = leases.filter(isHeld);
    expect(sessions).toHaveLength(1);
    const infos = leases.filter((lease) => !isHeld(lease));
    const current = await store.leases.inspect(scope);
    expect(infos).toHaveLength(4);
    for (const info of infos) expect(info).toMatchObject({ holder: current!.holder, token: sessions[0]!.token });
  });

  it('its holder is not disturbed by a process that only asks for it', async () => {
    const session = await take(store.leases, scope);
    await store.leases.acquire(scope, holder('two'), false);
    store.clock.time += leaseTime / 2;

    await expect(session.guard()).resolves.toBeUndefined();
  });

  it('its holder is stopped by a process that asks it to stop', async () => {
    const session = await take(store.leases, scope);
    const info = await store.leases.acquire(scope, holder('two'), true);
    store.clock.time += leaseTime / 2;

    expect(info).toMatchObject({ holder: holder('one'), stopRequested: true });
    await expect(session.guard()).rejects.toMatchObject({ code: 'LEASE_LOST' });
  });

  it('a holder that continues to work keeps it', async () => {
    const session = await take(store.leases, scope);
    for (let time = 0; time < 3 * leaseTime; time += leaseTime / 3) {
      store.clock.time += leaseTime / 3;
      await session.guard();
    }
    expect(await store.leases.acquire(scope, holder('two'), false)).toMatchObject({ holder: holder('one') });
  });

  it('an expired lease goes to the next process, with a greater token, and its holder is told', async () => {
    const first = await take(store.leases, scope);
    store.clock.time += leaseTime;
    const second = await take(store.leases, scope, 'two');

    expect(second.token).toBeGreaterThan(first.token);
    await expect(first.guard()).rejects.toMatchObject({ code: 'LEASE_LOST' });
    await expect(second.guard()).resolves.toBeUndefined();
  });

  it('a process that slept through its lease is told, even when no other process took it', async () => {
    const session = await take(store.leases, scope);
    store.clock.time += leaseTime;

    await expect(session.guard()).rejects.toMatchObject({ code: 'LEASE_LOST' });
  });

  it('the same holder takes it again at once, with a greater token', async () => {
    const before = await take(store.leases, scope);
    const after = await take(store.leases, scope);
    store.clock.time += leaseTime / 2;

    expect(after.token).toBeGreaterThan(before.token);
    await expect(before.guard()).rejects.toMatchObject({ code: 'LEASE_LOST' });
    await expect(after.guard()).resolves.toBeUndefined();
  });

  it('a released lease is free, and the next token is greater all the same', async () => {
    const first = await take(store.leases, scope);
    await store.leases.release(first);

    expect(await store.leases.inspect(scope)).toBeUndefined();
    expect((await take(store.leases, scope, 'two')).token).toBeGreaterThan(first.token);
  });

  it('a former holder cannot release a lease that now belongs to another process', async () => {
    const first = await take(store.leases, scope);
    store.clock.time += leaseTime;
    const second = await take(store.leases, scope, 'two');
    await store.leases.release(first);

    expect(await store.leases.inspect(scope)).toMatchObject({ token: second.token });
  });

  it('an operator revokes it by its token, and by no other', async () => {
    const session = await take(store.leases, scope);

    expect(await store.leases.revoke(scope, session.token + 1)).toBe(false);
    expect(await store.leases.revoke(scope, session.token)).toBe(true);
    expect(await store.leases.revoke(scope, session.token)).toBe(false);
    expect(await store.leases.inspect(scope)).toBeUndefined();
    store.clock.time += leaseTime / 2;
    await expect(session.guard()).rejects.toMatchObject({ code: 'LEASE_LOST' });
  });

  it('a request to stop is meant for the holder at that time, not for the next one', async () => {
    const first = await take(store.leases, scope);
    await store.leases.acquire(scope, holder('two'), true);
    await store.leases.release(first);
    const second = await take(store.leases, scope, 'two');
    store.clock.time += leaseTime / 2;

    await expect(second.guard()).resolves.toBeUndefined();
  });
});
