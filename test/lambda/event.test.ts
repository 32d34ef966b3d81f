import { describe, expect, it } from '@jest/globals';
import { isStackStatusEvent, parseRequest, settleRequest } from '../../lambda/cloudformation/event';
import { markerEvent, migrationsEvent, now, properties, scope, stackEvent, stackId } from './events';

const revision = 'b'.repeat(64);

describe('a request of the Migrations resource', () => {
  it('is read with everything it says', () => {
    const { Bundle, Targets } = properties(revision);
    expect(parseRequest(migrationsEvent(), now)).toMatchObject({
      scope,
      stackId,
      logicalId: 'Migrations',
      requestId: 'request-1',
      actor: 'cloudformation App Migrations request-1',
      responseUrl: migrationsEvent().ResponseURL,
      receivedAt: now,
      answerBy: now + 3_000_000,
      request: {
        kind: 'migrations',
        type: 'Create',
        physicalId: undefined,
        properties: {
          Format: '1',
          Scope: scope,
          Revision: revision,
          Bundle,
          Targets,
          OnOlderRevision: 'downgrade',
          OnRemoval: 'undo',
          ForwardSeconds: '1200',
          ServiceTimeout: '3000',
        },
      },
    });
  });

  it.each([
    ['is due an hour after CloudFormation signed its URL, however late it came', 'X-Amz-Date=20251231T235000Z', -600],
    ['is due so also when the URL is signed in the older way', `Expires=${now / 1000 - 600 + 7200}`, -600],
    ['is due an hour from now when the URL was signed in the future', 'X-Amz-Date=20260101T000500Z', 0],
    ['is due an hour from now when the URL does not say when it was signed', 'X-Amz-Date=yesterday', 0],
  ])('%s', (_what, query, seconds) => {
    const event = migrationsEvent({ ResponseURL: `https://bucket.s3.amazonaws.com/answer?${query}` });

    expect(parseRequest(event, now)).toMatchObject({
      receivedAt: now,
      answerBy: now + seconds * 1000 + 3_000_000,
    });
  });

  it.each([
    ['Format', { ResourceProperties: properties(revision, { Format: '2' }) }, 'Property Format must be "1", got "2".'],
    [
      'RequestType',
      { RequestType: 'Import' as 'Create' },
      'Unknown RequestType "Import". Allowed: Create, Update, Delete.',
    ],
    [
      'kind of database',
      { ResourceProperties: properties(revision, { Targets: { users: { DatabaseKind: 'oracle', Identity: 'x' } } }) },
      'Target users has the unknown DatabaseKind "oracle".',
    ],
  ])('is refused when its %s is unknown', (_what, change, message) => {
    expect(() => parseRequest(migrationsEvent(change), now)).toThrow(message);
  });

  it('says where the migrations were kept before an Update', () => {
    const event = migrationsEvent({
      RequestType: 'Update',
      ResourceProperties: properties(revision, { Ledger: 'new' }),
      OldResourceProperties: properties(revision, { Scope: 'App/Old', Ledger: 'old' }),
    });

    expect(parseRequest(event, now).request).toMatchObject({
      properties: { Ledger: 'new' },
      previous: { Scope: 'App/Old', Ledger: 'old' },
    });
  });

  it('has the physical id of an Update or Delete', () => {
    const event = migrationsEvent({ RequestType: 'Delete', PhysicalResourceId: 'App-Migrations-1XMADEUP' });

    expect(parseRequest(event, now).request).toMatchObject({ type: 'Delete', physicalId: 'App-Migrations-1XMADEUP' });
  });

  it('gets the defaults for what an older library did not write, and for unknown values', () => {
    const {
      ForwardSeconds: _f,
      ServiceTimeout: _s,
      OnRemoval: _r,
      ...old
    } = properties(revision, {
      OnOlderRevision: 'something new',
    });

    const recorded = parseRequest(migrationsEvent({ ResourceProperties: old }), now);

    expect(recorded.answerBy).toBe(now + 3_600_000);
    expect(recorded.request).toMatchObject({
      properties: { OnOlderRevision: 'refuse', OnRemoval: 'retain', ForwardSeconds: '2400', ServiceTimeout: '3600' },
    });
  });

  it('reads numbers whether they arrive as strings or as numbers', () => {
    const event = migrationsEvent({
      ResourceProperties: properties(revision, { ServiceTimeout: 600, ForwardSeconds: 60 }),
    });

    expect(parseRequest(event, now)).toMatchObject({
      answerBy: now + 600_000,
      request: { properties: { ServiceTimeout: '600', ForwardSeconds: '60' } },
    });
  });

  it.each([
    ['Scope', 'a string'],
    ['Revision', 'a string'],
    ['Bundle', 'an object'],
    ['Targets', 'an object'],
  ])('cannot be read when it lacks %s, and the error says so', (name, type) => {
    const { [name!]: _missing, ...rest } = properties(revision) as Record<string, unknown>;

    expect(() => parseRequest(migrationsEvent({ ResourceProperties: rest }), now)).toThrow(
      `Property ${name} must be ${type}, got undefined. Deploy with a newer cdk-migrations.`,
    );
  });
});

