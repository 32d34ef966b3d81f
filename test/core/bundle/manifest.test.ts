import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Bundle, BundledMigration } from '../../../core/bundle/bundle';
import { parseBundle, serializeBundle } from '../../../core/bundle/bundle-file';
import { canonicalJson, sha256, sourceChecksum } from '../../../core/bundle/checksum';
import { sourceLineOf } from '../../../core/bundle/code-lines';
import { manifestOf } from '../../../core/bundle/manifest';
import { errorOf } from '../../support/migrations-folder';

const migration: BundledMigration = {
  id: 'users/1.0.0',
  target: 'users',
  version: '1.0.0',
  name: 'create users',
  kind: 'sql',
  checksum: 'c',
  dependsOn: [],
  irreversible: false,
  file: 'users/1.0.0_create_users.sql',
  allowDestructive: undefined,
  phases: [],
};
const bundle: Bundle = { format: 1, migrations: [migration] };

describe('canonicalJson', () => {
  it('sorts keys, and omits white space and undefined members', () => {
    const value = { b: [1, null, { z: true, a: 'é\n' }], a: undefined, B: -0.5 };
    expect(canonicalJson(value)).toBe('{"B":-0.5,"b":[1,null,{"a":"é\\n","z":true}]}');
  });

  it('is JSON of the same value, and does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(Object.fromEntries(Object.entries(value).reverse()))).toBe(text);
      }),
    );
  });

  it.each([[Number.NaN], [Number.POSITIVE_INFINITY], [1n], [() => 1], [[undefined]]])('refuses %s', (value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  });
});

describe('checksums', () => {
  it('ignore line endings, and nothing else', () => {
    expect(sourceChecksum('a\r\nb\r\n')).toBe(sourceChecksum('a\nb\n'));
    expect(sourceChecksum('a\nb')).not.toBe(sourceChecksum('a\nb\n'));
    expect(sourceChecksum('a\rb')).not.toBe(sourceChecksum('a\nb'));
    expect(sha256('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(sha256(new TextEncoder().encode('é'))).toBe(sha256('é'));
  });
});

describe('bundle files', () => {
  it('are read back under their revision', () => {
    const { bytes, revision } = serializeBundle(bundle);
    expect(revision).toBe(sha256(bytes));
    expect(parseBundle(bytes, revision)).toEqual(JSON.parse(JSON.stringify(bundle)));
  });

  it('are refused when a byte differs', async () => {
    const { bytes, revision } = serializeBundle(bundle);
    bytes[5]! ^= 1;
    expect(await errorOf(() => parseBundle(bytes, revision))).toMatchObject({ code: 'BUNDLE_DIGEST_MISMATCH' });
  });

  it.each(['', '{"format":1', 'null', '"text"', '{"format":1}', '{"format":1,"migrations":{}}'])(
    'are refused when they are none: %s',
    async (text) => {
      const bytes = new TextEncoder().encode(text);
      const code = ['null', '"text"'].includes(text) ? 'UNKNOWN_BUNDLE_FORMAT' : 'MALFORMED_BUNDLE';
      expect(await errorOf(() => parseBundle(bytes, sha256(bytes)))).toMatchObject({ code });
    },
  );

  it('are refused in a format of the future', async () => {
    const bytes = new TextEncoder().encode('{"format":2}');
    expect(await errorOf(() => parseBundle(bytes, sha256(bytes)))).toMatchObject({
      code: 'UNKNOWN_BUNDLE_FORMAT',
      payload: { format: 2 },
    });
  });
});

describe('manifestOf', () => {
  it('omits the content of the files', () => {
    const later = { ...migration, id: 'users/1.1.0', version: '1.1.0', dependsOn: ['users/1.0.0'], code: 'x' };
    const manifest = manifestOf({ format: 1, migrations: [migration, later] }, 'r');
    expect(manifest).toMatchObject({
      revision: 'r',
      heads: ['users/1.1.0'],
      migrations: [{ id: 'users/1.0.0' }, { id: 'users/1.1.0' }],
    });
    expect(Object.keys(manifest.migrations[1]!)).toEqual([
      'id',
      'target',
      'version',
      'name',
      'kind',
      'checksum',
      'dependsOn',
      'irreversible',
    ]);
  });
});

describe('sourceLineOf', () => {
  it('finds the pair at or before a line', () => {
    const lines = [
      [3, 7],
      [5, 0],
      [9, 8],
    ] as const;
    expect([1, 3, 4, 5, 8, 9, 99].map((line) => sourceLineOf(lines, line))).toEqual([
      undefined,
      7,
      7,
      undefined,
      undefined,
      8,
      8,
    ]);
    expect(sourceLineOf([], 1)).toBeUndefined();
  });
});
