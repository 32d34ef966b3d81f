import { describe, expect, it } from '@jest/globals';
import type { SchemaDifference } from '../../../core/schema/differences';
import { isForeign, isPattern, withoutIgnored } from '../../../core/schema/ignore';

const unexpected = (kind: string, name: string, actual = ''): SchemaDifference => ({
  ...{ kind, name, difference: 'unexpected', actual },
});
const names = (differences: readonly SchemaDifference[]) => differences.map(({ kind, name }) => `${kind} ${name}`);
const left = (ignore: readonly string[], ...differences: readonly SchemaDifference[]) =>
  names(withoutIgnored(differences, ignore));

describe('what is ignored', () => {
  it('is an object by its kind and name, whatever is different about it', () => {
    const differences: readonly SchemaDifference[] = [
      unexpected('extension', 'pg_stat_statements'),
      unexpected('extension', 'citext'),
      { kind: 'view', name: 'public.report', difference: 'changed', expected: 'a', actual: 'b' },
      { kind: 'column', name: 'public.users.note', difference: 'missing', expected: 'text' },
    ];
    expect(left(['extension pg_stat_statements', 'view public.report', 'column *.note'], ...differences)).toEqual([
      'extension citext',
    ]);
  });

  it('goes with all that belongs to it', () => {
    const ofTable = [
      unexpected('table', 'audit.log'),
      unexpected('column', 'audit.log.id'),
      unexpected('constraint', 'audit.log.log_check CHECK ((a.b > 1))'),
      unexpected('sequence', 'audit.log_id_seq', 'AS integer INCREMENT 1 OWNED BY audit.log.id'),
      unexpected('grant', 'table audit.log to reader'),
      unexpected('grant', 'column audit.log.id to "odd to name"'),
      unexpected('comment', 'table audit.log'),
      unexpected('comment', 'table column audit.log.id'),
      unexpected('comment', 'table constraint "log_check" on audit.log'),
    ];
    const ofSchema = [
      unexpected('schema', 'audit'),
      unexpected('function', 'audit.write(a integer, b text)'),
      unexpected('grant', 'function audit.write(a integer, b text) to reader'),
      unexpected('default privileges', 'r in audit to reader'),
    ];
    const others = [unexpected('table', 'public.audit'), unexpected('grant', 'table public.audit to reader')];

    expect(left(['table audit.log'], ...ofTable, ...ofSchema, ...others)).toEqual(names([...ofSchema, ...others]));
    expect(left(['schema audit'], ...ofTable, ...ofSchema, ...others)).toEqual(names(others));
    expect(left(['grant * to reader'], ...ofTable, ...ofSchema, ...others)).not.toContainEqual(
      expect.stringMatching(/^grant .* to reader$/),
    );
  });

  it('is known in MySQL, where a table has no schema and routines have parameters', () => {
    const differences = [
      unexpected('table', 'audit'),
      unexpected('column', 'audit.id'),
      unexpected('procedure', 'purge'),
      unexpected('parameter', 'procedure purge.days'),
      unexpected('table', 'audit_log'),
    ];
    expect(left(['table audit', 'procedure purge'], ...differences)).toEqual(['table audit_log']);
  });

  it('has what is special in an expression as it is', () => {
    expect(left(['function public.f(a int[])'], unexpected('function', 'public.f(a int[])'))).toEqual([]);
    expect(left(['table a.b'], unexpected('table', 'axb'))).toEqual(['table axb']);
  });

  it.each([
    ['table audit.*', true],
    ['extension pg_stat_statements', true],
    ['grant * to datadog', true],
    ['audit', false],
    ['table ', false],
    ['', false],
  ])('is written as a kind and a name: %j', (text, expected) => {
    expect(isPattern(text)).toBe(expected);
  });
});

describe('the history table of another tool', () => {
  const table = [
    unexpected('table', 'public.schema_migrations'),
    unexpected('column', 'public.schema_migrations.version'),
    unexpected('constraint', 'public.schema_migrations.schema_migrations_pkey'),
    unexpected('grant', 'table public.schema_migrations to reader'),
    unexpected('table', 'public."SequelizeMeta"'),
    unexpected('table', 'public.knex_migrations'),
    unexpected('sequence', 'public.knex_migrations_id_seq', 'START 1 OWNED BY public.knex_migrations.id'),
    unexpected('table', 'DATABASECHANGELOG'),
    unexpected('column', 'DATABASECHANGELOG.ID'),
  ];

  it('is ignored with all that belongs to it', () => {
    expect(left([], ...table)).toEqual([]);
    expect(table.every(({ kind, name, actual = '' }) => isForeign({ kind, name, definition: actual }))).toBe(true);
  });

  it('is not ignored when migrations make it, and neither is a table of a similar name', () => {
    const missing: SchemaDifference = {
      ...{ kind: 'table', name: 'public.schema_migrations', difference: 'missing', expected: 'TABLE' },
    };
    expect(left([], missing)).toEqual(['table public.schema_migrations']);
    expect(left([], unexpected('column', 'public.schema_migrations.note'))).toHaveLength(1);
    expect(left([], unexpected('table', 'public.my_schema_migrations'))).toHaveLength(1);
    expect(isForeign({ kind: 'table', name: 'public.users', definition: '' })).toBe(false);
  });
});
