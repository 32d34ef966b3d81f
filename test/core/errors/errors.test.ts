import { expect, describe as group, it } from '@jest/globals';
import { aggregateErrors, describe, flattenErrors, MigrationError, renderError } from '../../../core/errors/index';

const location = { file: 'users/1.0.0_a.sql', line: 2, column: 8 };

group('MigrationError', () => {
  it('carries code, payload, hint, location and cause', () => {
    const cause = new Error('below');
    const error = new MigrationError('SQL_SYNTAX', 'No.', { payload: { a: 1 }, hint: 'Do.', location, cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'MigrationError',
      code: 'SQL_SYNTAX',
      message: 'No.',
      hint: 'Do.',
      location,
      cause,
    });
    expect(error.payload).toEqual({ a: 1 });
    expect(error.errors).toEqual([]);
  });

  it('has empty details when none are given', () => {
    const error = new MigrationError('SQL_SYNTAX', 'No.');
    expect(error.payload).toEqual({});
    expect('cause' in error).toBe(false);
    expect(error.hint).toBeUndefined();
  });
});

group('describe', () => {
  it.each([
    [{ what: 'Nothing here' }, 'Nothing here.'],
    [{ what: 'Unknown target', seen: 'user' }, 'Unknown target "user".'],
    [{ what: 'Bad', seen: '', allowed: 'a number' }, 'Bad "". Allowed: a number.'],
    [{ what: 'Bad', seen: 'x', allowed: ['a', 'b'] }, 'Bad "x". Allowed: a, b.'],
    [{ what: 'Bad', seen: 'x', allowed: [] }, 'Bad "x". There are none to choose from.'],
  ])('%j', (parts, text) => expect(describe(parts)).toBe(text));

  it('cuts a long list', () => {
    const allowed = Array.from({ length: 15 }, (_, index) => `t${index}`);
    expect(describe({ what: 'Bad', allowed })).toMatch(/t0, .*t11 and 3 more\.$/);
  });
});

group('aggregateErrors', () => {
  it('lists every error with its place, even a single one', () => {
    const one = new MigrationError('SQL_SYNTAX', 'No.', { hint: 'Do.', location });
    const two = new MigrationError('MISSING_FOLDER', 'Gone.');
    expect(aggregateErrors([one], 'it').message).toBe('1 problem in it:\n  users/1.0.0_a.sql:2:8 SQL_SYNTAX: No. Do.');
    const both = aggregateErrors([one, two], 'it');
    expect(both.code).toBe('INVALID_MIGRATIONS');
    expect(both.message.split('\n')[2]).toBe('  MISSING_FOLDER: Gone.');
    expect(flattenErrors(both)).toEqual([one, two]);
    expect(flattenErrors(one)).toEqual([one]);
  });
});

group('renderError', () => {
  const error = new MigrationError('SQL_SYNTAX', 'No.', { hint: 'Do.', location });

  it('shows the line with a caret when it has the source', () => {
    expect(renderError(error, 'first\r\n\tselect x\r\n')).toBe(
      ['SQL_SYNTAX: No.', '  at users/1.0.0_a.sql:2:8', '  2 | \tselect x', '    | \t      ^', '  hint: Do.'].join(
        '\n',
      ),
    );
  });

  it('asks for the source by file, and does without', () => {
    const bare = 'SQL_SYNTAX: No.\n  at users/1.0.0_a.sql:2:8\n  hint: Do.';
    expect(renderError(error)).toBe(bare);
    expect(renderError(error, () => undefined)).toBe(bare);
    expect(renderError(error, 'one line only')).toBe(bare);
    expect(renderError(error, (file) => `\n${file}`)).toContain('2 | users/1.0.0_a.sql');
  });

  it('cuts a long line around the column', () => {
    const far = new MigrationError('SQL_SYNTAX', 'No.', { location: { file: 'f', line: 1, column: 5_001 } });
    const [, , line, caret] = renderError(far, `${'a'.repeat(5_000)}X${'b'.repeat(5_000)}`).split('\n');
    expect(line!.length).toBeLessThan(180);
    expect(line![caret!.indexOf('^')]).toBe('X');
  });

  it('renders a place without a line, several errors, and what is no MigrationError', () => {
    const whole = new MigrationError('SQL_SYNTAX', 'No.', { location: { file: 'f' } });
    expect(renderError(whole, 'text')).toBe('SQL_SYNTAX: No.\n  at f');
    expect(renderError(aggregateErrors([whole, whole], 'it'))).toBe(
      'SQL_SYNTAX: No.\n  at f\n\nSQL_SYNTAX: No.\n  at f',
    );
    expect(renderError(new TypeError('plain'))).toBe('plain');
    expect(renderError('thrown text')).toBe('thrown text');
  });
});
