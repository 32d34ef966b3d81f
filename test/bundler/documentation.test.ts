import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { mysqlDialect } from '../../bundler/mysql/dialect';
import { readerOf, type SqlReader, sqlReader } from '../support/sql-reader';
import { allFences } from '../support/typescript-blocks';

let read: SqlReader;
beforeAll(async () => {
  read = await sqlReader();
});

const files = allFences().filter(({ info, code }) => info === 'sql' && /^-- migrate:/m.test(code));

describe('the SQL migrations in Markdown', () => {
  it('are found', () => {
    expect(new Set(files.map(({ file }) => file))).toEqual(
      new Set(['README.md', 'docs/authoring.md', 'docs/formats.md']),
    );
  });

  it.each(files)('have no mistakes and no warnings: $file:$line', ({ code }) => {
    // The header repeats the name of a file that is not here.
    const reader = /^-- dialect: mysql$/m.test(code) ? readerOf(mysqlDialect) : read;
    const { errors, warnings } = reader(code.replace(/^-- migration: .*$/m, ''));
    expect([...errors, ...warnings].map(({ code, message }) => `${code}: ${message}`)).toEqual([]);
  });
});

it('docs/formats.md names each rule for MySQL', () => {
  const source = readFileSync(join(__dirname, '../../bundler/mysql/hazard.ts'), 'utf8');
  const [, names = ''] = /Names of the rules(.*?)\/\*\*/s.exec(source) ?? [];
  const rules = [...names.matchAll(/'([\w-]+)'/g)].map(([, rule]) => rule);
  const page = readFileSync(join(__dirname, '../../docs/formats.md'), 'utf8');
  expect(rules.filter((rule) => !page.includes(`\`${rule}\``))).toEqual([]);
  expect(rules).toHaveLength(15);
});
