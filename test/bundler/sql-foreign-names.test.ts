import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { correctWords, renamings } from '../../bundler/foreign-names';
import { isVersion, sortByTargetAndVersion } from '../../core/bundle/version';

/** The new name of each file. A name that ends in a slash is a folder. */
function renamed(names: readonly string[], taken: readonly string[] = []): Readonly<Record<string, string>> {
  const entries = names.map((name) => ({ name: name.replace(/\/$/, ''), isFolder: name.endsWith('/') }));
  return Object.fromEntries([...renamings(entries, new Set(taken))].map(([name, { rename }]) => [name, rename]));
}

describe('a file of another tool', () => {
  it.each([
    ['dbmate, sqlx', '20240102030405_create_users.sql', '0.0.20240102030405_create_users.sql'],
    ['diesel', '2019-02-26-002946_create_users.sql', '0.0.20190226002946_create_users.sql'],
    ['diesel', '2019-02-26-002946_create_users/', '0.0.20190226002946_create_users.sql'],
    ['diesel', '2026-01-23-094410-0000_create-users/', '0.0.20260123094410_create_users.sql'],
    ['pop', '20190226002946123456_create_users.up.sql', '0.20190226002946.123456_create_users.sql'],
    ['golang-migrate', '000001_create_users.up.sql', '0.0.1_create_users.sql'],
    ['Flyway', 'V1__Create_Users.sql', '1.0.0_create_users.sql'],
    ['Flyway', 'V1.1__create users.sql', '1.1.0_create_users.sql'],
    ['Flyway', 'V1_1_2__createUsers.sql', '1.1.2_create_users.sql'],
    ['Flyway', 'R__refresh_views.sql', '0.0.1_refresh_views.sql'],
    ['drizzle', '0000_talented_hulk.sql', '0.0.0_talented_hulk.sql'],
    ['TypeORM', '1600000000000-CreateUsers.ts', '0.0.1600000000000_create_users.ts'],
    ['knex', '20240102030405_create_users.js', '0.0.20240102030405_create_users.ts'],
    ['a first attempt', 'v1.2_add-naïve-Flag.sql', '1.2.0_add_naive_flag.sql'],
    ['a first attempt', '1.2.3+x_add.sql', '1.2.3_add.sql'],
    ['a first attempt', '1.0.0_Add-it.sql', '1.0.0_add_it.sql'],
  ])('is given a name: %s, %s', (_, name, rename) => {
    expect(Object.values(renamed([name]))).toEqual([rename]);
  });

  it.each(['helper.ts', 'create_users.sql', '1.0.0.sql', 'notes.txt', '1.0.0_a.sqll'])(
    'is given none where there is no telling: %s',
    (name) => {
      expect(renamed([name])).toEqual({});
    },
  );

  it('is told what to do with what becomes a part of it', () => {
    const names = ['1_a.up.sql', '1_a.down.sql', '2_b.down.sql', 'R__c.sql', '3_d.js'];
    const hints = [
      ...renamings(
        names.map((name) => ({ name, isFolder: false })),
        new Set(),
      ),
    ];
    expect(Object.fromEntries(hints.map(([name, { hint }]) => [name, hint]))).toEqual({
      '1_a.up.sql': 'Rename the file to 0.0.1_a.sql, and write -- migrate:up above its statements.',
      '1_a.down.sql': 'Write its statements below -- migrate:down in 0.0.1_a.sql, and delete this file.',
      '2_b.down.sql': 'Rename the file to 0.0.2_b.sql, and write -- migrate:down above its statements.',
      '3_d.js': 'Write it in TypeScript, as 0.0.3_d.ts.',
      'R__c.sql': 'Rename the file to 0.0.4_c.sql. It runs once: repeat what changes in a new migration.',
    });
  });
});

describe('the files of a folder', () => {
  it('keep their order when their numbers have different lengths', () => {
    expect(renamed(['9999_a.sql', '10000_b.sql', '20240102030405_c.sql', '20190226002946123456_d.sql'])).toEqual({
      '9999_a.sql': '0.0.9999_a.sql',
      '10000_b.sql': '0.0.10000_b.sql',
      '20240102030405_c.sql': '0.0.20240102030405_c.sql',
      '20190226002946123456_d.sql': '0.20190226002946.123456_d.sql',
    });
  });

  it('get different versions when they would have the same one', () => {
    expect(renamed(['1_b.sql', '01_a.sql', '2_c.sql'])).toEqual({
      '01_a.sql': '0.0.1_a.sql',
      '1_b.sql': '0.0.2_b.sql',
      '2_c.sql': '0.0.3_c.sql',
    });
    expect(renamed(['V1__a.sql', 'V1.0__b.sql', 'V1.0.0.5__c.sql', 'V1.1__d.sql'])).toEqual({
      'V1__a.sql': '1.0.0_a.sql',
      'V1.0__b.sql': '1.0.1_b.sql',
      'V1.0.0.5__c.sql': '1.0.2_c.sql',
      'V1.1__d.sql': '1.1.0_d.sql',
    });
  });

  it('get different versions when they differ only in what a version has no room for', () => {
    const day = '2026-01-23-094410';
    expect(renamed([`${day}-0001_a/`, `${day}-0000_b/`])).toEqual({
      [`${day}-0000_b`]: '0.0.20260123094410_b.sql',
      [`${day}-0001_a`]: '0.0.20260123094411_a.sql',
    });
  });

  it('do not get the version of a file that is named correctly', () => {
    expect(renamed(['1_a.sql', '2_b.sql'], ['0.0.1', '0.0.3'])).toEqual({
      '1_a.sql': '0.0.2_a.sql',
      '2_b.sql': '0.0.4_b.sql',
    });
  });

  it('are versions of Flyway as soon as one of them is', () => {
    expect(renamed(['1_a.sql', '1.1_b.sql', '2_c.sql'])).toEqual({
      '1_a.sql': '1.0.0_a.sql',
      '1.1_b.sql': '1.1.0_b.sql',
      '2_c.sql': '2.0.0_c.sql',
    });
  });

  it('are put in the order of their numbers, each with a version of its own', () => {
    const numbers = fc.array(fc.bigInt({ min: 0n, max: 10n ** 21n }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.uniqueArray(numbers, { selector: String, minLength: 2, maxLength: 6 }), (all) => {
        const names = all.map((parts) => `V${parts.join('.')}__a.sql`);
        const versions = renamed(names);
        const padded = (name: string) =>
          name
            .slice(1, -7)
            .split('.')
            .map((part) => part.padStart(22, '0'))
            .join('.');
        const order = names
          .toSorted((a, b) => (padded(a) < padded(b) ? -1 : 1))
          .map((name) => versions[name]!.slice(0, -6));
        expect(order.every(isVersion)).toBe(true);
        expect(new Set(order).size).toBe(order.length);
        const sorted = sortByTargetAndVersion(order.map((version) => ({ target: 'a', version })));
        expect(sorted.map(({ version }) => version)).toEqual(order);
      }),
    );
  });
});

it('the words of a pre-release are corrected, and its version is kept', () => {
  expect(correctWords('1.0.0-beta.1_Add-It.sql')?.rename).toBe('1.0.0-beta.1_add_it.sql');
  expect(correctWords('1.0_Add-It.sql')).toBeUndefined();
});
