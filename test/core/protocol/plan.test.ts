import { describe, expect, it } from '@jest/globals';
import type { ManifestEntry } from '../../../core/bundle/bundle';
import { type AppliedRevision, type MigrationRecord, migrationKey } from '../../../core/ledger/state';
import { plan } from '../../../core/protocol/plan';
import { errorOf } from '../../support/migrations-folder';

const current: AppliedRevision = {
  revision: 'b',
  identities: { users: 'db-1', meals: 'tables-1' },
  bundle: { Bucket: 'assets', Key: 'b.json', Digest: 'b' },
};

const entry = (target: string, version: string, checksum = `sum-${version}`): ManifestEntry => ({
  id: `${target}/${version}`,
  target,
  version,
  name: 'step',
  kind: 'sql',
  checksum,
  dependsOn: [],
  irreversible: false,
});

const applied = (
  target: string,
  version: string,
  position: number,
  identity = current.identities[target]!,
): MigrationRecord => {
  const { dependsOn: _dependsOn, ...facts } = entry(target, version);
  return {
    ...facts,
    key: migrationKey(target, identity, version),
    identity,
    state: 'applied',
    deployment: 'd1',
    position,
    contract: 'none',
  };
};

const ids = (items: readonly { readonly id: string }[]) => items.map(({ id }) => id);

describe('a plan', () => {
  it('contains everything for an empty database, in the order of the bundle', () => {
    const { pending, surplus } = plan([entry('users', '1.0.0'), entry('meals', '1.0.0')], [], current);

    expect(ids(pending)).toEqual(['users/1.0.0', 'meals/1.0.0']);
    expect(surplus).toEqual([]);
  });

  it('contains what is not applied, also between what is', () => {
    const bundle = [entry('users', '1.0.0'), entry('users', '1.0.1'), entry('users', '1.1.0'), entry('users', '1.2.0')];

    const { pending } = plan(bundle, [applied('users', '1.0.0', 1), applied('users', '1.1.0', 2)], current);

    expect(ids(pending)).toEqual(['users/1.0.1', 'users/1.2.0']);
  });

  it('is empty when everything is applied', () => {
    expect(plan([entry('users', '1.0.0')], [applied('users', '1.0.0', 1)], current)).toEqual({
      pending: [],
      surplus: [],
    });
  });

  it('names what is applied but not in the bundle, newest first', () => {
    const records = [applied('users', '1.0.0', 1), applied('users', '1.1.0', 2), applied('meals', '1.0.0', 3)];

    expect(ids(plan([entry('users', '1.0.0')], records, current).surplus)).toEqual(['meals/1.0.0', 'users/1.1.0']);
  });

  it('contains everything for a database that was replaced behind the same name', () => {
    const { pending, surplus } = plan([entry('users', '1.0.0')], [applied('users', '1.0.0', 1, 'db-0')], current);

    expect(ids(pending)).toEqual(['users/1.0.0']);
    expect(surplus).toEqual([]);
  });

  it('does not count a target that the app no longer declares', () => {
    const without = { ...current, identities: { users: 'db-1' } };

    expect(plan([], [applied('meals', '1.0.0', 1, 'tables-1')], without).surplus).toEqual([]);
  });

  it('is refused when an applied migration was edited, with its name and both checksums', async () => {
    const bundle = [entry('users', '1.0.0', 'edited-since-then'), entry('users', '1.1.0', 'this-too')];
    const records = [applied('users', '1.0.0', 1), applied('users', '1.1.0', 2)];

    const error = await errorOf(() => plan(bundle, records, current));

    expect(error.code).toBe('CHECKSUM_MISMATCH');
    expect(error.message).toContain('users/1.0.0 (applied sum-1.0.0, now edited-since)');
    expect(error.message).toContain('users/1.1.0');
    expect(error.hint).toContain('add a new migration');
  });

  it('ignores an edit of a migration that is not applied here', () => {
    const bundle = [entry('users', '1.0.0', 'edited')];

    expect(ids(plan(bundle, [applied('users', '1.0.0', 1, 'db-0')], current).pending)).toEqual(['users/1.0.0']);
  });
});
