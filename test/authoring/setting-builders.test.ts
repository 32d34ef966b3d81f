import { describe, expect, it } from '@jest/globals';
import type { TableOperation } from '../../authoring';
import * as authoring from '../../authoring';

const { addGlobalIndex, createTable, rebuildTable, setAutoScaling, setBillingMode, setCapacity, setStream } = authoring;
const { setDeletionProtection, setPointInTimeRecovery, setTableClass, setTimeToLive, tag, untag } = authoring;
const id = { name: 'id', type: 'S' } as const;
const key = (name: string) => ({ name, type: 'S' }) as const;
const table = 'meals';
const plain = { table, partitionKey: id };
const throughput = { read: 5, write: 5 };
const provisioned = { ...plain, billingMode: 'provisioned', throughput } as const;
/** What a JavaScript author, or a cast, can pass. */
const wrong = (value: unknown) => value as never;
const tags = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`t${index}`, 'v']));

describe('an operation on settings', () => {
  it.each<[TableOperation]>([
    [
      createTable({
        ...provisioned,
        sortKey: key('day'),
        localIndexes: [{ name: 'byState', sortKey: key('state'), projection: ['a'] }],
        globalIndexes: [
          {
            name: 'byShop',
            partitionKey: ['a', 'b', 'c', 'd'].map(key),
            sortKey: ['e', 'f', 'g', 'h'].map(key),
            throughput,
            autoScaling: { read: { min: 1, max: 1, target: 90 } },
          },
        ],
        autoScaling: { read: { min: 1, max: 10, target: 20 }, write: { min: 2, max: 2 } },
        stream: 'NEW_AND_OLD_IMAGES',
        timeToLive: 'expires',
        pointInTimeRecovery: 35,
        encryption: { keyArn: 'arn:aws-cn:kms:cn-north-1:111122223333:alias/meals' },
        tableClass: 'STANDARD_INFREQUENT_ACCESS',
        deletionProtection: false,
        tags: { ...tags(49), 'Größe/µ @home': '' },
        resourcePolicy: { Version: '2012-10-17', Statement: [] },
        contributorInsights: true,
      }),
    ],
    [createTable({ ...plain, billingMode: 'on-demand', encryption: 'aws-managed', pointInTimeRecovery: false })],
    [addGlobalIndex({ table, name: 'byDay', partitionKey: id, waitForBuild: 'background' })],
    [setBillingMode({ table, billingMode: 'provisioned', throughput, indexThroughput: { byDay: throughput } })],
    [setCapacity({ table, index: 'byDay', throughput })],
    [setAutoScaling({ table, autoScaling: null })],
    [setStream({ table, view: null, allowDestructive: 'nobody reads it' })],
    [setTimeToLive({ table, attribute: null })],
    [setPointInTimeRecovery({ table, enabled: true, days: 1 })],
    [setTableClass({ table, tableClass: 'STANDARD' })],
    [setDeletionProtection({ table, enabled: false })],
    [tag({ table, tags: { team: 'meals' } })],
    [untag({ table, keys: ['team'] })],
    [rebuildTable({ ...plain, sortKey: key('day') })],
  ])('is accepted as plain data: %j', (operation) => {
    expect(JSON.parse(JSON.stringify(operation))).toEqual(operation);
    expect(operation).toHaveProperty('table', table);
  });

  it.each<[string, () => unknown, RegExp]>([
    [
      '5 attributes per key',
      () => addGlobalIndex({ table, name: 'byA', partitionKey: ['a', 'b', 'c', 'd', 'e'].map(key) }),
      /partition key of an index must have 1 to 4 attributes, got 5/,
    ],
    [
      'no attribute',
      () => addGlobalIndex({ table, name: 'byA', partitionKey: id, sortKey: [] }),
      /sort key of an index must have 1 to 4 attributes, got 0/,
    ],
    [
      'an attribute in both keys',
      () => addGlobalIndex({ table, name: 'byA', partitionKey: [id, key('a')], sortKey: [key('b'), key('a')] }),
      /sort key must be another attribute than the partition key, got "a"/,
    ],
    [
      'several attributes for a table',
      () => createTable({ ...plain, partitionKey: wrong([id]) }),
      /only global indexes can have several/,
    ],
    [
      '6 local indexes',
      () =>
        createTable({
          ...plain,
          sortKey: key('day'),
          localIndexes: Array.from({ length: 6 }, (_, n) => ({ name: `by${n}`, sortKey: key('a') })),
        }),
      /at most 5 local indexes, got 6/,
    ],
    [
      'a local index without a sort key',
      () => createTable({ ...plain, localIndexes: [{ name: 'byA', sortKey: key('a') }] }),
      /must have a sort key/,
    ],
    [
      'a local index without a key of its own',
      () => createTable({ ...plain, sortKey: key('day'), localIndexes: [wrong({ name: 'byA' })] }),
      /sortKey of local index byA must be an object such as/,
    ],
    [
      '101 attributes in all indexes',
      () =>
        createTable({
          ...plain,
          sortKey: key('day'),
          localIndexes: ['a', 'b', 'c', 'd', 'e'].map((n) => ({
            name: `by-${n}`,
            sortKey: key(n),
            projection: Array.from({ length: 20 }, (_, m) => `p${m}`),
          })),
          globalIndexes: [{ name: 'byG', partitionKey: id, projection: ['one'] }],
        }),
      /at most 100 attributes together, got 101/,
    ],
    [
      'a name twice',
      () =>
        createTable({
          ...plain,
          sortKey: key('day'),
          localIndexes: [{ name: 'byA', sortKey: key('a') }],
          globalIndexes: [{ name: 'byA', partitionKey: id }],
        }),
      /Index "byA" is listed twice/,
    ],
    [
      'throughput of an on-demand table',
      () => createTable({ ...plain, throughput }),
      /throughput must come with billingMode: 'provisioned'/,
    ],
    ...Object.entries({ throughput, autoScaling: { read: { min: 1, max: 2 } } }).map(
      ([name, value]): [string, () => unknown, RegExp] => [
        `${name} of an index of an on-demand table`,
        () => {
          const index = { name: 'byA', partitionKey: key('a'), [name]: value };
          return createTable({ ...plain, billingMode: 'on-demand', globalIndexes: [index] });
        },
        new RegExp(`${name} of index byA must come with billingMode: 'provisioned'`),
      ],
    ),
    [
      'a provisioned table without throughput',
      () => createTable({ ...plain, billingMode: 'provisioned' }),
      /throughput must be an object with the properties read, write/,
    ],
    [
      'throughput for on-demand',
      () => setBillingMode({ table, billingMode: 'on-demand', throughput }),
      /throughput must come with/,
    ],
    [
      'throughput of indexes for on-demand',
      () => setBillingMode({ table, billingMode: 'on-demand', indexThroughput: {} }),
      /indexThroughput must come with/,
    ],
    [
      'no mode',
      () => setBillingMode({ table, billingMode: wrong(undefined) }),
      /billingMode must be 'on-demand' or 'provisioned'/,
    ],
    [
      'no unit',
      () => setCapacity({ table, throughput: { read: 0, write: 1 } }),
      /read must be a whole number of capacity units, at least 1, got 0/,
    ],
    [
      'more units than can be counted',
      () => setCapacity({ table, throughput: { read: 1e30, write: 1 } }),
      /read must be a whole number of capacity units/,
    ],
    [
      'less than the least',
      () => setAutoScaling({ table, autoScaling: { read: { min: 5, max: 4 } } }),
      /max must not be less than min, which is 5, got 4/,
    ],
    [
      'a target of 91',
      () => setAutoScaling({ table, autoScaling: { write: { min: 1, max: 4, target: 91 } } }),
      /target must be a percentage from 20 to 90, got 91/,
    ],
    [
      'nothing to scale',
      () => setAutoScaling({ table, autoScaling: {} }),
      /must have limits for read, for write, or both/,
    ],
    ['a view', () => setStream({ table, view: wrong('ALL') }), /view must be one of KEYS_ONLY, .* or null, got "ALL"/],
    ['no view', () => setStream(wrong({ table })), /must be a view of a stream, or null for no stream/],
    ['no attribute to expire by', () => setTimeToLive(wrong({ table })), /name of an attribute must be/],
    [
      '36 days',
      () => setPointInTimeRecovery({ table, enabled: true, days: 36 }),
      /whole number of days from 1 to 35, got 36/,
    ],
    ['days of nothing', () => setPointInTimeRecovery({ table, enabled: false, days: 3 }), /days must be left out/],
    [
      'a class',
      () => setTableClass({ table, tableClass: wrong('COLD') }),
      /tableClass must be one of STANDARD, STANDARD_INFREQUENT_ACCESS, got "COLD"/,
    ],
    [
      'protection',
      () => setDeletionProtection({ table, enabled: wrong('yes') }),
      /enabled must be true or false, got "yes"/,
    ],
    [
      'a key',
      () => createTable({ ...plain, encryption: { keyArn: 'alias/meals' } }),
      /must be the ARN of a KMS key, .* got "alias\/meals"/,
    ],
    ['51 tags', () => tag({ table, tags: tags(51) }), /at most 50 tags, got 51/],
    ['no tag', () => tag({ table, tags: {} }), /at least one tag/],
    ['a tag of AWS', () => tag({ table, tags: { 'AWS:x': 'v' } }), /must not begin with aws:/],
    ['a long key', () => untag({ table, keys: ['k'.repeat(129)] }), /must be 1 to 128 letters/],
    ['a long value', () => tag({ table, tags: { k: 'v'.repeat(257) } }), /value of tag k must be up to 256/],
    ['a character', () => tag({ table, tags: { 'k!': 'v' } }), /key of a tag must be/],
    [
      'no policy',
      () => createTable({ ...plain, resourcePolicy: { Effect: 'Allow' } }),
      /must be a policy with a Statement/,
    ],
    ...[() => 1, 1n, new Map(), Number.NaN].map((value): [string, () => unknown, RegExp] => [
      `what no JSON has in a policy: ${typeof value}`,
      () => createTable({ ...plain, resourcePolicy: { Statement: [{ Sid: value }] } }),
      /resourcePolicy must be plain JSON/,
    ]),
    [
      'a policy that contains itself',
      () => {
        const statement: unknown[] = [];
        statement.push(statement);
        return createTable({ ...plain, resourcePolicy: { Statement: statement } });
      },
      /resourcePolicy must be plain JSON/,
    ],
    [
      'a large policy',
      () => createTable({ ...plain, resourcePolicy: { Statement: 'x'.repeat(20_480) } }),
      /at most 20480 bytes as JSON/,
    ],
    [
      'who waits',
      () => addGlobalIndex({ table, name: 'byA', partitionKey: id, waitForBuild: wrong('never') }),
      /waitForBuild must be one of deployment, background, got "never"/,
    ],
    [
      'an empty reason',
      () => setStream({ table, view: null, allowDestructive: ' ' }),
      /allowDestructive must be a reason in words/,
    ],
    ['keys of a table to rebuild', () => rebuildTable(wrong({ table })), /must be an object such as/],
  ])('is refused with a reason: %s', (_, build, message) => {
    expect(build).toThrow(TypeError);
    expect(build).toThrow(message);
  });
});

it('a migration gives an attribute of a table one type, in all its operations', () => {
  const number = { name: 'id', type: 'N' } as const;
  const index = addGlobalIndex({ table, name: 'byNumber', partitionKey: number });

  expect(() => authoring.dynamodb({ up: [createTable(plain)], contract: [index] })).toThrow(
    'Key attribute id must have type S, as elsewhere of table meals, got "N".',
  );
  expect(authoring.dynamodb({ up: [createTable({ ...plain, table: 'other' }), index] }).up).toHaveLength(2);
});
