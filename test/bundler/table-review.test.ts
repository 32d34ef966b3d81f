import { describe, expect, it } from '@jest/globals';
import { buildBundle } from '../../bundler';
import { errorOf, migrationsFolder } from '../support/migrations-folder';

/** Migrations of one target, each after the one before: their operations in `up`, or all that they say. */
async function problems(...migrations: readonly string[]) {
  const files = migrations.map((given, index) => {
    const props = given.includes('up: [') ? given : `up: [${given}]`;
    const after = index === 0 ? '' : `dependsOn: ['1.${index - 1}.0'], `;
    const text = `import * as t from 'cdk-migrations/authoring';\nexport default t.dynamodb({ ${after}\n${props} });\n`;
    return [`meals/1.${index}.0_step.ts`, text] as const;
  });
  const folder = migrationsFolder(Object.fromEntries(files));
  try {
    await buildBundle({ folder });
    return [];
  } catch {
    const { errors } = await errorOf(() => buildBundle({ folder }));
    return errors.map(({ code, message, location }) => ({
      code,
      message,
      place: `${location?.file.split('/').at(-1)}:${location?.line}`,
    }));
  }
}

const key = (name: string, type = 'S') => `{ name: '${name}', type: '${type}' }`;
const create = (more = '') => `t.createTable({ table: 'plans', partitionKey: ${key('id')}, ${more} })`;
const add = (name: string, more = '', attribute = key('day')) =>
  `t.addGlobalIndex({ table: 'plans', name: '${name}', partitionKey: ${attribute}, ${more} })`;
const remove = (index: string) =>
  `t.removeGlobalIndex({ table: 'plans', index: '${index}', allowDestructive: 'unused' })`;
const expire = (attribute: string | null) =>
  `t.setTimeToLive({ table: 'plans', attribute: ${JSON.stringify(attribute)}${attribute === null ? '' : ", allowDestructive: 'known'"} })`;
const capacity = 'throughput: { read: 5, write: 5 }';
const provisioned = `billingMode: 'provisioned', ${capacity}`;
const list = (count: number, each: (index: number) => string) =>
  `[${Array.from({ length: count }, (_, index) => each(index)).join(', ')}]`;
const local = `sortKey: ${key('at')}, localIndexes: [{ name: 'byState', sortKey: ${key('state')}, projection: ['a'] }]`;

describe('what a table lacks, or has already, after the migrations before', () => {
  it.each<[string, readonly string[], string, RegExp, string]>([
    ['a table twice', [create(), create()], 'TABLE_EXISTS', /createTable plans: a migration has created it/, '1.1.0'],
    [
      'a table that is gone',
      [create(), "up: [], contract: [t.deleteTable('plans')]", add('byDay'), add('byWeek')],
      'TABLE_MISSING',
      /addGlobalIndex plans: a migration has deleted it/,
      '1.2.0',
    ],
    ['an index twice', [create(), add('byDay'), add('byDay')], 'INDEX_EXISTS', /has an index byDay already/, '1.2.0'],
    ['an index of a table of others twice', [add('byDay'), add('byDay')], 'INDEX_EXISTS', /byDay already/, '1.1.0'],
    ['the name of a local index', [create(local), add('byState')], 'INDEX_EXISTS', /byState already/, '1.1.0'],
    [
      'an index that is not there',
      [create(`globalIndexes: [{ name: 'byDay', partitionKey: ${key('day')} }]`), remove('byWeek')],
      'INDEX_MISSING',
      /no global index byWeek \(it has: byDay\)/,
      '1.1.0',
    ],
    ['a local index', [create(local), remove('byState')], 'INDEX_MISSING', /it has: none/, '1.1.0'],
    ['an index that is gone', [add('byDay'), remove('byDay'), remove('byDay')], 'INDEX_MISSING', /byDay/, '1.2.0'],
    [
      'another type of a key',
      [create(), add('byDay'), add('byNumber', '', key('day', 'N'))],
      'KEY_TYPE_MISMATCH',
      /key attribute day of index byNumber has type N, but S elsewhere/,
      '1.2.0',
    ],
    [
      'throughput of an on-demand table',
      [create("billingMode: 'on-demand'"), `t.setCapacity({ table: 'plans', ${capacity} })`],
      'TABLE_NOT_PROVISIONED',
      /setCapacity plans: it is on-demand/,
      '1.1.0',
    ],
    [
      'auto scaling of an on-demand table',
      [
        create(provisioned),
        "t.setBillingMode({ table: 'plans', billingMode: 'on-demand' })",
        "t.setAutoScaling({ table: 'plans', autoScaling: null })",
      ],
      'TABLE_NOT_PROVISIONED',
      /setAutoScaling plans/,
      '1.2.0',
    ],
    [
      'throughput of an index that is not there',
      [
        create(),
        `t.setBillingMode({ table: 'plans', ${provisioned}, indexThroughput: { byDay: { read: 1, write: 1 } } })`,
      ],
      'INDEX_MISSING',
      /no global index byDay/,
      '1.1.0',
    ],
    [
      '21 indexes',
      [create(`globalIndexes: ${list(20, (n) => `{ name: 'by${n}00', partitionKey: ${key('day')} }`)}`), add('byOne')],
      'TABLE_LIMIT',
      /would have 21 global indexes; DynamoDB allows 20/,
      '1.1.0',
    ],
    [
      '101 included attributes',
      [
        create(
          `${local}, globalIndexes: ${list(5, (n) => `{ name: 'by${n}00', partitionKey: ${key('day')}, projection: ${list(19, (m) => `'p${m}'`)} }`)}`,
        ),
        add('byOne', `projection: ${list(5, (m) => `'p${m}'`)}`),
      ],
      'TABLE_LIMIT',
      /would include 101 attributes; DynamoDB allows 100/,
      '1.1.0',
    ],
    [
      'time to live twice',
      [create(), `${expire('a')}, ${expire(null)}`],
      'TABLE_LIMIT',
      /setTimeToLive plans: its time to live would be changed 2 times; DynamoDB allows one change an hour/,
      '1.1.0',
    ],
    ['another attribute to expire by', [create("timeToLive: 'a'"), expire('b')], 'TABLE_LIMIT', /2 times/, '1.1.0'],
    [
      'time to live of a new table',
      [`${create("timeToLive: 'a'")}, ${expire(null)}`],
      'TABLE_LIMIT',
      /2 times/,
      '1.0.0',
    ],
  ])('is found before anything is deployed: %s', async (_, migrations, code, message, version) => {
    expect(await problems(...migrations)).toEqual([
      { code, message: expect.stringMatching(message), place: `${version}_step.ts:3` },
    ]);
  });

  it.each<[string, readonly string[]]>([
    ['a table made again', [create(), "up: [], contract: [t.deleteTable('plans')]", create()]],
    ['an index made again', [create(), add('byDay'), remove('byDay'), add('byDay', '', key('day', 'N'))]],
    ['what only others know of', [remove('byWeek'), `t.setCapacity({ table: 'plans', index: 'byDay', ${capacity} })`]],
    ['throughput that the target may give', [create(), `t.setCapacity({ table: 'plans', ${capacity} })`]],
    ['time to live in two deployments', [create("timeToLive: 'a'"), expire(null), expire('b')]],
    ['the same time to live', [create("timeToLive: 'a'"), expire('a')]],
  ])('is allowed where it may be so: %s', async (_, migrations) => {
    expect(await problems(...migrations)).toEqual([]);
  });
});
