import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { RecordedRequest } from '../../core/request/request';
import { failed, request, succeeded } from './support/records';
import { type Store, stores } from './support/stores';

describe.each(stores)('requests in $name', ({ open }) => {
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

  /** Keys are unique across scopes, as the hashes are that real requests have. */
  const keyed = (key: string, change: Partial<RecordedRequest> = {}) =>
    request({ scope, key: `${scope}-${key}`, requestId: key, ...change });
  const find = (recorded: RecordedRequest) => store.requests.find(recorded.scope, recorded.key);

  it('a request is found as it was recorded', async () => {
    const recorded = keyed('one');

    expect(await store.requests.record(recorded)).toBe(true);
    expect(await find(recorded)).toMatchObject(JSON.parse(JSON.stringify(recorded)));
    expect(await find(keyed('other'))).toBeUndefined();
  });

  it('the second delivery of a request is known already and changes nothing', async () => {
    await store.requests.record(keyed('one'));

    expect(await store.requests.record(keyed('one', { responseUrl: 'https://example.com/other' }))).toBe(false);
    expect((await find(keyed('one')))?.responseUrl).toBe(request().responseUrl);
  });

  it('two deliveries at the same time are recorded as one', async () => {
    const known = await Promise.all([1, 2, 3].map(() => store.requests.record(keyed('one'))));

    expect(known.filter(Boolean)).toHaveLength(1);
  });

  it('the first outcome stays', async () => {
    await store.requests.record(keyed('one'));
    await store.requests.setOutcome(scope, keyed('one').key, failed);
    await store.requests.setOutcome(scope, keyed('one').key, succeeded);

    expect((await find(keyed('one')))?.outcome).toEqual(failed);
  });

  it('an outcome does not create a request that was never recorded', async () => {
    await store.requests.setOutcome(scope, keyed('one').key, succeeded);

    expect(await find(keyed('one'))).toBeUndefined();
  });

  it('an answered request forgets where the answer went', async () => {
    await store.requests.record(keyed('one'));
    await store.requests.setOutcome(scope, keyed('one').key, succeeded);
    await store.requests.answered(scope, keyed('one').key);

    const found = await find(keyed('one'));
    expect(found).toMatchObject({ answered: true, outcome: succeeded });
    expect(found?.responseUrl).toBeUndefined();
  });

  it('a newer request answers the older ones of its resource, and nothing else', async () => {
    const marker = { kind: 'marker', type: 'Delete', physicalId: `${scope}@a`, revision: 'a' } as const;
    const now = request().receivedAt;
    const others: readonly (readonly [string, RecordedRequest])[] = [
      ['older', keyed('older')],
      ['of the marker', keyed('marker', { request: marker })],
      ['newer', keyed('newer', { receivedAt: now + 2 })],
      ['delivered again', keyed('again', { requestId: 'by' })],
      ['of another stack', keyed('stack', { stackId: 'arn:stack/Other/1' })],
      ['of another scope', keyed('scope', { scope: `${scope}Other` })],
    ];
    for (const [, other] of others) await store.requests.record(other);
    await store.requests.record(keyed('decided'));
    await store.requests.setOutcome(scope, keyed('decided').key, succeeded);
    const by = keyed('by', { receivedAt: now + 1 });
    await store.requests.record(by);

    await store.requests.supersede(by, failed);

    const outcomes = await Promise.all(
      others.map(async ([name, other]) => [name, (await find(other))?.outcome?.status] as const),
    );
    expect(outcomes.filter(([, status]) => status !== undefined)).toEqual([['older', 'FAILED']]);
    expect((await find(by))?.outcome).toBeUndefined();
    expect((await find(keyed('decided')))?.outcome).toEqual(succeeded);
  });
});
