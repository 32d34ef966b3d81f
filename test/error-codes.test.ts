import { describe, expect, it } from '@jest/globals';
import { readErrorCodes } from '../scripts/docs/error-codes';
import { sourceFiles, withoutComments } from './support/source-files';

const files = readErrorCodes();
const codes = files.flatMap((file) => file.codes);

/** The code of an error is always written where it is made. */
const making = /new (?:Migration|Sandbox)Error\(\s*'([A-Z_]+)'/g;

describe('error codes', () => {
  it('are found in every room that throws', () => {
    const rooms = new Set(files.map(({ path }) => path.split('/')[0]));
    expect([...rooms].sort()).toEqual(['bundler', 'cli', 'core', 'lambda']);
    expect(codes.map(({ code }) => code)).toEqual(expect.arrayContaining(['MISSING_FOLDER', 'LEASE_HELD', 'USAGE']));
  });

  it('are each declared once', () => {
    const names = codes.map(({ code }) => code);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it.each(codes)('$code has a cause and a remedy, in whole sentences', ({ cause, remedy }) => {
    expect(cause).toMatch(/^[A-Z`].*\.$/);
    expect(remedy).toMatch(/^[A-Z`].*\.$/);
  });

  it('are all thrown somewhere', () => {
    const sources = ['bundler', 'cli', 'core', 'lambda', 'packages/sandbox/src'].flatMap(sourceFiles);
    const thrown = new Set(
      sources.flatMap(({ text }) => [...withoutComments(text).matchAll(making)].map(([, code]) => code)),
    );
    expect(codes.map(({ code }) => code).filter((code) => !thrown.has(code))).toEqual([]);
  });

  it('have files that say what their codes are about', () => {
    expect(files.filter(({ about }) => !/^[A-Z`].*\.$/.test(about)).map(({ path }) => path)).toEqual([]);
  });
});
