import { beforeAll, describe, expect, it } from '@jest/globals';
import { type SqlReader, sqlReader } from '../support/sql-reader';
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
    const { errors, warnings } = read(code.replace(/^-- migration: .*$/m, ''));
    expect([...errors, ...warnings].map(({ code, message }) => `${code}: ${message}`)).toEqual([]);
  });
});
