import { expect, describe as group, it } from '@jest/globals';
import {
  aggregateErrors,
  describe,
  errorFromData,
  flattenErrors,
  hasCode,
  MigrationError,
  renderError,
  withDetails,
} from '../../../core/errors/index';

const location = { file: 'users/1.0.0_a.sql', line: 2, column: 8 };

group('MigrationError', () => {
  it('an error carries code, payload, hint, location and cause', () => {
    const cause = new Error('below');
    const error = new MigrationError('STATEMENT_TOO_LONG', 'No.', {
      payload: { bytes: 1 },
      hint: 'Do.',
      location,
      cause,
    });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'MigrationError',
      code: 'STATEMENT_TOO_LONG',
      message: 'No.',
      hint: 'Do.',
      location,
      cause,
    });
    expect(error.payload).toEqual({ bytes: 1 });
    expect(error.errors).toEqual([]);
  });

  it('an error has empty details when none are given', () => {
    const error = new MigrationError('SQL_SYNTAX', 'No.');
    expect(error.payload).toEqual({});
    expect('cause' in error).toBe(false);
    expect(error.hint).toBeUndefined();
  });

  it('accepts only the payload that is declared for the code', () => {
    // Each of these lines is an error of the compiler, or else the comment above it is one.
    // @ts-expect-error a payload with another field
    new MigrationError('STATEMENT_TOO_LONG', 'No.', { payload: { length: 1 } });
    // @ts-expect-error a field of another type
    new MigrationError('STATEMENT_TOO_LONG', 'No.', { payload: { bytes: '1' } });
    // @ts-expect-error no payload, but it has a required field
    new MigrationError('STATEMENT_TOO_LONG', 'No.', { hint: 'Do.' });
    // @ts-expect-error a payload for a code that has none
    new MigrationError('SQL_SYNTAX', 'No.', { payload: { bytes: 1 } });
    // @ts-expect-error a code that is not declared
    expect(new MigrationError('NO_SUCH_CODE', 'No.').code).toBe('NO_SUCH_CODE');
  });
});

group('hasCode', () => {
  const error: unknown = new MigrationError('STATEMENT_TOO_LONG', 'No.', { payload: { bytes: 7 } });

  it('narrows the payload to that of the code', () => {
    const bytes: number | undefined = hasCode(error, 'STATEMENT_TOO_LONG') ? error.payload.bytes : undefined;
    expect(bytes).toBe(7);
  });

  it('is false for other codes and for other errors', () => {
    expect(hasCode(error, 'SQL_SYNTAX')).toBe(false);
    expect(hasCode(Object.assign(new Error('No.'), { code: 'SQL_SYNTAX' }), 'SQL_SYNTAX')).toBe(false);
  });
});

group('withDetails', () => {
  it('keeps everything that the new details do not replace', () => {
    const cause = new Error('below');
    const thrown = errorFromData('STATEMENT_FAILED', 'No.', { payload: { sqlState: '42601' }, hint: 'Do.', cause });
    const moved = withDetails(thrown, { location });
    expect(thrown.location).toBeUndefined();
    expect(moved).toMatchObject({ code: 'STATEMENT_FAILED', message: 'No.', hint: 'Do.', location, cause });
    expect(moved.payload).toEqual({ sqlState: '42601' });
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

  it('a long list is cut', () => {
    const allowed = Array.from({ length: 15 }, (_, index) => `t${index}`);
    expect(describe({ what: 'Bad', allowed })).toMatch(/t0, .*t11 and 3 more\.$/);
  });
});

group('aggregateErrors', () => {
  it('every error is listed with its location, even a single one', () => {
    const one = new MigrationError('SQL_SYNTAX', 'No.', { hint: 'Do.', location });
    const two = new MigrationError('MISSING_FOLDER', 'Gone.', { payload: { folder: 'gone' } });
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

  it('a rendered error shows the line with a caret when its source is given', () => {
    expect(renderError(error, 'first\r\n\tselect x\r\n')).toBe(
      ['SQL_SYNTAX: No.', '  at users/1.0.0_a.sql:2:8', '  2 | \tselect x', '    | \t      ^', '  hint: Do.'].join(
        '\n',
      ),
    );
  });

  it('rendering asks for the source by file, and works without it', () => {
    const bare = 'SQL_SYNTAX: No.\n  at users/1.0.0_a.sql:2:8\n  hint: Do.';
    expect(renderError(error)).toBe(bare);
    expect(renderError(error, () => undefined)).toBe(bare);
    expect(renderError(error, 'one line only')).toBe(bare);
    expect(renderError(error, (file) => `\n${file}`)).toContain('2 | users/1.0.0_a.sql');
  });

  it('a long line is cut around the column', () => {
    const far = new MigrationError('SQL_SYNTAX', 'No.', { location: { file: 'f', line: 1, column: 5_001 } });
    const [, , line, caret] = renderError(far, `${'a'.repeat(5_000)}X${'b'.repeat(5_000)}`).split('\n');
    expect(line!.length).toBeLessThan(180);
    expect(line![caret!.indexOf('^')]).toBe('X');
  });

  it('rendering handles a location without a line, several errors, and errors of other classes', () => {
    const whole = new MigrationError('SQL_SYNTAX', 'No.', { location: { file: 'f' } });
    expect(renderError(whole, 'text')).toBe('SQL_SYNTAX: No.\n  at f');
    expect(renderError(aggregateErrors([whole, whole], 'it'))).toBe(
      'SQL_SYNTAX: No.\n  at f\n\nSQL_SYNTAX: No.\n  at f',
    );
    expect(renderError(new TypeError('plain'))).toBe('plain');
    expect(renderError('thrown text')).toBe('thrown text');
  });
});
