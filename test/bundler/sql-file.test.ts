import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { mysqlDialect } from '../../bundler/mysql/dialect';
import { databaseKinds } from '../../core/bundle/database-kinds';
import { readerOf, type SqlReader, sqlReader } from '../support/sql-reader';

const folder = join(__dirname, '../fixtures/sql');
const cases = readdirSync(folder).filter((name) => name.endsWith('.sql'));

let read: SqlReader;
beforeAll(async () => {
  read = await sqlReader();
});

/** What a golden file holds: the migration when there are no errors, else the errors. */
function golden(source: string): unknown {
  const reader = /^-- dialect: mysql$/m.test(source) ? readerOf(mysqlDialect) : read;
  const { draft, errors } = reader(source);
  if (errors.length > 0) {
    return errors.map(({ code, location, message, hint }) => ({
      code,
      at: `${location?.line}:${location?.column}`,
      message,
      hint,
    }));
  }
  const { dependsOn, irreversible, phases } = draft;
  return JSON.parse(JSON.stringify({ dependsOn: dependsOn.map(({ id }) => id), irreversible, phases }));
}

describe('a SQL file', () => {
  // UPDATE_GOLDEN=1 writes what is missing or changed; read the difference before you commit it.
  it.each(cases)('is parsed as its golden file says: %s', (name) => {
    const result = golden(readFileSync(join(folder, name), 'utf8'));
    const file = join(folder, name.replace(/\.sql$/, '.golden.json'));
    if (process.env['UPDATE_GOLDEN']) writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
    if (!existsSync(file)) throw new Error(`${file} is missing: run with UPDATE_GOLDEN=1`);
    expect(result).toEqual(JSON.parse(readFileSync(file, 'utf8')));
  });

  it('may have Windows line endings and a byte order mark, which change nothing', () => {
    const source = readFileSync(join(folder, 'full.sql'), 'utf8');
    expect(golden(`\uFEFF${source.replaceAll('\n', '\r\n')}`)).toEqual(golden(source));
  });

  it('has its statements measured in bytes', () => {
    const statement = (filler: string) => `select '${filler}'`;
    const room = databaseKinds['aurora-postgresql'].maxStatementBytes! - statement('').length;
    const source = (filler: string) => `-- irreversible: true\n-- migrate:up\nselect 1; ${statement(filler)};\n`;
    expect(read(source('x'.repeat(room))).errors).toEqual([]);
    const { errors } = read(source('é'.repeat(room / 2 + 1)));
    expect(errors).toMatchObject([{ code: 'STATEMENT_TOO_LONG', location: { line: 3, column: 11 } }]);
  });

  it('may have ten thousand statements', () => {
    const rows = Array.from({ length: 10_000 }, (_, index) => `insert into names values (${index}, 'é');\n`).join('');
    const { draft, errors } = read(`-- irreversible: true\n-- migrate:up\n${rows}`);
    expect(errors).toEqual([]);
    expect(draft.phases[0]?.actions[0]).toMatchObject({ statements: { length: 10_000, 9999: { line: 10_002 } } });
  });
});
