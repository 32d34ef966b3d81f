import { describe, expect, it } from '@jest/globals';
import { isVersion, parseVersion, sortByTargetAndVersion } from '../../../core/bundle/version';
import { nearNames } from '../../../core/errors/near-names';
import { errorOf } from '../../support/migrations-folder';

const ordered = (versions: readonly string[]) =>
  sortByTargetAndVersion(versions.map((version) => ({ target: 'users', version }))).map(({ version }) => version);

describe('versions', () => {
  it.each(['0.0.0', '1.2.3', '10.20.30', '1.0.0-alpha', '1.0.0-alpha.1', '1.0.0-0.x-y', '0.0.20240102030405'])(
    'accept %s',
    (text) => {
      expect(parseVersion(text)).toBe(text);
    },
  );

  it.each([
    '',
    '1',
    '1.2',
    'v1.2.3',
    '1.2.3.4',
    '01.2.3',
    '1.2.3-',
    '1.2.3-01',
    '1.2.3+build',
    ' 1.2.3',
    '99999999999999999.0.0',
  ])('reject %j', async (text) => {
    expect(isVersion(text)).toBe(false);
    expect(await errorOf(() => parseVersion(text))).toMatchObject({
      code: 'INVALID_VERSION',
      payload: { version: text },
    });
  });

  it('are ordered by precedence, not as text', () => {
    const versions = ['1.10.0', '1.2.0', '1.2.0-beta.2', '1.2.0-beta.11', '2.0.0'];
    expect(ordered(versions)).toEqual(['1.2.0-beta.2', '1.2.0-beta.11', '1.2.0', '1.10.0', '2.0.0']);
    const items = versions.map((version, index) => ({ version, target: index % 2 ? 'a' : 'b' }));
    expect(sortByTargetAndVersion(items).map(({ target, version }) => `${target} ${version}`)).toEqual([
      'a 1.2.0-beta.11',
      'a 1.2.0',
      'b 1.2.0-beta.2',
      'b 1.10.0',
      'b 2.0.0',
    ]);
  });
});

describe('nearNames', () => {
  it.each([
    ['dwon', ['up', 'down', 'verify'], ['down']],
    ['users/1.0.1', ['users/1.0.0', 'users/1.1.0', 'meals/1.0.0'], ['users/1.0.0', 'users/1.1.0']],
    ['a', ['b', 'a', 'xyz'], ['a', 'b']],
    ['entirely', ['different'], []],
  ])('%s', (name, candidates, near) => expect(nearNames(name, candidates)).toEqual(near));
});