describe('a request of the commit marker', () => {
  it('names the revision of its properties when it is a Create or an Update', () => {
    expect(parseRequest(markerEvent(), now).request).toEqual({
      kind: 'marker',
      type: 'Create',
      physicalId: undefined,
      revision: 'new',
    });
    const update = markerEvent({ RequestType: 'Update', PhysicalResourceId: `${scope}@old` });
    expect(parseRequest(update, now).request).toMatchObject({ type: 'Update', revision: 'new' });
  });

  it.each(['old', 'new'])('names the revision of its id when it is a Delete, with %s properties', (sent) => {
    const event = markerEvent({
      RequestType: 'Delete',
      PhysicalResourceId: `${scope}@old`,
      ResourceProperties: { Scope: scope, Revision: sent },
    });

    expect(parseRequest(event, now).request).toMatchObject({ kind: 'marker', type: 'Delete', revision: 'old' });
  });

  it('names the revision of its properties when its id is not one of ours', () => {
    const event = markerEvent({ RequestType: 'Delete', PhysicalResourceId: 'made-up' });

    expect(parseRequest(event, now).request).toMatchObject({ revision: 'new', physicalId: 'made-up' });
  });
});

describe('the key of a request', () => {
  const keyOf = (change: Parameters<typeof migrationsEvent>[0]) => parseRequest(migrationsEvent(change), now).key;

  it('is the same for the same delivery, whenever it arrives', () => {
    expect(parseRequest(migrationsEvent(), now + 60_000).key).toBe(keyOf({}));
  });

  it('differs for another URL, even when CloudFormation uses the request id again', () => {
    expect(keyOf({ ResponseURL: 'https://example.com/other' })).not.toBe(keyOf({}));
  });

  it('differs for another request, and for another stack', () => {
    expect(new Set([keyOf({}), keyOf({ RequestId: '2' }), keyOf({ StackId: `${stackId}2` })]).size).toBe(3);
  });

  it('can name an execution of Step Functions', () => {
    expect(keyOf({})).toMatch(/^[a-z0-9-]{1,80}$/);
    expect(settleRequest(stackEvent, scope, now).key).toMatch(/^[a-z0-9-]{1,80}$/);
  });
});

describe('a stack event', () => {
  it('is distinguished from a request', () => {
    expect(isStackStatusEvent(stackEvent)).toBe(true);
    expect(isStackStatusEvent(migrationsEvent())).toBe(false);
  });

  it('asks to settle, and expects no answer', () => {
    expect(settleRequest(stackEvent, scope, now)).toMatchObject({
      scope,
      stackId,
      actor: 'eventbridge App UPDATE_COMPLETE',
      request: { kind: 'settle', repair: false },
    });
    expect(settleRequest(stackEvent, scope, now).responseUrl).toBeUndefined();
  });

  it('has one key when it is delivered twice, and the next event has another', () => {
    const key = settleRequest(stackEvent, scope, now).key;

    expect(settleRequest(stackEvent, scope, now + 1).key).toBe(key);
    expect(settleRequest({ ...stackEvent, id: 'event-2' }, scope, now).key).not.toBe(key);
  });
});
